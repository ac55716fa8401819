// Reading, judging and writing. What is asked of a request stands in dispatch.cpp.
#include "admin/connection.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>
#include <vector>

#include "http/head_parser.hpp"
#include "http/head_scanner.hpp"
#include "http/http_guard.hpp"
#include "text/ascii.hpp"

namespace weir::admin {

using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

constexpr auto idle_limit = 30s;
constexpr auto head_limit = 10s;
constexpr auto body_limit = 20s;
constexpr auto write_limit = 30s;
constexpr auto event_write_limit = 10s;
constexpr auto linger_limit = 1s;
constexpr auto between_events = 1s;
constexpr std::size_t lingered_bytes_max = 2 * body_bytes_max;
constexpr std::size_t read_bytes = 8 << 10;
constexpr http::HeadLimits head_limits{.bytes_max = 16 << 10, .fields_max = 100, .target_bytes_max = 8 << 10};

Answer head_refusal(http_errc code, std::string_view reason) {
    const auto make = [](int status, std::string code_text, std::string message) {
        return problem_answer(
            {.status = status, .code = std::move(code_text), .message = std::move(message), .mistakes = {}});
    };
    switch (code) {
        case http_errc::header_too_large:
            return make(431, "header_too_large", "The header is too large.");
        case http_errc::target_too_long:
            return make(414, "uri_too_long", "The path is too long.");
        case http_errc::request_timeout:
            return make(408, "request_timeout", "The request did not arrive in time.");
        case http_errc::method_not_allowed: {
            Answer answer = make(405, "method_not_allowed", "This method is taken nowhere here.");
            answer.fields.emplace_back("allow", "GET, HEAD");
            return answer;
        }
        default:
            return make(400, "bad_request",
                        reason.empty() ? "The request is malformed."
                                       : "The request is malformed: " + std::string(reason) + ".");
    }
}

}  // namespace

Connection::Connection(Services& services, Socket socket)
    : services_(services),
      socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      pause_(socket_.get_executor()) {
    error_code error;
    const auto endpoint = socket_.remote_endpoint(error);
    address_ = error ? "unknown" : endpoint.address().to_string();
}

void Connection::limit(std::chrono::milliseconds duration) {
    timed_out_ = false;
    timer_.expires_after(duration);
    timer_.async_wait([self = shared_from_this(), armed = ++armed_](const error_code& error) {
        if (error || armed != self->armed_) return;
        self->timed_out_ = true;
        error_code ignored;
        self->socket_.cancel(ignored);
    });
}

void Connection::unlimit() {
    ++armed_;
    timer_.cancel();
}

void Connection::close_if_waiting() {
    error_code ignored;
    if (waiting_since_us_) socket_.close(ignored);
}

awaitable<void> Connection::run() {
    try {
        for (bool stays = true; stays;) {
            const bool has_head = co_await read_head();
            if (!has_head) break;
            stays = co_await serve_request();
        }
        co_await linger();
    } catch (const std::exception& unforeseen) {
        spdlog::error("admin connection of {} ended by an unforeseen error: {}", address_, unforeseen.what());
    }
    unlimit();
}

awaitable<void> Connection::turn_away() {
    const Answer answer = problem_answer({.status = 503,
                                          .code = "too_many_connections",
                                          .message = "64 requests are under way here. Please try again.",
                                          .mistakes = {}});
    (void)co_await send(answer, false, false);
    co_await linger();
    unlimit();
}

awaitable<bool> Connection::read_head() {
    http::HeadScanner scanner(head_limits);
    bool started = false;
    const std::int64_t asked_us = services_.clock.steady_us();
    limit(std::exchange(is_first_, false) ? head_limit : idle_limit);
    for (;;) {
        if (!input_.empty()) {
            const http::HeadScanner::State state = scanner.scan(input_);
            if (state == http::HeadScanner::State::complete) {
                unlimit();
                co_return co_await take_head(scanner.head_begin(), scanner.head_end());
            }
            if (state == http::HeadScanner::State::failed) {
                co_await refuse(scanner.error(), {});
                co_return false;
            }
            if (!std::exchange(started, true)) limit(head_limit);
        }
        waiting_since_us_ = asked_us;
        const bool filled = co_await fill();
        waiting_since_us_.reset();
        if (filled) continue;
        if (timed_out_ && started) co_await refuse(http_errc::request_timeout, {});
        co_return false;
    }
}

awaitable<bool> Connection::take_head(std::size_t begin, std::size_t end) {
    head_bytes_ = input_.substr(begin, end - begin);
    input_.erase(0, end);
    const http::Objection objection = http::parse_head(head_bytes_, head_limits.target_bytes_max, head_);
    if (!objection) co_return true;
    co_await refuse(objection.code, objection.reason);
    co_return false;
}

awaitable<bool> Connection::serve_request() {
    std::string_view target;
    http::Framing framing;
    http::Objection objection = http::check_request(head_, target, false);
    if (!objection) objection = http::check_framing(head_.version, head_.fields, framing);
    if (objection) {
        co_await refuse(objection.code, objection.reason);
        co_return false;
    }
    parser_.start_request(framing);
    const bool has_body = framing.chunked || framing.content_length.value_or(0) > 0;
    const bool head_only = head_.method == "HEAD";
    bool stays = head_.version == 11 && !head_.fields.lists_token("connection", "close");
    Answer made;
    std::optional<Admitted> admitted;
    try {
        admitted = admit(services_, Incoming{head_, target, framing, address_});
    } catch (const Refused& refused) {
        made = refused.answer();
    }
    const bool is_for_anybody =
        !admitted || admitted->page != nullptr || admitted->endpoint->access == Access::open;
    if (is_for_anybody) waiting_since_us_ = services_.clock.steady_us();
    std::string body;
    bool is_whole = admitted.has_value() && !has_body;
    if (admitted && has_body) is_whole = co_await read_body(body, made);
    if (is_whole) {
        made = co_await answer(services_, *admitted, body);
    } else {
        stays = stays && !has_body;  // the rest of the body would be taken for the next request
    }
    if (made.next_event && !head_only) {
        co_await stream(std::move(made));
        co_return false;
    }
    if (made.next_event) stays = false;
    const bool sent = co_await send(made, head_only, stays);
    waiting_since_us_.reset();
    co_return sent&& stays;
}

awaitable<bool> Connection::read_body(std::string& body, Answer& refusal) {
    const bool asks = text::equals_ignoring_case(head_.fields.value("expect"), "100-continue");
    if (asks && head_.version == 11 && input_.empty()) {
        const bool sent = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
        if (!sent) co_return false;
    }
    limit(body_limit);
    std::vector<std::string_view> pieces;
    for (;;) {
        bool is_sound = true;
        pieces.clear();
        const std::size_t consumed = parser_.parse(input_, pieces, is_sound);
        for (const std::string_view piece : pieces) body.append(piece);
        input_.erase(0, consumed);
        if (!is_sound || body.size() > body_bytes_max) {
            refusal = is_sound ? Refused(413, "body_too_large", "A body may have 1 MiB at most.").answer()
                               : head_refusal(http_errc::bad_request, "the body is malformed");
            break;
        }
        if (parser_.done()) {
            unlimit();
            co_return true;
        }
        const bool filled = co_await fill();
        if (filled) continue;
        if (timed_out_) {
            refusal = head_refusal(http_errc::request_timeout, {});
        } else {
            refusal = head_refusal(http_errc::bad_request, "the body is shorter than its header says");
        }
        break;
    }
    unlimit();
    co_return false;
}

awaitable<bool> Connection::fill() {
    if (timed_out_) co_return false;
    const std::size_t before = input_.size();
    input_.resize(before + read_bytes);
    const auto [error, count] = co_await socket_.async_read_some(
        boost::asio::buffer(input_.data() + before, read_bytes), use_awaitable_as_tuple);
    input_.resize(before + count);
    co_return !error && count > 0;
}

awaitable<bool> Connection::write(std::string bytes) {
    const auto [error, count] =
        co_await boost::asio::async_write(socket_, boost::asio::buffer(bytes), use_awaitable_as_tuple);
    if (error) gone_ = true;
    co_return !error && count == bytes.size();
}

awaitable<bool> Connection::send(const Answer& answer, bool head_only, bool keep_alive) {
    ++services_.answered.at(static_cast<std::size_t>(answer.status) / 100);
    std::string bytes = make_head(answer, keep_alive);
    if (!head_only) bytes.append(answer.body);
    limit(write_limit);
    const bool sent = co_await write(std::move(bytes));
    unlimit();
    co_return sent;
}

awaitable<void> Connection::refuse(http_errc code, std::string_view reason) {
    const Answer answer = head_refusal(code, reason);
    waiting_since_us_ = services_.clock.steady_us();
    (void)co_await send(answer, false, false);
}

awaitable<void> Connection::stream(Answer answer) {
    ++services_.answered.at(static_cast<std::size_t>(answer.status) / 100);
    std::string bytes = make_head(answer, false);
    for (;;) {
        const std::string event = answer.next_event();
        bytes.append(event);
        limit(event_write_limit);
        const bool sent = co_await write(std::exchange(bytes, {}));
        unlimit();
        if (!sent || event.empty()) break;
        pause_.expires_after(between_events);
        const auto [error] = co_await pause_.async_wait(use_awaitable_as_tuple);
        if (error) break;
    }
}

awaitable<void> Connection::linger() {
    // Closing with unread input makes the kernel reset the connection, and the client may lose the answer.
    error_code ignored;
    socket_.shutdown(Tcp::socket::shutdown_send, ignored);
    if (gone_) co_return;
    limit(linger_limit);
    std::size_t read = 0;
    for (bool filled = true; filled && read <= lingered_bytes_max;) {
        input_.clear();
        filled = co_await fill();
        read += input_.size();
    }
}

}  // namespace weir::admin
