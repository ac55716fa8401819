// One connection for each check: it is also that which has to work.
#include "proxy/upstream_check.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>

#include "proxy/answer_reader.hpp"
#include "proxy/request_rules.hpp"
#include "proxy/worker.hpp"

namespace weir::proxy {

namespace {

constexpr auto interval = std::chrono::milliseconds(100);
constexpr std::int64_t answer_ms_max = 5'000;

std::string make_check(const config::Upstream& upstream) {
    RequestHead head;
    head.method = "GET";
    return make_upstream_head({.head = head,
                               .path_and_query = upstream.check_path,
                               .upstream = upstream,
                               .dialect = llm::Dialect::openai,
                               .credential = {},
                               .client_address = "127.0.0.1",
                               .request_id = "weir-check"});
}

awaitable<bool> answers_well(Worker& worker, const config::Upstream& upstream) {
    const std::unique_ptr<Dial> dial = worker.pool.dial(upstream);
    const Dial::End connected = co_await dial->run(upstream.timeouts.connect_ms);
    if (connected != Dial::End::connected) co_return false;
    const std::unique_ptr<UpstreamConnection> connection = dial->take();
    const std::string head = make_check(upstream);
    net::Buffers buffers{boost::asio::buffer(head)};
    connection->start_sending(buffers, upstream.timeouts.write_ms);
    AnswerReader answer(*connection, worker.clock, "GET");
    const auto error = co_await answer.read_head(std::min(upstream.timeouts.first_byte_ms, answer_ms_max));
    co_await connection->stop_sending();
    co_return !error && is_success(answer.head().status);
}

awaitable<void> check(Worker& worker, std::shared_ptr<const policy::Policy> policy, std::size_t index,
                      UpstreamHealth::Ask ask) {
    const config::Upstream& upstream = policy->config().upstreams[index];
    const bool is_well = co_await answers_well(worker, upstream);
    std::uniform_real_distribution<double> jitter;
    worker.upstreams->of(upstream.name)
        ->note(ask, is_well ? Sign::well : Sign::failing, worker.clock.steady_us(), jitter(worker.random));
    if (is_well) spdlog::info("upstream {}: is well again, as {} tells", upstream.name, upstream.check_path);
}

}  // namespace

awaitable<void> check_upstreams(Worker& worker) {
    Timer timer(worker.context);
    for (;;) {
        timer.expires_after(interval);
        co_await timer.async_wait(use_awaitable_as_tuple);
        const std::shared_ptr<const policy::Policy> policy = worker.policy;
        for (std::size_t i = 0; i < policy->config().upstreams.size(); ++i) {
            const config::Upstream& upstream = policy->config().upstreams[i];
            if (upstream.check_path.empty()) continue;
            const auto probe = worker.upstreams->of(upstream.name)->take_probe(worker.clock.steady_us());
            if (!probe) continue;
            boost::asio::co_spawn(worker.context, check(worker, policy, i, *probe), boost::asio::detached);
        }
    }
}

}  // namespace weir::proxy
