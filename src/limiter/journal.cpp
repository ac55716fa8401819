// Two windows a ledger, under the locks of the shards.
#include "limiter/journal.hpp"

#include <algorithm>

#include "ledger/decide.hpp"
#include "limiter/window_call.hpp"

namespace weir {

namespace {

/// What of a correction is left where its additions went elsewhere.
Correction removals_of(const Correction& correction) noexcept {
    Correction removals = correction;
    removals.input_more = removals.produced = removals.lease_again = 0;
    return removals;
}

bool is_nothing(const Place& place) noexcept {
    return place.admission_bucket == 0 && place.lease_bucket == 0;
}

}  // namespace

std::vector<LedgerLimits> share_of(std::span<const LedgerLimits> ledgers, std::int64_t nodes) {
    std::vector<LedgerLimits> shares(ledgers.begin(), ledgers.end());
    for (LedgerLimits& share : shares) {
        for (const Dimension dimension : all_dimensions) {
            const std::int64_t limit = share.limits.of(dimension);
            if (limit != unlimited) share.limits.set(dimension, limit / std::max<std::int64_t>(nodes, 1));
        }
    }
    return shares;
}

bool Journal::note_admitted(const Demand& demand, std::span<const LedgerLimits> ledgers,
                            std::vector<Charge>& charges, std::int64_t now_us) {
    bool lost = false;
    for (std::size_t i = 0; i < charges.size(); ++i) {
        Charge& made = charges[i];
        Shard& shard = shards_.of(made.ledger);
        const std::lock_guard lock(shard.mutex);
        Ledger* ledger = shard.find(made.ledger);
        if (ledger == nullptr) {
            if (ledgers[i].may_overflow && !shard.has_room(now_us)) {
                unwritten_.fetch_add(1, std::memory_order_relaxed);
                continue;
            }
            ledger = &shard.get(made.ledger, made.window_us, now_us);
            shard.forget_some(now_us);
        }
        ledger->held.trim(now_us);
        const bool is_known = ledger->store_epoch == 0 || ledger->store_epoch == made.place.epoch;
        if (!is_known && ledger->held.entry_count() > 0) {
            lost = true;
            ledger->owed = ledger->held;
            ++ledger->owed_epoch;
            owes_.store(true, std::memory_order_release);
        }
        ledger->store_epoch = made.place.epoch;
        made.held = charge(ledger->held, demand, now_us);
    }
    return lost;
}

std::optional<Decision> Journal::reserve(const Demand& demand, std::span<const LedgerLimits> ledgers,
                                         std::int64_t nodes, std::int64_t now_us) {
    const std::vector<LedgerLimits> shares = share_of(ledgers, nodes);
    if (find_impossible(demand, shares)) return std::nullopt;
    std::vector<Charge> charges;
    Few<Shard*> shards;
    for (const LedgerLimits& share : shares) {
        charges.push_back(
            {.ledger = ledger_key(share), .window_us = share.window_us, .place = {}, .held = {}, .owed = {}});
        shards.push_back(&shards_.of(charges.back().ledger));
    }
    Few<std::unique_lock<std::mutex>> locks;
    Shards<Ledger>::lock(shards, locks);
    Few<Ledger*> found;
    Few<const Window*> windows;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        found.push_back(shards[i]->find(charges[i].ledger));
        if (!found[i] && shares[i].may_overflow && !shards[i]->has_room(now_us)) return std::nullopt;
        if (found[i]) found[i]->held.trim(now_us);
        windows.push_back(found[i] ? &found[i]->held : nullptr);
    }
    Decision decision;
    decision.decided_at_us = now_us;
    const auto refusal = find_refusal(demand, shares, {windows.data(), windows.size()}, now_us);
    if (refusal) decision.refusal = *refusal;
    std::int64_t shortest_lease_us = lease_us_max;
    for (std::size_t i = 0; i < shares.size() && !refusal; ++i) {
        Ledger& ledger = shards[i]->get(charges[i].ledger, shares[i].window_us, now_us);
        ledger.owed.trim(now_us);
        charges[i].held = charge(ledger.held, demand, now_us);
        charges[i].owed = charge(ledger.owed, demand, now_us);
        charges[i].owed.epoch = ledger.owed_epoch;
        owes_.store(true, std::memory_order_release);
        windows[i] = &ledger.held;
        shortest_lease_us = std::min(shortest_lease_us, lease_us(shares[i].window_us));
    }
    std::vector<Level> all;
    for (std::size_t i = 0; i < shares.size(); ++i) append_levels(all, i, shares[i], windows[i], now_us);
    decision.tightest = tightest_of(all, shares);
    if (refusal) return decision;
    decision.verdict = Verdict::admitted;
    decision.reservation.emplace(demand, std::move(charges), shortest_lease_us);
    return decision;
}

void Journal::correct(std::vector<Charge>& charges, const Correction& correction, Written written,
                      bool renews, std::int64_t now_us) {
    for (Charge& made : charges) {
        Shard& shard = shards_.of(made.ledger);
        const std::lock_guard lock(shard.mutex);
        Ledger* ledger = shard.find(made.ledger);
        if (ledger == nullptr) {
            if (is_nothing(made.held)) continue;  // it was never written down
            ledger = &shard.get(made.ledger, made.window_us, now_us);
        }
        ledger->held.trim(now_us);
        apply(ledger->held, made.held, correction, now_us);
        if (renews) note_renewal(made.held, made.window_us, correction, now_us);
        const bool in_store = written == Written::in_store;
        if (in_store && is_nothing(made.owed)) continue;
        owe(*ledger, made, in_store ? removals_of(correction) : correction, renews && !in_store, now_us);
        if (in_store) made.owed = {};
    }
}

void Journal::owe(Ledger& ledger, Charge& charge, const Correction& correction, bool renews,
                  std::int64_t now_us) {
    ledger.owed.trim(now_us);
    // What was taken out since lies in the store, nobody knows where.
    if (charge.owed.epoch != ledger.owed_epoch) charge.owed = {.epoch = ledger.owed_epoch};
    apply(ledger.owed, charge.owed, correction, now_us);
    if (renews) note_renewal(charge.owed, charge.window_us, correction, now_us);
    if (ledger.owed.entry_count() > 0) owes_.store(true, std::memory_order_release);
}

std::vector<Level> Journal::levels(std::span<const LedgerLimits> ledgers, std::int64_t nodes,
                                   std::int64_t now_us) {
    const std::vector<LedgerLimits> shares = share_of(ledgers, nodes);
    std::vector<Level> all;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const std::string key = ledger_key(shares[i]);
        Shard& shard = shards_.of(key);
        const std::lock_guard lock(shard.mutex);
        Ledger* ledger = shard.find(key);
        if (ledger != nullptr) ledger->held.trim(now_us);
        append_levels(all, i, shares[i], ledger != nullptr ? &ledger->held : nullptr, now_us);
    }
    return all;
}

std::vector<Journal::Part> Journal::take_owed(std::size_t shard_index, std::int64_t now_us) {
    return take(shard_index, now_us, false);
}

std::vector<Journal::Part> Journal::take_all(std::size_t shard_index, std::int64_t now_us) {
    return take(shard_index, now_us, true);
}

std::vector<Journal::Part> Journal::take(std::size_t shard_index, std::int64_t now_us, bool all) {
    Shard& shard = *shards_[shard_index];
    if (shard_index == 0) owes_.store(false, std::memory_order_release);
    const std::lock_guard lock(shard.mutex);
    std::vector<Part> parts;
    for (auto& [key, ledger] : shard) {
        if (all) {
            ledger.held.trim(now_us);
            ledger.store_epoch = 0;
        }
        ledger.owed.trim(now_us);
        const auto entries = all ? ledger.held.entries() : ledger.owed.entries();
        if (!entries.empty()) {
            parts.push_back({key, ledger.held.window_us(), {entries.begin(), entries.end()}});
        }
        if (ledger.owed.entry_count() > 0) {
            ledger.owed = Window(ledger.held.window_us());
            ++ledger.owed_epoch;
        }
    }
    return parts;
}

void Journal::note_written(const std::string& key, std::int64_t store_epoch) {
    Shard& shard = shards_.of(key);
    const std::lock_guard lock(shard.mutex);
    if (Ledger* ledger = shard.find(key)) ledger->store_epoch = store_epoch;
}

void Journal::give_back(const std::vector<Part>& parts, std::int64_t now_us) {
    for (const Part& part : parts) {
        Shard& shard = shards_.of(part.key);
        const std::lock_guard lock(shard.mutex);
        Ledger& ledger = shard.get(part.key, part.window_us, now_us);
        for (const Window::Entry& entry : part.entries) {
            if (!ledger.owed.has_expired(entry.bucket, now_us)) ledger.owed.add(entry.bucket, entry.amounts);
        }
        owes_.store(true, std::memory_order_release);
    }
}

}  // namespace weir
