// The life of one request, from its complete head to its row in the log.
#pragma once

#include <optional>
#include <string>

#include "llm/call.hpp"
#include "proxy/answer_reader.hpp"
#include "proxy/client_stream.hpp"
#include "proxy/http_guard.hpp"
#include "proxy/relay.hpp"
#include "proxy/request_body.hpp"
#include "proxy/settlement.hpp"
#include "proxy/worker.hpp"

namespace weir::proxy {

/// One head that http_guard has passed, and the connection that it came on.
struct IncomingRequest {
    const RequestHead& head;
    std::string_view path_and_query;
    Framing framing;
    MessageParser& parser;  ///< has parsed the head; the body comes next
    std::string_view client_address;
};

/// Used once. One thread.
class Exchange {
public:
    Exchange(Worker& worker, ClientStream& client, IncomingRequest request);

    /// Answers the request, charges it and records it. True: the connection can take another request.
    awaitable<bool> run();

private:
    void open_record();
    void close_record();

    // The steps, in order; each may answer and end the exchange.
    awaitable<void> admit_and_forward();
    awaitable<bool> read_body();
    awaitable<bool> understand();
    awaitable<bool> reserve();
    awaitable<void> forward();
    awaitable<void> settle();

    // Answers of weir's own.
    awaitable<void> answer(const llm::Answer& answer, observe::Outcome outcome);
    awaitable<void> answer_error(boost::system::error_code code, std::string_view detail = {});
    awaitable<void> answer_error(const llm::ErrorDescription& error, observe::Outcome outcome);
    awaitable<void> answer_limits();
    awaitable<void> refuse(const Decision& decision);

    // Parts of forward.
    awaitable<boost::system::error_code> send_and_read_head(Abort& abort);
    awaitable<boost::system::error_code> send(bool fresh, Abort& abort);
    awaitable<void> relay_answer();
    awaitable<void> fail_before_answer(boost::system::error_code error);
    RelayJob make_relay_job(llm::UsageTap& tap, std::vector<std::string_view> first);
    std::string upstream_head() const;
    std::vector<boost::asio::const_buffer> upstream_buffers(std::string_view head) const;

    bool closes_after() const noexcept { return close_ || worker_.draining; }
    const config::Config& config() const noexcept { return policy_->config(); }
    const config::Upstream& upstream() const noexcept { return config().upstreams.front(); }

    Worker& worker_;
    ClientStream& client_;
    IncomingRequest request_;
    std::shared_ptr<const policy::Policy> policy_;  // this request's snapshot
    llm::Api api_;
    llm::Dialect dialect_;
    observe::RequestRecord record_;
    RequestBody body_;
    std::optional<policy::Subject> subject_;
    policy::Applicable applicable_;
    llm::Call call_;
    std::optional<Reservation> reservation_;
    llm::HeaderLines rate_limits_;
    std::unique_ptr<UpstreamConnection> connection_;
    std::optional<AnswerReader> reader_;
    EndingFacts facts_;
    std::int64_t started_us_ = 0;    ///< steady clock
    std::int64_t forwarded_us_ = 0;  ///< steady clock, 0: never
    bool close_ = false;
};

}  // namespace weir::proxy
