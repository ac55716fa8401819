// Reads and writes with deadlines on one upstream connection.
#include "proxy/upstream_connection.hpp"

#include <cstring>

namespace weir::proxy {

using boost::system::error_code;

namespace {
constexpr std::size_t first_buffer_bytes = 4 << 10;
constexpr std::size_t stream_buffer_bytes = 16 << 10;
constexpr std::size_t full_buffer_bytes = 64 << 10;
constexpr std::size_t moved_bytes_max = 64;
constexpr std::size_t sent_at_once_max = 64 << 10;
constexpr std::int64_t end_of_sending_ms = 1'000;
constexpr std::int64_t reset_at_once_us = 10'000;
constexpr std::int64_t forgotten_after_us = 5'000'000;
}  // namespace

UpstreamConnection::UpstreamConnection(boost::asio::io_context& context, const Clock& clock)
    : context_(context),
      clock_(clock),
      state_(std::make_shared<State>(net::Socket(context), clock)),
      read_deadline_(context, clock, [this] { transport().cancel(); }) {}

std::string_view UpstreamConnection::input() const noexcept {
    return {state_->buffer.get() + state_->begin, state_->end - state_->begin};
}

void UpstreamConnection::start_sending(net::Buffers& buffers, std::int64_t stall_ms) {
    sent_bytes_before_ = transport().sent_bytes();
    sent_at_us_ = clock_.steady_us();
    state_->send_error = {};
    transport().write_now(buffers, state_->send_error);
    if (buffers.empty() || state_->send_error) return;
    state_->sending = true;
    state_->send_deadline.emplace(context_, clock_, [state = state_.get()] { state->transport.close(); });
    state_->send_deadline->set(stall_ms);
    const auto on_part = [state = state_, stall_ms, taken = std::size_t{0}](const error_code& error,
                                                                            std::size_t bytes) mutable {
        if (error) return std::size_t{0};
        if (bytes > taken && state->send_deadline) state->send_deadline->set(stall_ms);
        taken = bytes;
        return sent_at_once_max;
    };
    const std::vector<boost::asio::const_buffer> rest(buffers.begin(), buffers.end());
    transport().async_write(rest, on_part, [state = state_](const error_code& error, std::size_t) {
        state->sending = false;
        state->send_error = error;
        if (state->send_deadline) state->send_deadline->disarm();
        state->sent.notify();
    });
}

error_code UpstreamConnection::send_error() const noexcept {
    // The operation itself may end a little later.
    if (state_->send_deadline && state_->send_deadline->expired()) return http_errc::upstream_timeout;
    return state_->send_error ? make_error_code(http_errc::upstream_broken) : error_code{};
}

void UpstreamConnection::keep_sending() noexcept {
    state_->send_deadline.reset();
}

awaitable<void> UpstreamConnection::stop_sending() {
    if (state_->sending) close();
    while (state_->sending) co_await state_->sent.wait();
}

awaitable<bool> UpstreamConnection::is_unread(bool is_strict) {
    // A broken connection takes no more; until sending has ended it is not known how much it took.
    if (state_->sending && state_->send_deadline) state_->send_deadline->set(end_of_sending_ms);
    while (state_->sending) co_await state_->sent.wait();
    if (!transport().socket().is_open()) co_return false;
    const std::uint64_t sent = transport().sent_bytes() - sent_bytes_before_;
    if (transport().unacknowledged_bytes() < sent) co_return false;
    if (state_->read_error == boost::asio::error::eof) co_return true;
    if (is_strict && sent_at_us_ - idle_since_us < forgotten_after_us) co_return false;
    // Hosts hold acknowledgements back for up to 40 ms, so that a program may have read the request by then.
    const std::int64_t at_once_us = reset_at_once_us + 2 * transport().round_trip_us();
    co_return state_->read_ended_at_us - sent_at_us_ <= at_once_us;
}

void UpstreamConnection::State::make_room() {
    const std::size_t kept = end - begin;
    // Small answers never need more than the first size. Whoever fills it gets more, so that what has arrived
    // goes on in one write; and what does not fit unparsed gets the full one.
    std::size_t wanted = std::max(capacity, is_filled ? stream_buffer_bytes : first_buffer_bytes);
    if (capacity > 0 && kept == capacity) wanted = std::max(full_buffer_bytes, 2 * capacity);
    if (wanted > capacity) {
        auto larger = std::make_unique_for_overwrite<char[]>(wanted);
        if (kept > 0) std::memcpy(larger.get(), buffer.get() + begin, kept);
        buffer = std::move(larger);
        capacity = wanted;
    } else if (end == capacity || kept <= moved_bytes_max) {
        // What is left of a chunk's head makes place for all that has arrived.
        std::memmove(buffer.get(), buffer.get() + begin, kept);
    } else {
        return;
    }
    begin = 0;
    end = kept;
}

void UpstreamConnection::State::start_read() {
    make_room();
    reading = true;
    transport.async_read_some(boost::asio::buffer(buffer.get() + end, capacity - end),
                              [self = shared_from_this()](const error_code& ended, std::size_t bytes) {
                                  self->on_read(ended, bytes);
                              });
}

void UpstreamConnection::State::start_listening() {
    buffer.reset();
    capacity = begin = end = 0;
    is_filled = false;
    if (transport.is_tls()) return start_read();
    reading = true;
    transport.socket().async_wait(net::Socket::wait_read,
                                  [self = shared_from_this()](const error_code& ended) {
                                      if (ended) return self->on_read(ended, 0);
                                      self->read_now();
                                  });
}

void UpstreamConnection::State::read_now() {
    make_room();
    error_code ended;
    const std::size_t bytes =
        transport.read_now(boost::asio::buffer(buffer.get() + end, capacity - end), ended);
    if (ended == boost::asio::error::would_block) return start_listening();
    on_read(ended, bytes);
}

void UpstreamConnection::State::on_read(const error_code& ended, std::size_t bytes) {
    reading = false;
    is_filled = capacity > 0 && bytes == capacity - end;
    read_error = ended;
    if (ended) read_ended_at_us = clock.steady_us();
    end += bytes;
    arrived.notify();
}

void UpstreamConnection::watch() {
    if (!state_->reading) state_->start_listening();
}

awaitable<error_code> UpstreamConnection::read(std::int64_t timeout_ms) {
    const std::size_t before = input().size();
    if (!state_->reading) {
        // The first token may be minutes away, the next one is not.
        state_->capacity == 0 ? state_->start_listening() : state_->start_read();
    }
    read_deadline_.set(timeout_ms);
    while (state_->reading) co_await state_->arrived.wait();
    read_deadline_.disarm();
    if (input().size() > before) co_return error_code{};
    if (read_deadline_.expired()) co_return http_errc::upstream_timeout;
    if (send_error() == http_errc::upstream_timeout) co_return http_errc::upstream_timeout;
    if (state_->read_error == boost::asio::error::eof) co_return state_->read_error;
    co_return http_errc::upstream_broken;
}

}  // namespace weir::proxy
