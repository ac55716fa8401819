// A deadline that costs next to nothing to move, for operations that nearly always end in time.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>

#include "weir/clock.hpp"

namespace weir::net {

/// Moving it forward writes an integer: the timer behind it wakes at most every five seconds, sees how far
/// the deadline has moved, and sleeps again. Only a deadline that is nearer than the next wake-up re-arms the
/// timer.
///
/// One thread: that of its io_context. Destroying it, or disarming it, means that `on_expired` is not called.
class Deadline {
public:
    Deadline(boost::asio::io_context& context, const Clock& clock, std::function<void()> on_expired);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    /// Expires so long from now, in place of what was set before. Clears `expired`.
    void set(std::int64_t duration_ms);
    void disarm() noexcept;
    bool expired() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;  // shared with the timer's pending handler, which may outlive this object
};

}  // namespace weir::net
