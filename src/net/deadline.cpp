// The deadlines of an io_context in order of when they are looked at, and the timer that they share.
#include "net/deadline.hpp"

#include <algorithm>
#include <boost/intrusive/set.hpp>
#include <limits>
#include <utility>

#include "weir/awaitable.hpp"

namespace weir::net {

namespace {
constexpr std::int64_t never_us = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t nap_us_max = 5'000'000;
// Naps end together, so that thousands of connections wake the thread ten times a second and not thousands.
constexpr std::int64_t nap_ends_every_us = 100'000;
}  // namespace

class DeadlineQueue : public boost::asio::execution_context::service {
public:
    using key_type = DeadlineQueue;
    static boost::asio::execution_context::id id;

    explicit DeadlineQueue(boost::asio::io_context& context)
        : service(context), timer_(context.get_executor()) {}

    /// By what its `expires_at_us_` says now.
    void put(Deadline& deadline, std::int64_t now_us) {
        take_out(deadline);
        const std::int64_t nap_ends_us = (now_us + nap_us_max) / nap_ends_every_us * nap_ends_every_us;
        deadline.looked_at_us_ = std::min(deadline.expires_at_us_, nap_ends_us);
        // No other is looked at later than a nap that begins now ends.
        if (deadline.looked_at_us_ == nap_ends_us) {
            queue_.insert(queue_.end(), deadline);
        } else {
            queue_.insert(deadline);
        }
        if (deadline.looked_at_us_ < wakes_at_us_) sleep_until(deadline.looked_at_us_, now_us);
    }

    /// The last one that goes lets a context that has nothing else to do come to its end.
    void remove(Deadline& deadline) {
        take_out(deadline);
        if (!queue_.empty() || wakes_at_us_ == never_us) return;
        wakes_at_us_ = never_us;
        timer_.cancel();
    }

private:
    struct LookedAt {
        using type = std::int64_t;
        type operator()(const Deadline& deadline) const noexcept { return deadline.looked_at_us_; }
    };

    /// What is destroyed from now on leaves the timer alone.
    void shutdown() noexcept override { wakes_at_us_ = never_us; }

    void take_out(Deadline& deadline) noexcept {
        if (deadline.hook_.is_linked()) queue_.erase(queue_.iterator_to(deadline));
        deadline.looked_at_us_ = never_us;
    }

    void sleep_until(std::int64_t at_us, std::int64_t now_us) {
        wakes_at_us_ = at_us;
        timer_.expires_after(std::chrono::microseconds(at_us - now_us));
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (!error) wake();
        });
    }

    void wake() {
        wakes_at_us_ = 0;  // whoever is put back now need not set the timer
        while (!queue_.empty()) {
            Deadline& first = *queue_.begin();
            const std::int64_t now_us = first.clock_.steady_us();
            if (now_us < first.looked_at_us_) {
                sleep_until(first.looked_at_us_, now_us);
                return;
            }
            look_at(first, now_us);
        }
        wakes_at_us_ = never_us;
    }

    void look_at(Deadline& deadline, std::int64_t now_us) {
        take_out(deadline);
        if (deadline.expires_at_us_ == never_us) return;
        if (now_us < deadline.expires_at_us_) return put(deadline, now_us);
        deadline.expires_at_us_ = never_us;
        deadline.expired_ = true;
        deadline.on_expired_();
    }

    Timer timer_;
    boost::intrusive::multiset<
        Deadline,
        boost::intrusive::member_hook<Deadline, boost::intrusive::set_member_hook<>, &Deadline::hook_>,
        boost::intrusive::key_of_value<LookedAt>, boost::intrusive::constant_time_size<false>>
        queue_;
    std::int64_t wakes_at_us_ = never_us;
};

boost::asio::execution_context::id DeadlineQueue::id;

Deadline::Deadline(boost::asio::io_context& context, const Clock& clock, std::function<void()> on_expired)
    : queue_(boost::asio::use_service<DeadlineQueue>(context)),
      clock_(clock),
      on_expired_(std::move(on_expired)),
      expires_at_us_(never_us),
      looked_at_us_(never_us) {}

Deadline::~Deadline() {
    queue_.remove(*this);
}

void Deadline::set(std::int64_t duration_ms) {
    const std::int64_t now_us = clock_.steady_us();
    expired_ = false;
    expires_at_us_ = now_us + duration_ms * 1000;
    if (looked_at_us_ > std::min(expires_at_us_, now_us + nap_us_max)) queue_.put(*this, now_us);
}

void Deadline::disarm() noexcept {
    expires_at_us_ = never_us;
}

}  // namespace weir::net
