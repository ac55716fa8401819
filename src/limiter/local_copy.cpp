// Two windows a ledger, under the locks of the shards.
#include "limiter/local_copy.hpp"

#include <algorithm>

#include "ledger/decide.hpp"
#include "ledger/reservation_access.hpp"
#include "limiter/window_call.hpp"

namespace weir {

namespace {

/// What of a correction is left where its additions went elsewhere.
Correction removals_of(const Correction& correction) noexcept {
    Correction removals = correction;
    removals.input_more = removals.produced = removals.lease_again = 0;
    return removals;
}

bool has_nothing_else(const Window& window, const Window& part) noexcept {
    return window.sum() == part.sum();
}

bool is_nothing(const Place& place) noexcept {
    return place.admission_bucket == 0 && place.lease_bucket == 0;
}

}  // namespace

std::vector<LedgerLimits> share_of(const LedgerSet& ledgers, std::int64_t nodes) {
    std::vector<LedgerLimits> shares(ledgers.begin(), ledgers.end());
    for (LedgerLimits& share : shares) {
        for (const Dimension dimension : all_dimensions) {
            const std::int64_t limit = share.limits.of(dimension);
            if (limit != unlimited) share.limits.set(dimension, limit / std::max<std::int64_t>(nodes, 1));
        }
    }
    return shares;
}

bool LocalCopy::note_admitted(const Demand& demand, const LedgerSet& ledgers, std::vector<Charge>& charges,
                              std::int64_t now_us) {
    bool lost = false;
    for (std::size_t i = 0; i < charges.size(); ++i) {
        Charge& made = charges[i];
        Shard& shard = shards_.of(made.ledger);
        const std::lock_guard lock(shard.mutex);
        Ledger* ledger = shard.find(made.ledger);
        if (ledger == nullptr) {
            if (ledgers[i].may_overflow && !shard.has_room(now_us)) {
                uncopied_.fetch_add(1, std::memory_order_relaxed);
                continue;
            }
            ledger = &shard.get(made.ledger, made.window_us, now_us);
            shard.forget_some(now_us);
        }
        ledger->in_window.trim(now_us);
        const bool is_known = ledger->store_epoch == 0 || ledger->store_epoch == made.place.epoch;
        if (!is_known && ledger->in_window.entry_count() > 0) {
            lost = true;
            ledger->pending = ledger->in_window;
            ++ledger->pending_epoch;
            note_pending_for(made.ledger);
        }
        ledger->store_epoch = made.place.epoch;
        made.copied = charge(ledger->in_window, demand_for(made, demand), now_us);
    }
    return lost;
}

std::optional<Decision> LocalCopy::reserve(const Demand& demand, const LedgerSet& ledgers, std::int64_t nodes,
                                           std::int64_t now_us) {
    const std::vector<LedgerLimits> shares = share_of(ledgers, nodes);
    const LedgerSet share_set = ledgers.over(shares);
    if (find_impossible(demand, share_set)) return std::nullopt;
    std::vector<Charge> charges;
    Few<Shard*> shards;
    for (const LedgerLimits& share : shares) {
        charges.push_back({.ledger = share.ledger,
                           .window_us = share.window_us,
                           .place = {},
                           .in_flight = share.limits.counts_in_flight()});
        shards.push_back(&shards_.of(charges.back().ledger));
    }
    Few<std::unique_lock<std::mutex>> locks;
    Shards<Ledger>::lock(shards, locks);
    Few<Ledger*> found;
    Few<const Window*> windows;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        found.push_back(shards[i]->find(charges[i].ledger));
        if (!found[i] && shares[i].may_overflow && !shards[i]->has_room(now_us)) return std::nullopt;
        if (found[i]) found[i]->in_window.trim(now_us);
        windows.push_back(found[i] ? &found[i]->in_window : nullptr);
    }
    Decision decision;
    decision.decided_at_us = now_us;
    const Choice choice = choose(demand, share_set, {windows.data(), windows.size()}, now_us);
    decision.candidate = choice.candidate;
    if (choice.refusal) decision.refusal = *choice.refusal;
    std::vector<Charge> made;
    for (std::size_t i = 0; i < shares.size() && !choice.refusal; ++i) {
        if (!share_set.is_asked(i, choice.candidate)) continue;
        Ledger& ledger = shards[i]->get(charges[i].ledger, shares[i].window_us, now_us);
        ledger.pending.trim(now_us);
        const Demand taken = demand_for(charges[i], demand);
        charges[i].copied = charge(ledger.in_window, taken, now_us);
        charges[i].pending = charge(ledger.pending, taken, now_us);
        charges[i].pending.epoch = ledger.pending_epoch;
        note_pending_for(charges[i].ledger);
        windows[i] = &ledger.in_window;
        made.push_back(std::move(charges[i]));
    }
    std::vector<Level> all;
    for (std::size_t i = 0; i < shares.size(); ++i) append_levels(all, i, shares[i], windows[i], now_us);
    decision.tightest = tightest_of(all, share_set, choice.candidate);
    decision.candidate_levels = levels_of_candidates(all, share_set);
    if (choice.refusal) return decision;
    decision.verdict = Verdict::admitted;
    decision.reservation = ReservationAccess::make(demand, std::move(made), share_set.own().end);
    return decision;
}

void LocalCopy::correct(std::vector<Charge>& charges, const Correction& whole, InStore in_store, bool renews,
                        std::int64_t now_us) {
    for (Charge& made : charges) {
        const Correction correction = correction_for(made, whole);
        Shard& shard = shards_.of(made.ledger);
        const std::lock_guard lock(shard.mutex);
        Ledger* ledger = shard.find(made.ledger);
        if (ledger == nullptr) {
            if (is_nothing(made.copied)) continue;  // there was no room for it
            ledger = &shard.get(made.ledger, made.window_us, now_us);
        }
        ledger->in_window.trim(now_us);
        apply(ledger->in_window, made.copied, correction, now_us);
        if (renews) note_renewal(made.copied, made.window_us, correction, now_us);
        const bool is_in_store = in_store == InStore::yes;
        if (is_in_store && is_nothing(made.pending)) continue;
        note_pending(*ledger, made, is_in_store ? removals_of(correction) : correction,
                     renews && !is_in_store, now_us);
        if (is_in_store) made.pending = {};
    }
}

void LocalCopy::note_pending(Ledger& ledger, Charge& charge, const Correction& correction, bool renews,
                             std::int64_t now_us) {
    ledger.pending.trim(now_us);
    // What was taken out since lies in the store, nobody knows where.
    if (charge.pending.epoch != ledger.pending_epoch) charge.pending = {.epoch = ledger.pending_epoch};
    apply(ledger.pending, charge.pending, correction, now_us);
    if (renews) note_renewal(charge.pending, charge.window_us, correction, now_us);
    if (ledger.pending.entry_count() > 0) note_pending_for(charge.ledger);
}

std::vector<Level> LocalCopy::levels(const LedgerSet& ledgers, std::int64_t nodes, std::int64_t now_us) {
    const std::vector<LedgerLimits> shares = share_of(ledgers, nodes);
    std::vector<Level> all;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        Shard& shard = shards_.of(shares[i].ledger);
        const std::lock_guard lock(shard.mutex);
        Ledger* ledger = shard.find(shares[i].ledger);
        if (ledger != nullptr) ledger->in_window.trim(now_us);
        append_levels(all, i, shares[i], ledger != nullptr ? &ledger->in_window : nullptr, now_us);
    }
    return all;
}

std::vector<LocalCopy::Part> LocalCopy::take_pending(std::size_t master, std::size_t shard_index,
                                                     std::int64_t now_us) {
    return take(master, shard_index, now_us, false);
}

std::vector<LocalCopy::Part> LocalCopy::take_all(std::size_t master, std::size_t shard_index,
                                                 std::int64_t now_us) {
    return take(master, shard_index, now_us, true);
}

void LocalCopy::note_new_owners() noexcept {
    for (std::atomic<bool>& may_have : has_pending_) may_have.store(true, std::memory_order_release);
}

std::vector<LocalCopy::Part> LocalCopy::take(std::size_t master, std::size_t shard_index, std::int64_t now_us,
                                             bool all) {
    Shard& shard = *shards_[shard_index];
    if (shard_index == 0) has_pending_[master].store(false, std::memory_order_release);
    const std::lock_guard lock(shard.mutex);
    std::vector<Part> parts;
    for (auto& [name, ledger] : shard) {
        if (owners_.of(name) != master) continue;
        ledger.in_window.trim(now_us);
        ledger.pending.trim(now_us);
        // Where all that the store had of it has expired, it may have forgotten the ledger, rightly.
        if (all || has_nothing_else(ledger.in_window, ledger.pending)) ledger.store_epoch = 0;
        const auto entries = all ? ledger.in_window.entries() : ledger.pending.entries();
        if (!entries.empty()) {
            parts.push_back({name, ledger.in_window.window_us(), {entries.begin(), entries.end()}});
        }
        if (ledger.pending.entry_count() > 0) {
            ledger.pending = Window(ledger.in_window.window_us());
            ++ledger.pending_epoch;
        }
    }
    return parts;
}

void LocalCopy::note_replayed(const LedgerName& name, std::int64_t store_epoch) {
    Shard& shard = shards_.of(name);
    const std::lock_guard lock(shard.mutex);
    if (Ledger* ledger = shard.find(name)) ledger->store_epoch = store_epoch;
}

void LocalCopy::note_pending_written(const LedgerName& name, std::int64_t store_epoch) {
    Shard& shard = shards_.of(name);
    const std::lock_guard lock(shard.mutex);
    Ledger* ledger = shard.find(name);
    if (ledger != nullptr && ledger->store_epoch == 0) ledger->store_epoch = store_epoch;
}

void LocalCopy::give_back(const std::vector<Part>& parts, std::int64_t now_us) {
    for (const Part& part : parts) {
        Shard& shard = shards_.of(part.ledger);
        const std::lock_guard lock(shard.mutex);
        Ledger& ledger = shard.get(part.ledger, part.window_us, now_us);
        for (const Window::Entry& entry : part.entries) {
            if (!ledger.pending.has_expired(entry.bucket, now_us))
                ledger.pending.add(entry.bucket, entry.amounts);
        }
        note_pending_for(part.ledger);
    }
}

}  // namespace weir
