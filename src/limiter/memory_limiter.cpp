// The embedded store: shards of ledgers; whatever a request touches is locked together, in one order.
#include "weir/memory_limiter.hpp"

#include <algorithm>
#include <atomic>
#include <string>

#include "ledger/charging.hpp"
#include "ledger/decide.hpp"
#include "ledger/reservation_access.hpp"
#include "limiter/shards.hpp"

namespace weir {

namespace {

using Shard = LedgerShard<Window>;

LedgerName overflow_name(const LedgerLimits& ledger) {
    std::string name("overflow:");
    name.append(to_string(ledger.scope)).append(":");
    name.append(ledger.limits.counts_in_flight() ? std::string(to_string(Dimension::in_flight))
                                                 : std::to_string(ledger.window_us));
    if (ledger.ledger.name().ends_with(shadow_suffix)) name.append(shadow_suffix);
    return LedgerName(name);
}

class MemoryLimiterImpl final : public MemoryLimiter {
public:
    MemoryLimiterImpl(const Clock& clock, MemoryLimiterOptions options)
        : clock_(clock), shards_(options.ledgers_max) {}

    using Limiter::reserve;
    awaitable<result<Decision>> reserve(Demand demand, LedgerSet ledgers,
                                        Withdrawal /*nobody waits for long*/) override {
        co_return *reserve_at_once(demand, ledgers);
    }

    std::optional<result<Decision>> reserve_at_once(const Demand& demand, const LedgerSet& ledgers) override {
        return reserve_now(clamp_demand(demand), ledgers);
    }

    awaitable<void> settle(Reservation reservation, Usage usage) override {
        settle_at_once(reservation, usage);
        co_return;
    }

    bool settle_at_once(Reservation& reservation, Usage usage) override {
        settle_now(reservation, clamp_usage(usage));
        return true;
    }

    awaitable<void> progress(Reservation& reservation, Usage so_far) override {
        progress_now(reservation, clamp_usage(so_far));
        co_return;
    }

    awaitable<result<void>> count_foreign(const LedgerLimits& ledger, Amounts used) override {
        Shard& shard = shards_.of(ledger.ledger);
        const std::lock_guard lock(shard.mutex);
        const std::int64_t now_us = clock_.now_us();
        Window& window = shard.get(ledger.ledger, ledger.window_us, now_us);
        window.trim(now_us);
        window.add(bucket_of(now_us, ledger.window_us), clamp_demand(used));
        co_return result<void>{};
    }

    awaitable<result<std::vector<Level>>> peek(LedgerSet ledgers) override { co_return peek_now(ledgers); }

    awaitable<result<LedgerContents>> read(const LedgerLimits& ledger) override {
        co_return read_now(ledger);
    }

    awaitable<result<void>> reset(LedgerSet ledgers) override {
        for (const LedgerLimits& ledger : ledgers) {
            Shard& shard = shards_.of(ledger.ledger);
            const std::lock_guard lock(shard.mutex);
            if (Window* window = shard.find(ledger.ledger)) *window = Window(ledger.window_us);
        }
        co_return result<void>{};
    }

    StoreMode mode() const noexcept override { return StoreMode::memory; }

    MemoryLimiterStatistics statistics() const override {
        MemoryLimiterStatistics statistics;
        for (const auto& shard : shards_) {
            const std::lock_guard lock(shard->mutex);
            statistics.ledgers += shard->size();
        }
        statistics.overflow_requests = overflow_requests_.load(std::memory_order_relaxed);
        return statistics;
    }

private:
    /// The names under which a request's ledgers are charged, their shards, and the locks on them.
    struct Locked {
        Few<LedgerName> names;
        Few<Shard*> shards;
        Few<std::unique_lock<std::mutex>> locks;
        Few<Window*> windows;  ///< trimmed; nullptr where there is none yet
        std::int64_t now_us = 0;
        bool overflows = false;
        bool made = false;
    };

    /// Locks the shards of `names`, always in the same order, and reads the time while everything is held, so
    /// that each ledger sees time in the order of its decisions.
    void lock(Locked& locked) const {
        locked.shards.clear();
        for (const LedgerName& name : locked.names) locked.shards.push_back(&shards_.of(name));
        Shards<Window>::lock(locked.shards, locked.locks);
        locked.now_us = clock_.now_us();
    }

    static void find_windows(Locked& locked) {
        for (std::size_t i = 0; i < locked.names.size(); ++i) {
            locked.windows.push_back(locked.shards[i]->find(locked.names[i]));
            if (locked.windows.back() != nullptr) locked.windows.back()->trim(locked.now_us);
        }
    }

    /// Locks what the ledgers stand for; where one would have to be made and there is no room, what it
    /// shares.
    void lock_ledgers(Locked& locked, const LedgerSet& ledgers) const {
        for (const LedgerLimits& ledger : ledgers) locked.names.push_back(ledger.ledger);
        lock(locked);
        for (std::size_t i = 0; i < ledgers.size(); ++i) {
            Shard& shard = *locked.shards[i];
            if (!ledgers[i].may_overflow || shard.find(locked.names[i]) || shard.has_room(locked.now_us))
                continue;
            locked.names[i] = overflow_name(ledgers[i]);
            locked.overflows = true;
        }
        if (locked.overflows) {
            locked.locks.clear();
            lock(locked);
        }
        find_windows(locked);
    }

    Decision reserve_now(const Demand& demand, const LedgerSet& ledgers) {
        Decision decision;
        if (const auto impossible = find_impossible(demand, ledgers)) {
            decision.verdict = impossible->verdict;
            decision.refusal = impossible->refusal;
            decision.tightest = tightest_of(peek_now(ledgers), ledgers, 0);
            decision.decided_at_us = clock_.now_us();
            return decision;
        }
        Locked locked;
        lock_ledgers(locked, ledgers);
        decision.decided_at_us = locked.now_us;
        const Choice choice =
            choose(demand, ledgers, {locked.windows.data(), locked.windows.size()}, locked.now_us);
        decision.candidate = choice.candidate;
        if (choice.refusal) {
            decision.verdict = Verdict::refused;
            decision.refusal = *choice.refusal;
        } else {
            decision.verdict = Verdict::admitted;
            decision.reservation = charge_all(locked, demand, ledgers, choice.candidate);
        }
        const std::vector<Level> levels = levels_of(locked, ledgers);
        decision.tightest = tightest_of(levels, ledgers, choice.candidate);
        decision.candidate_levels = levels_of_candidates(levels, ledgers);
        if (locked.made) {
            for (Shard* shard : locked.shards) shard->forget_some(locked.now_us);
        }
        return decision;
    }

    Reservation charge_all(Locked& locked, const Demand& demand, const LedgerSet& ledgers,
                           std::size_t candidate) {
        std::vector<Charge> charges;
        charges.reserve(ledgers.size());
        for (std::size_t i = 0; i < ledgers.size(); ++i) {
            if (!ledgers.is_asked(i, candidate)) continue;
            const std::int64_t window_us = ledgers[i].window_us;
            if (locked.windows[i] == nullptr) {
                locked.windows[i] = &locked.shards[i]->get(locked.names[i], window_us, locked.now_us);
                locked.made = true;
            }
            const Limits& limits = ledgers[i].limits;
            const Place place = charge(*locked.windows[i], demand_on(limits, demand), locked.now_us);
            charges.push_back({.ledger = std::move(locked.names[i]),
                               .window_us = window_us,
                               .place = place,
                               .in_flight = limits.counts_in_flight()});
        }
        if (locked.overflows) overflow_requests_.fetch_add(1, std::memory_order_relaxed);
        return ReservationAccess::make(demand, std::move(charges), ledgers.own().end);
    }

    static std::vector<Level> levels_of(const Locked& locked, const LedgerSet& ledgers) {
        std::vector<Level> levels;
        levels.reserve(ledgers.size() * dimension_count);
        for (std::size_t i = 0; i < ledgers.size(); ++i) {
            append_levels(levels, i, ledgers[i], locked.windows[i], locked.now_us);
        }
        return levels;
    }

    /// Calls `change(window, charge, now)` for each ledger that the reservation was charged to.
    template <typename Change>
    void for_each_charge(Reservation& reservation, Change change) {
        for (Charge& made : ReservationAccess::charges(reservation)) {
            Shard& shard = shards_.of(made.ledger);
            const std::lock_guard lock(shard.mutex);
            const std::int64_t now_us = clock_.now_us();
            Window& window = shard.get(made.ledger, made.window_us, now_us);
            window.trim(now_us);
            change(window, made, now_us);
        }
    }

    void settle_now(Reservation& reservation, const Usage& usage) {
        const Correction correction = settlement(reservation, usage);
        for_each_charge(reservation, [&](Window& window, const Charge& made, std::int64_t now_us) {
            apply(window, made.place, correction_for(made, correction), now_us);
        });
        ReservationAccess::close(reservation);
    }

    void progress_now(Reservation& reservation, const Usage& so_far) {
        const Correction renewed = renewal(reservation, so_far);
        for_each_charge(reservation, [&](Window& window, Charge& made, std::int64_t now_us) {
            const Correction correction = correction_for(made, renewed);
            apply(window, made.place, correction, now_us);
            note_renewal(made.place, made.window_us, correction, now_us);
        });
        note_progress(reservation, renewed);
    }

    std::vector<Level> peek_now(const LedgerSet& ledgers) const {
        Locked locked;
        lock_ledgers(locked, ledgers);
        return levels_of(locked, ledgers);
    }

    LedgerContents read_now(const LedgerLimits& ledger) const {
        LedgerSet alone;
        alone.add(ledger);
        Locked locked;
        lock_ledgers(locked, alone);
        LedgerContents contents{.kept_by = StoreMode::memory, .now_us = locked.now_us};
        if (const Window* window = locked.windows.front()) {
            contents.sums = window->sum();
            for (const auto& [bucket, amounts] : window->entries()) {
                contents.entries.push_back({bucket * bucket_width_us(ledger.window_us), amounts});
            }
            std::reverse(contents.entries.begin(), contents.entries.end());
        }
        return contents;
    }

    const Clock& clock_;
    Shards<Window> shards_;
    std::atomic<std::uint64_t> overflow_requests_{0};
};

}  // namespace

std::unique_ptr<MemoryLimiter> make_memory_limiter(const Clock& clock, MemoryLimiterOptions options) {
    return std::make_unique<MemoryLimiterImpl>(clock, options);
}

}  // namespace weir
