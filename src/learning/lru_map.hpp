// A map with a bound: where it is full, what was taught least recently gives way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>
#include <utility>

namespace weir::learning {

/// Keys are hashes that stand for names. One thread, or a lock of the caller's. What it points to stays where
/// it is until it is forgotten.
template <typename Value>
class LruMap {
public:
    using Item = std::pair<std::uint64_t, Value>;

    /// REQUIRES: items_max > 0.
    explicit LruMap(std::size_t items_max) : items_max_(items_max) {}

    /// Changes no order. nullptr: it is not known.
    Value* find(std::uint64_t key) noexcept {
        const auto found = places_.find(key);
        return found == places_.end() ? nullptr : &found->second->second;
    }
    const Value* find(std::uint64_t key) const noexcept {
        const auto found = places_.find(key);
        return found == places_.end() ? nullptr : &found->second->second;
    }

    /// Becomes the newest; made where it is not known. `forget` is told of the item that gives way for it.
    template <typename Forget>
    Value& touch(std::uint64_t key, Forget forget) {
        const auto found = places_.find(key);
        if (found != places_.end()) {
            items_.splice(items_.begin(), items_, found->second);
            return found->second->second;
        }
        if (items_.size() >= items_max_) {
            forget(std::as_const(items_.back()));
            places_.erase(items_.back().first);
            items_.pop_back();
        }
        items_.emplace_front(key, Value());
        places_.emplace(key, items_.begin());
        return items_.front().second;
    }

    /// The newest first.
    auto begin() const noexcept { return items_.begin(); }
    auto end() const noexcept { return items_.end(); }
    auto begin() noexcept { return items_.begin(); }
    auto end() noexcept { return items_.end(); }
    std::size_t size() const noexcept { return items_.size(); }

private:
    std::size_t items_max_;
    std::list<Item> items_;
    std::unordered_map<std::uint64_t, typename std::list<Item>::iterator> places_;
};

}  // namespace weir::learning
