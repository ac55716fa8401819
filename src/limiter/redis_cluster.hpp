// What all threads of one node share about a Redis Cluster: its masters, and who has which slots.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "limiter/cluster_map.hpp"
#include "limiter/redis_master.hpp"
#include "limiter/redis_node.hpp"
#include "redis/redirect.hpp"

namespace weir {

/// Masters are never forgotten, and keep their index and address in memory.
/// Thread safety: every function may be called from any thread, but for `on_old_map`, before all others.
class RedisCluster {
public:
    RedisCluster(const Clock& clock, RedisStoreOptions options);

    RedisNode& node() noexcept { return node_; }
    const RedisNode& node() const noexcept { return node_; }
    std::size_t size() const noexcept { return size_.load(std::memory_order_acquire); }
    /// Index 0, ClusterMap::nobody, stands for the slots that nobody serves. Its breaker is closed while
    /// there are none.
    RedisMaster& master(std::size_t index) noexcept { return *masters_[index]; }
    const RedisMaster& master(std::size_t index) const noexcept { return *masters_[index]; }
    /// Whom to ask about ledgers of the slot: its master, or, until a new one has been met, the one before,
    /// which knows where to send us.
    std::size_t route_of(std::uint16_t slot) const noexcept { return routes_.of(slot); }
    bool has_slots(std::size_t index) const;
    /// Of those that have slots the one that is worst off: one that does not decide, where there is one.
    const RedisMaster& worst() const;
    /// Some ledgers can be decided about.
    bool is_ready() const;
    /// How many have slots, nobody left out, and how many of them do not decide.
    std::pair<std::size_t, std::size_t> count_masters() const;

    /// A server has answered CLUSTER SLOTS. The ranges that nobody serves.
    std::vector<std::pair<std::uint16_t, std::uint16_t>> update(const std::vector<redis::SlotRange>& ranges);
    /// The master that a redirect names. MOVED changes the map at once, and has it read anew. nullopt: there
    /// are too many masters.
    std::optional<std::size_t> follow(const redis::Redirect& redirect);

    /// Something shows that the map may be old.
    void note_old_map() const {
        if (on_old_map_) on_old_map_();
    }
    void on_old_map(std::function<void()> told) { on_old_map_ = std::move(told); }

    /// Called on any thread, under a lock: whenever a master is new, or somewhere else.
    using Listener = std::function<void()>;
    void add_listener(const void* owner, Listener listener);
    void remove_listener(const void* owner);

private:
    void publish();
    void publish_owners();
    std::size_t route_now(std::uint16_t slot) const;

    RedisNode node_;
    SlotOwners routes_{true};
    mutable std::mutex mutex_;
    ClusterMap map_;
    std::array<std::unique_ptr<RedisMaster>, SlotOwners::masters_max> masters_;
    std::atomic<std::size_t> size_{0};
    std::function<void()> on_old_map_;
    std::map<const void*, Listener> listeners_;
};

}  // namespace weir
