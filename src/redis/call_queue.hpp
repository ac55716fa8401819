// The calls of one connection that wait for their replies: which reply is whose, and who has waited too long.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace weir::redis {

/// Pure; times are microseconds of one steady clock. A `Waiter` is whatever the caller needs to be told by.
///
/// A call that has timed out keeps its place, so that its late reply is taken for nobody else's.
template <typename Waiter>
class CallQueue {
public:
    static constexpr std::int64_t never_us = std::numeric_limits<std::int64_t>::max();

    void push(std::int64_t deadline_us, Waiter waiter) { calls_.push_back({deadline_us, std::move(waiter)}); }

    /// A command whose reply nobody waits for, due as that of the next call.
    void push_unawaited(std::int64_t deadline_us) { calls_.push_back({deadline_us, std::nullopt}); }

    /// A reply has been read: it belongs to the oldest call. nullopt: that has been told of its timeout
    /// already, or nobody waits.
    /// REQUIRES: size() > 0
    std::optional<Waiter> pop() {
        std::optional<Waiter> waiter = std::move(calls_.front().waiter);
        calls_.pop_front();
        return waiter;
    }

    /// `take_expired` would take somebody.
    bool has_expired(std::int64_t now_us) const {
        return std::any_of(calls_.begin(), calls_.end(),
                           [&](const Call& call) { return call.waiter && now_us >= call.deadline_us; });
    }

    /// Those whose deadline has come, in order of their calls.
    std::vector<Waiter> take_expired(std::int64_t now_us) {
        std::vector<Waiter> expired;
        for (Call& call : calls_) {
            if (!call.waiter || now_us < call.deadline_us) continue;
            expired.push_back(std::move(*call.waiter));
            call.waiter.reset();
        }
        return expired;
    }

    /// Everybody who still waits, in order: first those whose commands may have been executed, then the
    /// last `unsent` calls. Empty afterwards.
    std::pair<std::vector<Waiter>, std::vector<Waiter>> take_all(std::size_t unsent) {
        std::pair<std::vector<Waiter>, std::vector<Waiter>> taken;
        for (std::size_t i = 0; i < calls_.size(); ++i) {
            if (!calls_[i].waiter) continue;
            auto& kind = i + unsent < calls_.size() ? taken.first : taken.second;
            kind.push_back(std::move(*calls_[i].waiter));
        }
        calls_.clear();
        return taken;
    }

    /// The reply that is due next is more than `patience_us` past its deadline.
    bool stalled(std::int64_t now_us, std::int64_t patience_us) const {
        return !calls_.empty() && now_us - calls_.front().deadline_us >= patience_us;
    }

    /// When `take_expired` or `stalled` may have something to say next. Deadlines need not be in order.
    std::int64_t next_look_us(std::int64_t patience_us) const {
        if (calls_.empty()) return never_us;
        std::int64_t next_us = calls_.front().deadline_us + patience_us;
        for (const Call& call : calls_) {
            if (call.waiter) next_us = std::min(next_us, call.deadline_us);
        }
        return next_us;
    }

    /// Replies that are yet to come.
    std::size_t size() const noexcept { return calls_.size(); }

private:
    struct Call {
        std::int64_t deadline_us = 0;
        std::optional<Waiter> waiter;
    };
    std::deque<Call> calls_;
};

}  // namespace weir::redis
