// Reads and writes with deadlines on one upstream connection.
#include <cstring>

#include "proxy/upstream_pool.hpp"

namespace weir::proxy {

using boost::system::error_code;

namespace {
constexpr std::size_t first_buffer_bytes = 4 << 10;
constexpr std::size_t full_buffer_bytes = 64 << 10;
}  // namespace

UpstreamConnection::UpstreamConnection(boost::asio::io_context& context, const Clock& clock)
    : transport_(Socket(context)), deadline_(context, clock, [this] { transport_.cancel(); }) {}

awaitable<error_code> UpstreamConnection::write(std::span<const boost::asio::const_buffer> buffers,
                                                std::int64_t timeout_ms) {
    const error_code error = co_await transport_.write(buffers, deadline_, timeout_ms);
    if (!error) co_return error_code{};
    co_return deadline_.expired() ? errc::upstream_timeout : errc::upstream_broken;
}

awaitable<error_code> UpstreamConnection::read(std::int64_t timeout_ms) {
    if (begin_ == end_) begin_ = end_ = 0;
    if (end_ == buffer_.size() && begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    // Small answers never need more than the first size; whoever fills it gets the full one.
    if (end_ == buffer_.size()) {
        buffer_.resize(buffer_.empty() ? first_buffer_bytes
                                       : std::max(full_buffer_bytes, 2 * buffer_.size()));
    }
    deadline_.set(timeout_ms);
    const auto [error, bytes] =
        co_await transport_.read_some(boost::asio::buffer(buffer_.data() + end_, buffer_.size() - end_));
    deadline_.disarm();
    end_ += bytes;
    if (bytes > 0) co_return error_code{};
    if (deadline_.expired()) co_return errc::upstream_timeout;
    if (error == boost::asio::error::eof) co_return error;
    co_return errc::upstream_broken;
}

}  // namespace weir::proxy
