// The map decides, and what it says is copied to where threads read it without a lock.
#include "limiter/redis_cluster.hpp"

#include <utility>

namespace weir {

RedisCluster::RedisCluster(const Clock& clock, RedisStoreOptions options) : node_(clock, std::move(options)) {
    publish();
}

bool RedisCluster::has_slots(std::size_t index) const {
    const std::lock_guard lock(mutex_);
    return map_.has_slots(index);
}

const RedisMaster& RedisCluster::worst() const {
    const std::lock_guard lock(mutex_);
    std::size_t worst = map_.owner_of(0);
    for (std::size_t i = 0; i < map_.size(); ++i) {
        if (!map_.has_slots(i) || masters_[i]->breaker.is_closed()) continue;
        worst = i;
        if (!masters_[i]->ready()) break;
    }
    return *masters_[worst];
}

bool RedisCluster::is_ready() const {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < map_.size(); ++i) {
        if (map_.has_slots(i) && masters_[i]->ready()) return true;
    }
    return false;
}

std::pair<std::size_t, std::size_t> RedisCluster::count_masters() const {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0, away = 0;
    for (std::size_t i = 1; i < map_.size(); ++i) {
        if (!map_.has_slots(i)) continue;
        ++count;
        if (!masters_[i]->breaker.is_closed()) ++away;
    }
    return {count, away};
}

std::vector<std::pair<std::uint16_t, std::uint16_t>> RedisCluster::update(
    const std::vector<redis::SlotRange>& ranges) {
    const std::lock_guard lock(mutex_);
    map_.update(ranges);
    publish();
    return map_.unserved();
}

std::optional<std::size_t> RedisCluster::follow(const redis::Redirect& redirect) {
    std::optional<std::size_t> to;
    {
        const std::lock_guard lock(mutex_);
        const bool moved = redirect.kind == redis::Redirect::Kind::moved;
        to = moved ? map_.note_moved(redirect.slot, redirect.to) : map_.find_or_make(redirect.to);
        publish();
    }
    if (redirect.kind == redis::Redirect::Kind::moved) note_old_map();
    return to;
}

void RedisCluster::add_listener(const void* owner, Listener listener) {
    const std::lock_guard lock(mutex_);
    listener();
    listeners_.emplace(owner, std::move(listener));
}

void RedisCluster::remove_listener(const void* owner) {
    const std::lock_guard lock(mutex_);
    listeners_.erase(owner);
}

/// Under the lock. A master is there before anything says that it has slots.
void RedisCluster::publish() {
    bool are_elsewhere = size_ != map_.size();
    for (std::size_t i = 0; i < map_.size(); ++i) {
        if (!masters_[i]) masters_[i] = std::make_unique<RedisMaster>(node_, i);
        are_elsewhere = masters_[i]->set_server(map_.master(i)) || are_elsewhere;
    }
    size_.store(map_.size(), std::memory_order_release);
    for (const auto& [owner, listener] : listeners_) {
        if (are_elsewhere) listener();
    }
    publish_owners();
}

void RedisCluster::publish_owners() {
    bool has_changed = false;
    for (std::size_t i = 0; i < redis::slot_count; ++i) {
        const auto slot = static_cast<std::uint16_t>(i);
        const std::size_t before = node_.owners.of(slot), now = map_.owner_of(slot);
        if (before != now) {
            const bool is_moved = before != ClusterMap::nobody && masters_[before]->breaker.is_closed();
            if (is_moved && !masters_[now]->is_met) masters_[now]->was_filled = true;
            node_.owners.set(slot, now);
            has_changed = true;
        }
        if (routes_.of(slot) != now) routes_.set(slot, route_now(slot));
    }
    if (has_changed) node_.local_copy.note_new_owners();
}

std::size_t RedisCluster::route_now(std::uint16_t slot) const {
    const std::size_t before = routes_.of(slot), now = map_.owner_of(slot);
    const bool is_met = now == ClusterMap::nobody || masters_[now]->is_met;
    const bool can_be_led = before != ClusterMap::nobody && masters_[before]->breaker.is_closed();
    return is_met || !can_be_led ? now : before;
}

}  // namespace weir
