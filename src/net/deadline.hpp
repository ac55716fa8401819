// A deadline that costs next to nothing to move, for operations that nearly always end in time.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/intrusive/set_hook.hpp>
#include <cstdint>
#include <functional>

#include "weir/clock.hpp"

namespace weir::net {

class DeadlineQueue;

/// Moving it forward writes an integer. All deadlines of an io_context share one timer: it looks at each at
/// most every five seconds, sees how far the deadline has moved, and puts it back. Only one that is nearer
/// than its next look is put elsewhere.
///
/// One thread: that of its io_context, which outlives it. Destroying it, or disarming it, means that
/// `on_expired` is not called; `on_expired` itself must not destroy it.
class Deadline {
public:
    Deadline(boost::asio::io_context& context, const Clock& clock, std::function<void()> on_expired);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    /// Expires so long from now, in place of what was set before. Clears `expired`.
    void set(std::int64_t duration_ms);
    void disarm() noexcept;
    bool expired() const noexcept { return expired_; }

private:
    friend class DeadlineQueue;

    boost::intrusive::set_member_hook<> hook_;  // linked while it is in the queue
    DeadlineQueue& queue_;
    const Clock& clock_;
    std::function<void()> on_expired_;
    std::int64_t expires_at_us_;
    std::int64_t looked_at_us_;  // when the queue looks at it next
    bool expired_ = false;
};

}  // namespace weir::net
