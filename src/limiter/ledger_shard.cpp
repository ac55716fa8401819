// Forgetting by expiry: a queue of looks, each moved on when its ledger turns out to be in use.
#include "limiter/ledger_shard.hpp"

#include <algorithm>
#include <limits>

namespace weir {

namespace {
// Two for each ledger made keep up with any rate of making.
constexpr std::size_t looks_per_ledger_made = 2;
}  // namespace

Window* LedgerShard::find(std::string_view name) {
    const auto found = ledgers_.find(name);
    return found == ledgers_.end() ? nullptr : &found->second;
}

bool LedgerShard::has_room(std::int64_t now_us) {
    if (ledgers_.size() >= ledgers_max_) forget_expired(now_us, std::numeric_limits<std::size_t>::max());
    return ledgers_.size() < ledgers_max_;
}

Window& LedgerShard::get(std::string_view name, std::int64_t window_us, std::int64_t now_us) {
    if (Window* window = find(name)) return *window;
    const auto made = ledgers_.emplace(std::string(name), Window(window_us)).first;
    // What is added now cannot expire earlier than a lease would.
    looks_.push({now_us + lease_us(window_us), &*made});
    return made->second;
}

void LedgerShard::forget_some(std::int64_t now_us) {
    forget_expired(now_us, looks_per_ledger_made);
}

void LedgerShard::forget_expired(std::int64_t now_us, std::size_t looks_max) {
    for (std::size_t looks = 0; looks < looks_max && !looks_.empty() && looks_.top().at_us <= now_us;
         ++looks) {
        const Ledgers::pointer ledger = looks_.top().ledger;
        looks_.pop();
        const std::int64_t empty_at_us = ledger->second.empty_at_us();
        if (empty_at_us > now_us) {
            looks_.push({empty_at_us, ledger});
        } else {
            ledgers_.erase(ledgers_.find(ledger->first));
        }
    }
}

}  // namespace weir
