// One read at a time, whoever asked for it: the session that needs bytes, or the watch that waits for the
// end.
#include "proxy/client_stream.hpp"

#include <poll.h>

#include <algorithm>
#include <cstring>

namespace weir::proxy {

using boost::system::error_code;

namespace {
constexpr std::size_t read_bytes_min = 4 << 10;
constexpr std::size_t tls_read_bytes = 2 << 10;  // what an idle connection under TLS costs here
constexpr std::size_t watched_bytes_max = 64 << 10;
}  // namespace

bool has_hung_up(int descriptor) noexcept {
    pollfd state{.fd = descriptor, .events = POLLRDHUP, .revents = 0};
    return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

ClientStream::ClientStream(net::Socket socket, boost::asio::io_context& context, const Clock& clock,
                           std::int64_t write_ms)
    : transport_(std::move(socket)),
      deadline_(context, clock, [this] { transport_.cancel(); }),
      write_ms_(write_ms) {}

void ClientStream::make_room(std::size_t read_bytes) {
    if (begin_ == end_) begin_ = end_ = 0;
    if (capacity_ - end_ >= read_bytes) return;
    const std::size_t kept = end_ - begin_;
    if (capacity_ - kept >= read_bytes) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, kept);
    } else {
        capacity_ = kept + std::max(read_bytes, kept);
        auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
        if (kept > 0) std::memcpy(larger.get(), buffer_.get() + begin_, kept);
        buffer_ = std::move(larger);
    }
    begin_ = 0;
    end_ = kept;
}

void ClientStream::start_read(std::size_t read_bytes) {
    if (reading_ || gone_) return;
    make_room(read_bytes);
    reading_ = true;
    transport_.async_read_some(boost::asio::buffer(buffer_.get() + end_, capacity_ - end_),
                               [this](const error_code& error, std::size_t bytes) {
                                   if (error || turns_ == nullptr) return on_read(error, bytes);
                                   decrypted_ = bytes;
                                   turns_->ask(*this);
                               });
}

/// The memory for what comes is taken when it is there: most connections are idle most of the time.
void ClientStream::start_listening() {
    if (reading_ || gone_) return;
    if (begin_ == end_) {
        buffer_.reset();
        capacity_ = begin_ = end_ = 0;
    }
    if (transport_.is_tls()) return start_read(tls_read_bytes);
    reading_ = true;
    transport_.socket().async_wait(net::Socket::wait_read, [this](const error_code& error) {
        if (error) return on_read(error, 0);
        turns_ ? turns_->ask(*this) : read_now();
    });
}

void ClientStream::take_turn(Turns::Turn turn) {
    if (turn != Turns::Turn::at_once && has_hung_up(transport_.socket().native_handle())) {
        decrypted_ = 0;
        return on_read(boost::asio::error::eof, 0);
    }
    is_shed_ = turn == Turns::Turn::shed;
    decrypted_ > 0 ? on_read({}, std::exchange(decrypted_, 0)) : read_now();
}

void ClientStream::read_now() {
    make_room(read_bytes_min);
    error_code error;
    const std::size_t bytes =
        transport_.read_now(boost::asio::buffer(buffer_.get() + end_, capacity_ - end_), error);
    const bool is_over = error == boost::asio::error::would_block && deadline_.expired();
    if (is_over) error = boost::asio::error::operation_aborted;
    if (error != boost::asio::error::would_block) return on_read(error, bytes);
    reading_ = false;
    start_listening();
}

void ClientStream::on_read(const error_code& error, std::size_t bytes) {
    reading_ = false;
    turns_ = nullptr;
    end_ += bytes;
    if (error && !(error == boost::asio::error::operation_aborted && deadline_.expired())) gone_ = true;
    if (on_gone_) {
        if (gone_) {
            const auto on_gone = std::move(on_gone_);
            on_gone_ = nullptr;
            on_gone();
        } else if (!error && end_ - begin_ < watched_bytes_max) {
            start_listening();
        }
    }
    readable_.notify();
}

awaitable<error_code> ClientStream::fill(std::size_t read_bytes) {
    const std::size_t before = end_ - begin_;
    start_read(std::max(read_bytes, read_bytes_min));
    return read_more(before);
}

awaitable<error_code> ClientStream::await_input(Turns& turns) {
    const std::size_t before = end_ - begin_;
    turns_ = &turns;
    start_listening();
    return read_more(before);
}

awaitable<error_code> ClientStream::read_more(std::size_t before) {
    while (reading_) co_await readable_.wait();
    if (end_ - begin_ > before) co_return error_code{};
    co_return deadline_.expired() ? http_errc::request_timeout : http_errc::client_gone;
}

void ClientStream::watch(std::function<void()> on_gone) {
    if (gone_) return on_gone();
    on_gone_ = std::move(on_gone);
    if (end_ - begin_ < watched_bytes_max) start_listening();
}

awaitable<error_code> ClientStream::write(net::Buffers& buffers) {
    if (gone_) co_return http_errc::client_gone;
    const error_code error = co_await transport_.write(buffers, deadline_, write_ms_);
    if (!error) co_return error_code{};
    gone_ = true;
    co_return http_errc::client_gone;
}

error_code ClientStream::write_now(net::Buffers& buffers) {
    error_code error;
    if (!gone_) transport_.write_now(buffers, error);
    if (error) gone_ = true;
    return gone_ ? make_error_code(http_errc::client_gone) : error_code{};
}

void ClientStream::close() noexcept {
    gone_ = true;
    transport_.close();
}

awaitable<void> ClientStream::finish() {
    on_gone_ = nullptr;
    deadline_.disarm();
    close();
    while (reading_) co_await readable_.wait();
}

}  // namespace weir::proxy
