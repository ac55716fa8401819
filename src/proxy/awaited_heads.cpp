// Who begins to wait goes to the end, so that the order is that of time.
#include "proxy/awaited_heads.hpp"

namespace weir::proxy {

namespace {
constexpr std::int64_t on_its_way_us = 1'000'000;
}

void AwaitedHeads::add(Waiter& waiter, std::int64_t now_us) {
    waiter.since_us_ = now_us;
    waiting_.push_back(waiter);
}

void AwaitedHeads::remove(Waiter& waiter) noexcept {
    waiter.unlink();
}

bool AwaitedHeads::displace_one(std::int64_t now_us) {
    if (waiting_.empty() || now_us - waiting_.front().since_us_ < on_its_way_us) return false;
    Waiter& longest = waiting_.front();
    waiting_.pop_front();
    longest.displace();
    return true;
}

}  // namespace weir::proxy
