// Connects, sends and listens at once: an upstream may answer before it has read the whole request.
#include "proxy/attempt.hpp"

namespace weir::proxy {

using boost::system::error_code;

awaitable<error_code> Attempt::run(UpstreamMessage message, Connection which) {
    message_ = std::move(message);
    if (which == Connection::any) connection_ = worker_.pool.take_kept(upstream_.url);
    if (!connection_) {
        auto made = co_await worker_.pool.connect(upstream_.url, timeouts_.connect_ms, abort_);
        if (abort_.fired()) co_return errc::client_gone;
        if (!made) cause_ = made.error();
        if (!made) co_return errc::upstream_unreachable;
        connection_ = std::move(*made);
    }
    if (abort_.fired()) co_return errc::client_gone;
    sent_at_us_ = worker_.clock.steady_us();
    ending_ = Ending::upstream_broken;
    answer_.emplace(*connection_, worker_.clock, method_);
    std::vector<boost::asio::const_buffer> buffers{boost::asio::buffer(message_.head)};
    for (const std::string_view piece : message_.body) {
        if (!piece.empty()) buffers.push_back(boost::asio::buffer(piece));
    }
    connection_->start_sending(std::move(buffers), timeouts_.write_ms);
    // Where sending fails an answer may stand all the same: a refusal that did not wait for the body.
    const error_code error = co_await answer_->read_head(timeouts_.first_byte_ms);
    if (!error) {
        connection_->keep_sending();
        co_return error_code{};
    }
    if (abort_.fired()) co_return errc::client_gone;
    if (connection_->send_error()) co_return connection_->send_error();
    if (error == errc::upstream_broken) cause_ = connection_->read_error();
    co_return error;
}

void Attempt::abort() {
    abort_.fire();
    if (connection_) connection_->close();
}

awaitable<bool> Attempt::was_stale() {
    if (!connection_ || !connection_->reused || !answer_ || answer_->started()) co_return false;
    co_return co_await connection_->is_unread();
}

bool Attempt::release(bool whole) {
    if (!connection_) return true;
    if (connection_->sending()) return false;
    if (whole && answer_->finish()) worker_.pool.release(std::move(connection_), answer_->keep_alive_s());
    answer_.reset();
    connection_.reset();
    return true;
}

awaitable<void> Attempt::stop() {
    co_await connection_->stop_sending();
    release(false);
}

}  // namespace weir::proxy
