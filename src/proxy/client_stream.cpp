// One read at a time, whoever asked for it: the session that needs bytes, or the watch that waits for the
// end.
#include "proxy/client_stream.hpp"

#include <algorithm>
#include <cstring>

namespace weir::proxy {

using boost::system::error_code;

namespace {
constexpr std::size_t read_bytes_min = 2 << 10;   // what an idle connection costs
constexpr std::size_t kept_bytes_max = 16 << 10;  // more is given back between requests
constexpr std::size_t watched_bytes_max = 64 << 10;
}  // namespace

ClientStream::ClientStream(net::Socket socket, boost::asio::io_context& context, const Clock& clock,
                           std::int64_t write_ms)
    : transport_(std::move(socket)),
      deadline_(context, clock, [this] { transport_.cancel(); }),
      write_ms_(write_ms) {}

void ClientStream::start_read(std::size_t read_bytes) {
    if (reading_ || gone_) return;
    if (begin_ == end_) begin_ = end_ = 0;
    if (buffer_.size() - end_ < read_bytes && begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (buffer_.size() - end_ < read_bytes) buffer_.resize(end_ + read_bytes);
    reading_ = true;
    transport_.async_read_some(boost::asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
                               [this](const error_code& error, std::size_t bytes) { on_read(error, bytes); });
}

void ClientStream::on_read(const error_code& error, std::size_t bytes) {
    reading_ = false;
    end_ += bytes;
    if (error && !(error == boost::asio::error::operation_aborted && deadline_.expired())) gone_ = true;
    if (on_gone_) {
        if (gone_) {
            const auto on_gone = std::move(on_gone_);
            on_gone_ = nullptr;
            on_gone();
        } else if (!error && end_ - begin_ < watched_bytes_max) {
            start_read(read_bytes_min);
        }
    }
    readable_.notify();
}

awaitable<error_code> ClientStream::fill(std::size_t read_bytes) {
    const std::size_t before = end_ - begin_;
    start_read(std::max(read_bytes, read_bytes_min));
    while (reading_) co_await readable_.wait();
    if (end_ - begin_ > before) co_return error_code{};
    co_return deadline_.expired() ? http_errc::request_timeout : http_errc::client_gone;
}

void ClientStream::shrink() {
    if (reading_ || buffer_.size() <= kept_bytes_max) return;
    buffer_ = std::vector<char>();
    begin_ = end_ = 0;
}

void ClientStream::watch(std::function<void()> on_gone) {
    if (gone_) return on_gone();
    on_gone_ = std::move(on_gone);
    if (end_ - begin_ < watched_bytes_max) start_read(read_bytes_min);
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
