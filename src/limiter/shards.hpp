// All shards of one store, and locking several of them together.
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "limiter/ledger_shard.hpp"

namespace weir {

/// A request touches a handful of ledgers.
inline constexpr std::size_t usual_ledgers = 8;
template <typename T>
using Few = boost::container::small_vector<T, usual_ledgers>;

template <typename Ledger>
class Shards {
public:
    using Shard = LedgerShard<Ledger>;

    explicit Shards(std::size_t ledgers_max) {
        constexpr std::size_t shards_max = 64;
        constexpr std::size_t ledgers_per_shard_min = 1024;
        const std::size_t count = std::clamp<std::size_t>(ledgers_max / ledgers_per_shard_min, 1, shards_max);
        for (std::size_t i = 0; i < count; ++i) {
            shards_.push_back(std::make_unique<Shard>(std::max<std::size_t>(ledgers_max / count, 1)));
        }
    }

    Shard& of(const LedgerName& name) const noexcept { return *shards_[name.hash() % shards_.size()]; }
    std::size_t size() const noexcept { return shards_.size(); }
    Shard* operator[](std::size_t index) const noexcept { return shards_[index].get(); }
    auto begin() const noexcept { return shards_.begin(); }
    auto end() const noexcept { return shards_.end(); }

    /// Locks each of them once, always in the same order.
    static void lock(const Few<Shard*>& wanted, Few<std::unique_lock<std::mutex>>& locks) {
        Few<Shard*> order = wanted;
        std::sort(order.begin(), order.end());
        order.erase(std::unique(order.begin(), order.end()), order.end());
        for (Shard* shard : order) locks.emplace_back(shard->mutex);
    }

private:
    std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace weir
