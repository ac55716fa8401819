// One client connection: read a request strictly, give its answer, write it down, and so on until it ends.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mock_upstream/provider.hpp"
#include "mock_upstream/request_head.hpp"
#include "mock_upstream/wire.hpp"
#include "weir/clock.hpp"

namespace simdjson::dom {
class parser;
}

namespace weir::mock {

class Producer;
struct Reply;

class Connection {
public:
    /// Everything referred to outlives the connection.
    Connection(std::unique_ptr<Wire> wire, Provider& provider, simdjson::dom::parser& parser,
               std::uint64_t number);

    /// Serves requests until the client, the protocol or cut() ends it.
    awaitable<void> run();
    void cut() { wire_->cut(); }
    /// Cuts it, unless the request being served is the one that changes the mode.
    void cut_by_mode() {
        if (!controls_) wire_->cut();
    }

private:
    awaitable<bool> serve_one();
    awaitable<bool> serve(MockRecord& record);
    awaitable<bool> answer(MockRecord& record, Knobs& knobs, const Mode& mode, Producer& producer);
    awaitable<bool> serve_control();
    static void obey(const Mode& mode, Knobs& knobs);
    /// By the provider's limits. Adds what the answer's header says of them.
    QuotaState admit(const Reply& reply, const Mode& mode, MockRecord& record, Knobs& knobs);
    awaitable<bool> break_off(const Mode& mode, MockRecord& record);
    awaitable<bool> read_head(MockRecord& record);
    awaitable<bool> read_body(MockRecord& record);
    awaitable<bool> read_chunks(MockRecord& record);
    awaitable<bool> fill(std::size_t bytes);
    awaitable<std::size_t> line_end(std::size_t from);
    void release_large_buffers();
    awaitable<void> wait_for_leaving();
    awaitable<bool> answer_early(MockRecord& record, const Knobs& knobs, Producer& producer);
    /// False where the coding is unknown, or the body none of it.
    bool decode_body();
    /// False where a stored response is asked for that nobody stored.
    bool look_up(const Knobs& knobs, Reply& reply);
    void describe(MockRecord& record);
    std::string read_knobs(Knobs& knobs) const;

    std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }

    std::unique_ptr<Wire> wire_;
    Provider& provider_;
    const MockOptions& options_;
    Journal& journal_;
    simdjson::dom::parser& parser_;
    const std::uint64_t number_;
    std::uint64_t requests_ = 0;  ///< on this connection
    bool controls_ = false;       ///< the request being served is one of /mock/
    std::uint64_t serial_ = 0;    ///< of the request being served, among all of the process
    std::vector<char> buffer_;    ///< read and not yet consumed: [begin_, end_)
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::string head_text_;  ///< the head being served; head_ points into it
    RequestHead head_;
    std::string chunked_body_;
    std::string_view body_;
    std::string decoded_body_;
    std::string scratch_;
    SystemClock clock_;
};

}  // namespace weir::mock
