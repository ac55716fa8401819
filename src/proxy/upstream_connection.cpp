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
    : incoming_(std::make_shared<Incoming>(Socket(context))),
      deadline_(context, clock, [this] { transport().cancel(); }) {}

std::string_view UpstreamConnection::input() const noexcept {
    return {incoming_->buffer.data() + incoming_->begin, incoming_->end - incoming_->begin};
}

awaitable<error_code> UpstreamConnection::write(std::span<const boost::asio::const_buffer> buffers,
                                                std::int64_t timeout_ms) {
    const error_code error = co_await transport().write(buffers, deadline_, timeout_ms);
    if (!error) co_return error_code{};
    co_return deadline_.expired() ? errc::upstream_timeout : errc::upstream_broken;
}

void UpstreamConnection::Incoming::start_read() {
    if (begin == end) begin = end = 0;
    if (end == buffer.size() && begin > 0) {
        std::memmove(buffer.data(), buffer.data() + begin, end - begin);
        end -= begin;
        begin = 0;
    }
    // Small answers never need more than the first size; whoever fills it gets the full one.
    if (end == buffer.size()) {
        buffer.resize(buffer.empty() ? first_buffer_bytes : std::max(full_buffer_bytes, 2 * buffer.size()));
    }
    reading = true;
    transport.async_read_some(boost::asio::buffer(buffer.data() + end, buffer.size() - end),
                              [self = shared_from_this()](const error_code& ended, std::size_t bytes) {
                                  self->reading = false;
                                  self->error = ended;
                                  self->end += bytes;
                                  self->arrived.notify();
                              });
}

void UpstreamConnection::watch() {
    if (!incoming_->reading) incoming_->start_read();
}

awaitable<error_code> UpstreamConnection::read(std::int64_t timeout_ms) {
    const std::size_t before = input().size();
    watch();
    deadline_.set(timeout_ms);
    while (incoming_->reading) co_await incoming_->arrived.wait();
    deadline_.disarm();
    if (input().size() > before) co_return error_code{};
    if (deadline_.expired()) co_return errc::upstream_timeout;
    if (incoming_->error == boost::asio::error::eof) co_return incoming_->error;
    co_return errc::upstream_broken;
}

}  // namespace weir::proxy
