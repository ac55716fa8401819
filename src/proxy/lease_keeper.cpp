// One timer for all entries of a thread: looking at each ten times a second is cheaper than a timer each.
#include "proxy/lease_keeper.hpp"

#include <chrono>

namespace weir::proxy {

namespace {
constexpr std::int64_t tick_us = 100'000;
/// Between two renewals of an answer that goes on exceeding what is reserved for it.
constexpr std::int64_t growth_apart_us = 500'000;

bool exceeds(const Lease& lease, std::int64_t produced, std::int64_t now_us) noexcept {
    const Reservation& reservation = lease.reservation;
    return produced > reservation.produced() && produced >= reservation.produced() + reservation.held() &&
           now_us >= lease.may_grow_us;
}
}  // namespace

void LeaseKeeper::add(Entry& entry) {
    Lease& lease = entry.lease;
    if (lease.due_us == 0) lease.due_us = clock_.steady_us() + lease.reservation.progress_due_us() - tick_us;
    entries_.push_back(entry);
    added_.notify();
}

awaitable<void> LeaseKeeper::remove(Entry& entry) {
    while (!remove_at_once(entry)) co_await entry.idle.wait();
}

bool LeaseKeeper::remove_at_once(Entry& entry) {
    if (entry.busy) return false;
    const auto position = entries_.iterator_to(entry);
    if (next_ == position) ++next_;
    entries_.erase(position);
    return true;
}

awaitable<void> LeaseKeeper::run() {
    Timer timer(context_);
    for (;;) {
        while (entries_.empty()) co_await added_.wait();
        timer.expires_after(std::chrono::microseconds(tick_us));
        co_await timer.async_wait(use_awaitable_as_tuple);
        co_await renew_due();
    }
}

awaitable<void> LeaseKeeper::renew_due() {
    const std::int64_t now_us = clock_.steady_us();
    for (auto current = entries_.begin(); current != entries_.end(); current = next_) {
        next_ = std::next(current);
        Entry& entry = *current;
        Lease& lease = entry.lease;
        Usage so_far = entry.so_far();
        const bool grows = exceeds(lease, so_far.output_tokens, now_us);
        if (!grows && lease.due_us > now_us) continue;
        if (grows) so_far.expected_more = lease.growth.more_after(so_far.output_tokens);
        entry.busy = true;
        const std::int64_t asked_us = clock_.steady_us();
        co_await limiter_.progress(lease.reservation, so_far);
        const std::int64_t told_us = clock_.steady_us();
        metrics_.count_store_call(observe::StoreCall::progress, told_us - asked_us);
        lease.due_us = told_us + lease.reservation.progress_due_us() - tick_us;
        lease.may_grow_us = told_us + growth_apart_us;
        entry.busy = false;
        entry.idle.notify();
    }
    next_ = entries_.end();
}

}  // namespace weir::proxy
