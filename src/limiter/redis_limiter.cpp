// Each function asks Redis first, and writes down in the journal what became of it.
#include "limiter/redis_limiter.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "limiter/decide.hpp"

namespace weir {

namespace {

WindowCall call_for(std::span<const LedgerLimits> ledgers) {
    WindowCall call;
    call.ledgers.reserve(ledgers.size());
    for (const LedgerLimits& ledger : ledgers) {
        call.ledgers.push_back({ledger_key(ledger), ledger.window_us, ledger.limits});
    }
    return call;
}

WindowCall call_for(const std::vector<Charge>& charges, const Correction& correction) {
    WindowCall call;
    Change change{.correction = correction, .places = {}};
    for (const Charge& charge : charges) {
        call.ledgers.push_back({charge.ledger, charge.window_us, {}});
        change.places.push_back(charge.place);
    }
    call.changes.push_back(std::move(change));
    return call;
}

/// Where the charges lie in Redis after a renewal.
void note_renewals(std::vector<Charge>& charges, const Correction& correction, const WindowReply& reply) {
    for (std::size_t i = 0; i < charges.size(); ++i) {
        Place& place = charges[i].place;
        // Of an earlier life of the ledger nothing can be taken back any more. Epoch 0 is no earlier life:
        // nothing lies there yet, and input found out later still counts from the admission.
        if (place.epoch != reply.ledgers[i].epoch) {
            const std::int64_t admission_bucket = place.epoch == 0 ? place.admission_bucket : 0;
            place = {.epoch = reply.ledgers[i].epoch};
            place.admission_bucket = admission_bucket;
        }
        note_renewal(place, charges[i].window_us, correction, reply.now_us);
    }
}

}  // namespace

RedisLimiter::RedisLimiter(RedisNode& node, boost::asio::io_context& context)
    : node_(node), windows_(node, context) {
    boost::asio::co_spawn(context, windows_.connection().run(), boost::asio::detached);
}

RedisLimiter::~RedisLimiter() = default;

awaitable<result<Decision>> RedisLimiter::reserve(Demand demand, std::span<const LedgerLimits> ledgers) {
    demand = clamp_demand(demand);
    if (const auto impossible = find_impossible(demand, ledgers)) {
        Decision decision;
        decision.verdict = impossible->verdict;
        decision.refusal = impossible->refusal;
        decision.decided_at_us = node_.now_us();
        decision.decided_by = node_.mode();
        co_return decision;
    }
    if (ledgers.empty()) co_return admit_unlimited(demand);
    if (node_.health.asks_store()) {
        auto asked = co_await ask(demand, ledgers);
        if (asked) co_return asked;
    }
    co_return decide_alone(demand, ledgers);
}

Decision RedisLimiter::admit_unlimited(const Demand& demand) const {
    Decision decision;
    decision.verdict = Verdict::admitted;
    decision.decided_at_us = node_.now_us();
    decision.decided_by = node_.mode();
    decision.reservation.emplace(demand, std::vector<Charge>{}, lease_us_max);
    return decision;
}

awaitable<result<Decision>> RedisLimiter::ask(const Demand& demand, std::span<const LedgerLimits> ledgers) {
    WindowCall call = call_for(ledgers);
    call.demands.push_back(demand);
    // Too late may mean that the clocks were not understood yet: the reply has mended that.
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto reply = co_await windows_.run(call, node_.options.timeout_ms);
        if (!reply) co_return reply.error();
        const DemandReply& answer = reply->demands.front();
        if (answer.kind == DemandReply::Kind::admitted) co_return admit(demand, ledgers, call, *reply);
        if (answer.kind == DemandReply::Kind::refused) {
            Decision decision;
            decision.decided_at_us = reply->now_us;
            decision.decided_by = "redis";
            decision.refusal = answer.refusal;
            decision.tightest = tightest_of(levels_of(call, *reply));
            co_return decision;
        }
        node_.counters.late.fetch_add(1, std::memory_order_relaxed);
    }
    node_.health.note_failure("Redis runs what it is sent too late");
    co_return errc::store_unavailable;
}

Decision RedisLimiter::admit(const Demand& demand, std::span<const LedgerLimits> ledgers,
                             const WindowCall& call, const WindowReply& reply) {
    std::vector<Charge> charges;
    charges.reserve(ledgers.size());
    std::int64_t shortest_lease_us = lease_us_max;
    for (std::size_t i = 0; i < ledgers.size(); ++i) {
        Place place = place_of_charge(ledgers[i].window_us, reply.now_us);
        place.epoch = reply.ledgers[i].epoch;
        charges.push_back({.ledger = call.ledgers[i].key,
                           .window_us = ledgers[i].window_us,
                           .place = place,
                           .held = {},
                           .owed = {}});
        shortest_lease_us = std::min(shortest_lease_us, lease_us(ledgers[i].window_us));
    }
    if (node_.journal.note_admitted(demand, ledgers, charges, reply.now_us)) {
        // Whether all is lost, the next heartbeat shows; until then each node keeps to its part.
        node_.health.note_lost("Redis has lost a ledger");
    }
    Decision decision;
    decision.verdict = Verdict::admitted;
    decision.decided_at_us = reply.now_us;
    decision.decided_by = "redis";
    decision.tightest = tightest_of(levels_of(call, reply));
    decision.reservation.emplace(demand, std::move(charges), shortest_lease_us);
    return decision;
}

result<Decision> RedisLimiter::decide_alone(const Demand& demand, std::span<const LedgerLimits> ledgers) {
    node_.counters.alone.fetch_add(1, std::memory_order_relaxed);
    if (node_.options.without_store == WithoutStore::open) {
        node_.counters.unmetered.fetch_add(1, std::memory_order_relaxed);
        Decision decision = admit_unlimited(demand);
        decision.decided_by = "open";
        return decision;
    }
    const std::int64_t nodes = node_.nodes_known();
    if (node_.options.without_store == WithoutStore::closed || nodes == 0) return errc::store_unavailable;
    auto decision = node_.journal.reserve(demand, ledgers, nodes, node_.now_us());
    if (!decision) return errc::store_unavailable;
    decision->decided_by = "local";
    return std::move(*decision);
}

awaitable<result<void>> RedisLimiter::settle(Reservation reservation, Usage usage) {
    const Correction correction = settlement(reservation, clamp_usage(usage));
    co_await correct(reservation, correction, false);
    reservation.close();
    co_return result<void>{};
}

awaitable<result<void>> RedisLimiter::progress(Reservation& reservation, Usage so_far) {
    const std::int64_t produced = std::max(reservation.produced, clamp_usage(so_far).output_tokens);
    const Correction correction = renewal(reservation, produced);
    co_await correct(reservation, correction, true);
    reservation.produced = produced;
    co_return result<void>{};
}

awaitable<void> RedisLimiter::correct(Reservation& reservation, const Correction& correction, bool renews) {
    std::vector<Charge>& charges = reservation.charges();
    if (charges.empty()) co_return;
    std::int64_t now_us = node_.now_us();
    auto written = Journal::Written::not_in_store;
    if (node_.health.asks_store()) {
        const auto reply = co_await windows_.run(call_for(charges, correction), node_.options.timeout_ms);
        if (reply) {
            written = Journal::Written::in_store;
            now_us = reply->now_us;
            if (renews) note_renewals(charges, correction, *reply);
        } else {
            // It may have been done, so that taking back once more could take what is somebody else's.
            for (Charge& charge : charges) charge.place = {};
            now_us = node_.now_us();
        }
    }
    node_.journal.correct(charges, correction, written, renews, now_us);
}

awaitable<result<std::vector<Level>>> RedisLimiter::peek(std::span<const LedgerLimits> ledgers) {
    if (node_.health.asks_store()) {
        const WindowCall call = call_for(ledgers);
        const auto reply = co_await windows_.run(call, node_.options.timeout_ms);
        if (reply) co_return levels_of(call, *reply);
    }
    if (node_.options.without_store == WithoutStore::closed) co_return errc::store_unavailable;
    co_return node_.journal.levels(ledgers, node_.nodes_known(), node_.now_us());
}

}  // namespace weir
