// Reads heads, guards them, and hands each request to an Exchange. See exchange.hpp for what happens to it.
#include "proxy/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "http/error.hpp"
#include "proxy/errors.hpp"
#include "proxy/exchange.hpp"

namespace weir::proxy {

using boost::system::error_code;

namespace {
constexpr std::int64_t tls_handshake_ms = 10'000;
constexpr std::int64_t linger_ms = 1'000;
constexpr std::size_t lingered_bytes_max = 64 << 10;
constexpr std::size_t lingered_read_bytes = 2 << 10;

HeadLimits head_limits(const config::Config& config) {
    return {.bytes_max = static_cast<std::size_t>(config.limits_of_weir.max_header_bytes),
            .fields_max = static_cast<std::size_t>(config.limits_of_weir.max_header_fields)};
}

/// As far as the first line of a head, sound or not, tells.
llm::Dialect dialect_of_head(std::string_view head) noexcept {
    const std::string_view line = head.substr(0, head.find_first_of("\r\n"));
    const std::string_view target = line.substr(std::min(line.find(' '), line.size() - 1) + 1);
    return llm::dialect_of(target.substr(0, target.find_first_of(" ?")));
}
}  // namespace

Session::Session(Worker& worker, AwaitedHeads& awaited_heads, net::Socket socket, TlsContext tls)
    : worker_(worker),
      awaited_heads_(awaited_heads),
      client_(std::move(socket), worker.context, worker.clock, worker.policy->config().timeouts.write_ms),
      tls_(std::move(tls)) {
    error_code error;
    const auto endpoint = client_.transport().socket().remote_endpoint(error);
    client_address_ = error ? "unknown" : endpoint.address().to_string();
}

awaitable<void> Session::run() {
    try {
        co_await serve();
    } catch (const std::exception& unforeseen) {
        spdlog::error("session with {} ended by an unforeseen error: {}", client_address_, unforeseen.what());
    }
    co_await client_.finish();
}

awaitable<void> Session::serve() {
    awaited_heads_.add(*this, worker_.clock.steady_us());
    const bool connected = tls_ == nullptr || co_await handshake();
    if (!connected) co_return;
    for (;;) {
        const bool has_head = co_await read_head();
        if (!has_head) break;
        AwaitedHeads::remove(*this);
        std::string_view path_and_query;
        Framing framing;
        Objection objection = check_request(head_, path_and_query);
        if (!objection) objection = check_framing(head_.version, head_.fields, framing);
        if (objection) {
            co_await refuse_head(objection.code, objection.reason);
            break;
        }
        const Turns::UnderWay under_way(worker_.turns);
        // Not in this frame, which an idle connection has too.
        const auto exchange = std::make_unique<Exchange>(
            worker_, client_,
            IncomingRequest{head_, path_and_query, framing, client_address_, client_.take_shed()});
        const bool stays = co_await exchange->run();
        has_served_ = true;
        // What began before a drain said nothing of an end: its client may send one more.
        if (!stays) break;
        awaited_heads_.add(*this, worker_.clock.steady_us());
    }
    co_await linger();
}

awaitable<bool> Session::handshake() {
    net::Transport::TlsStream& stream = client_.transport().wrap(*tls_);
    client_.deadline().set(tls_handshake_ms);
    const auto [error] =
        co_await stream.async_handshake(boost::asio::ssl::stream_base::server, use_awaitable_as_tuple);
    client_.deadline().disarm();
    co_return !error;
}

awaitable<bool> Session::read_head() {
    const config::Timeouts& timeouts = worker_.policy->config().timeouts;
    HeadScanner scanner(head_limits(worker_.policy->config()));
    bool started = false;
    for (;;) {
        if (!client_.input().empty()) {
            const HeadScanner::State state = scanner.scan(client_.input());
            if (state == HeadScanner::State::complete) {
                client_.deadline().disarm();
                const Objection objection = take_head(scanner.head_begin(), scanner.head_end());
                if (objection.code == http_errc::target_too_long)
                    worker_.metrics.count(observe::LimitHit::header);
                if (objection) co_await refuse_head(objection.code, objection.reason);
                co_return !objection;
            }
            if (state == HeadScanner::State::failed) {
                worker_.metrics.count(observe::LimitHit::header);
                head_bytes_.assign(client_.input().substr(scanner.head_begin()));
                co_await refuse_head(scanner.error(), {});
                co_return false;
            }
            if (!started) client_.deadline().set(timeouts.header_ms);
            started = true;
        } else {
            // While this drains a request may be right behind, on a connection that was just accepted, or
            // whose last answer did not say that it ends.
            client_.deadline().set(worker_.draining ? std::min(timeouts.idle_ms, linger_ms)
                                                    : timeouts.idle_ms);
        }
        idle_ = !started;
        const error_code error = co_await client_.await_input(worker_.turns);
        idle_ = false;
        if (error == http_errc::request_timeout && started) {
            head_bytes_.assign(client_.input().substr(scanner.head_begin()));
            co_await refuse_head(http_errc::request_timeout, {});
        }
        if (error) co_return false;
    }
}

Objection Session::take_head(std::size_t begin, std::size_t end) {
    head_bytes_.assign(client_.input().substr(begin, end - begin));
    client_.consume(end);
    return parse_head(head_bytes_, HeadLimits{}.target_bytes_max, head_);
}

awaitable<void> Session::refuse_head(http_errc code, std::string_view reason) {
    std::string message;
    if (!reason.empty()) message = "The request is malformed: " + std::string(reason) + ".";
    const llm::ErrorDescription error = describe_error(code, code == http_errc::bad_request ? message : "");
    const llm::Answer answer = llm::error_answer(dialect_of_head(head_bytes_), error, {});
    const std::string bytes = make_own_answer({.answer = answer,
                                               .request_id = {},
                                               .now_us = worker_.clock.now_us(),
                                               .close = true,
                                               .head_only = false});
    observe::RequestRecord record;
    record.received_at_us = worker_.clock.now_us();
    record.client_address = client_address_;
    record.status = answer.status;
    record.outcome = outcome_of(code);
    worker_.metrics.count(record);
    worker_.access_log.write(record);
    net::Buffers buffers{boost::asio::buffer(bytes)};
    (void)co_await client_.write(buffers);
}

awaitable<void> Session::linger() {
    if (client_.gone()) co_return;
    // Closing with unread input makes the kernel reset the connection, and the client may lose the answer.
    client_.transport().shutdown_send();
    client_.deadline().set(linger_ms);
    std::size_t read = 0;
    while (read <= lingered_bytes_max) {
        read += client_.input().size();
        client_.consume(client_.input().size());
        const error_code error = co_await client_.fill(lingered_read_bytes);
        if (error) break;
    }
}

void Session::close_if_idle() {
    if (!idle_) return;
    if (has_served_) return client_.close();
    client_.deadline().set(linger_ms);  // its first request is on the way
}

}  // namespace weir::proxy
