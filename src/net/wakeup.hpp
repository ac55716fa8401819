// Lets one coroutine wait until somebody on the same thread says so.
#pragma once

#include <boost/asio/async_result.hpp>
#include <optional>
#include <utility>

#include "weir/awaitable.hpp"

namespace weir::net {

/// One waiter at a time, on one thread. A notification without a waiter is not remembered: wait in a loop
/// over the condition.
class Wakeup {
public:
    awaitable<void> wait() {
        // Returned, not awaited: a coroutine of its own would cost every wait.
        return boost::asio::async_initiate<const boost::asio::use_awaitable_t<executor>, void()>(
            [this](Handler handler) { waiter_.emplace(std::move(handler)); }, use_awaitable);
    }

    /// Resumes the waiter before it returns.
    void notify() {
        if (!waiter_) return;
        Handler handler = std::move(*waiter_);
        waiter_.reset();
        std::move(handler)();
    }

private:
    using Handler = boost::asio::async_result<boost::asio::use_awaitable_t<executor>, void()>::handler_type;
    std::optional<Handler> waiter_;
};

}  // namespace weir::net
