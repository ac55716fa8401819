// Connect when needed, write, read the answer with Beast's parser, count, and on.
#include "load/client.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include "load/request_text.hpp"

namespace weir::load {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr auto quietly = asio::as_tuple_t<asio::use_awaitable_t<executor>>{};
constexpr std::size_t body_piece_bytes = 16UL * 1024;
constexpr auto pause_after_failure = std::chrono::milliseconds(10);

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, executor>;
using Parser = http::response_parser<http::buffer_body>;

}  // namespace

std::optional<std::uint64_t> Supply::take(std::int64_t now_us) {
    if (interrupted_ || (end_us_ != 0 && now_us >= end_us_)) return std::nullopt;
    const std::uint64_t number = next_.fetch_add(1, std::memory_order_relaxed);
    if (requests_ != 0 && number >= requests_) return std::nullopt;
    return number;
}

awaitable<void> Client::run() {
    while (const auto number = supply_.take(clock_.steady_us())) {
        co_await serve(static_cast<std::size_t>(*number % options_.keys.size()));
    }
    close();
}

awaitable<void> Client::serve(std::size_t key) {
    prepare_head(key);
    given_up_.clear();
    tally_.count_sent(key);
    started_us_ = clock_.steady_us();
    Answer answer;
    const std::string failure = co_await exchange(answer);
    answer.duration_us = static_cast<std::uint64_t>(clock_.steady_us() - started_us_);
    started_us_ = 0;
    if (failure.empty()) {
        tally_.count_answer(key, answer);
        co_return;
    }
    close();
    if (supply_.interrupted()) {
        ++tally_.unfinished;
        co_return;
    }
    tally_.count_failure(key, given_up_.empty() ? failure : given_up_);
    Timer timer(socket_.get_executor());
    timer.expires_after(pause_after_failure);
    co_await timer.async_wait(quietly);
}

void Client::watch(std::int64_t now_us) {
    if (started_us_ == 0) return;
    const bool too_old = now_us - started_us_ > static_cast<std::int64_t>(options_.timeout_ms) * 1000;
    if (!too_old && !supply_.interrupted()) return;
    given_up_ = "no answer in time";
    close();
}

awaitable<std::string> Client::exchange(Answer& answer) {
    if (!socket_.is_open()) {
        std::string failure = co_await connect();
        if (!failure.empty()) co_return failure;
    }
    const std::array<asio::const_buffer, 2> request{asio::buffer(head_), asio::buffer(body_)};
    const auto [error, bytes] = co_await asio::async_write(socket_, request, quietly);
    if (error) co_return "write: " + error.message();
    co_return co_await receive(answer);
}

awaitable<std::string> Client::connect() {
    const auto [error] = co_await socket_.async_connect(endpoint_.address, quietly);
    if (error) co_return "connect: " + error.message();
    boost::system::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    co_return std::string();
}

awaitable<std::string> Client::receive(Answer& answer) {
    Parser parser;
    parser.body_limit(boost::none);
    const auto [head_error, head_bytes] = co_await http::async_read_header(socket_, buffer_, parser, quietly);
    if (head_error) co_return "read: " + head_error.message();

    const auto& fields = parser.get();
    answer.status = fields.result_int();
    answer.has_retry_after = fields.find(http::field::retry_after) != fields.end();
    const auto refused_by = fields.find("x-weir-limit");
    refused_by_ = refused_by == fields.end() ? std::string() : std::string(refused_by->value());
    answer.refused_by = refused_by_;

    scan_.clear();
    std::array<char, body_piece_bytes> piece;
    while (!parser.is_done()) {
        parser.get().body().data = piece.data();
        parser.get().body().size = piece.size();
        const auto [error, bytes] = co_await http::async_read_some(socket_, buffer_, parser, quietly);
        if (error && error != http::error::need_buffer) co_return "read: " + error.message();
        scan_.feed({piece.data(), piece.size() - parser.get().body().size});
    }
    if (answer.status / 100 == 2) answer.usage = scan_.usage();
    if (buffer_.size() > 0) co_return "bytes behind the answer";
    if (!parser.keep_alive()) close();
    co_return std::string();
}

void Client::prepare_head(std::size_t key) {
    if (key == head_key_) return;
    head_ = make_head(options_, endpoint_.target, options_.keys[key], body_.size());
    head_key_ = key;
}

void Client::close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
    buffer_.consume(buffer_.size());
}

}  // namespace weir::load
