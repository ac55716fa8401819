// Each function asks Redis first, and notes in the local copy what became of it.
#include "limiter/redis_limiter.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "ledger/decide.hpp"
#include "ledger/reservation_access.hpp"
#include "limiter/scripts.hpp"
#include "limiter/stored_ledger.hpp"

namespace weir {

namespace {

/// Ledgers by their keys in Redis: what is known of a refusal is known of them together.
std::string set_name(const LedgerSet& ledgers) {
    std::string name;
    for (const LedgerLimits& ledger : ledgers) name.append(ledger.ledger.key()).push_back('\n');
    return name;
}

/// All ledgers of a call, in their order.
LedgerIndexes all_of(std::size_t count) {
    LedgerIndexes indexes;
    for (std::size_t i = 0; i < count; ++i) indexes.push_back(static_cast<std::uint16_t>(i));
    return indexes;
}

/// nullopt where it is not an array of texts.
std::optional<std::vector<std::string>> texts_of(const redis::Reply& reply) {
    const redis::Reply::Array* array = reply.array();
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    texts.reserve(array->size());
    for (const redis::Reply& element : *array) {
        const std::string* text = element.text();
        if (text == nullptr) return std::nullopt;
        texts.push_back(*text);
    }
    return texts;
}

/// Where the charges lie in Redis after a renewal.
void note_renewals(std::vector<Charge>& charges, const Correction& correction, const Operation& renewed) {
    for (std::size_t i = 0; i < charges.size(); ++i) {
        Place& place = charges[i].place;
        // Of an earlier life of the ledger nothing can be taken back any more. Epoch 0 is no earlier life:
        // nothing lies there yet, and input found out later still counts from the admission.
        const std::int64_t epoch = renewed.state_of(i).epoch;
        if (place.epoch != epoch) {
            const std::int64_t admission_bucket = place.epoch == 0 ? place.admission_bucket : 0;
            place = {.epoch = epoch};
            place.admission_bucket = admission_bucket;
        }
        note_renewal(place, charges[i].window_us, correction_for(charges[i], correction),
                     renewed.reply->now_us);
    }
}

}  // namespace

RedisLimiter::RedisLimiter(RedisMaster& master, boost::asio::io_context& context, Redirects* redirects)
    : master_(master),
      node_(master.node),
      windows_(master, context, redirects),
      batcher_(context, node_, windows_),
      refusals_(node_.options.refusals_cached_ms * 1000) {
    if (master.is_somewhere())
        boost::asio::co_spawn(context, windows_.connection().run(), boost::asio::detached);
}

RedisLimiter::~RedisLimiter() = default;

awaitable<result<Decision>> RedisLimiter::reserve(Demand demand, LedgerSet ledgers, Withdrawal withdrawal) {
    demand = clamp_demand(demand);
    if (const auto impossible = find_impossible(demand, ledgers)) {
        Decision decision;
        decision.verdict = impossible->verdict;
        decision.refusal = impossible->refusal;
        decision.decided_at_us = master_.now_us();
        decision.decided_by = master_.mode();
        co_return decision;
    }
    if (ledgers.empty()) co_return admit_unlimited(demand);
    if (master_.breaker.is_closed()) {
        std::string set = set_name(ledgers);
        if (auto refused = find_cached_refusal(set, demand, ledgers)) co_return std::move(*refused);
        auto asked = co_await ask(std::move(set), demand, ledgers, withdrawal);
        if (asked || asked.error() == errc::withdrawn) co_return asked;
    }
    co_return fall_back(demand, ledgers);
}

Decision RedisLimiter::admit_unlimited(const Demand& demand) const {
    Decision decision;
    decision.verdict = Verdict::admitted;
    decision.decided_at_us = master_.now_us();
    decision.decided_by = master_.mode();
    decision.reservation = ReservationAccess::make(demand, {});
    return decision;
}

std::optional<Decision> RedisLimiter::find_cached_refusal(const std::string& set, const Demand& demand,
                                                          const LedgerSet& ledgers) {
    // What refused a demand on all of these ledgers need not refuse one on some of them.
    if (refusals_.empty() || ledgers.candidate_count() > 0) return std::nullopt;
    KnownUnder under{.changes = 0, .store_epoch = master_.store_epoch.load(std::memory_order_relaxed)};
    for (const LedgerLimits& ledger : ledgers) under.changes += node_.changes.of(ledger.ledger);
    const auto known = refusals_.find(set, demand, ledgers, under, node_.local_us());
    if (!known) return std::nullopt;
    node_.counters.cached_refusals.fetch_add(1, std::memory_order_relaxed);
    Decision decision;
    decision.decided_at_us = master_.now_us();
    decision.decided_by = StoreMode::redis;
    decision.refusal = known->refusal;
    decision.tightest = known->tightest;
    return decision;
}

awaitable<result<Decision>> RedisLimiter::ask(std::string set, const Demand& demand, const LedgerSet& ledgers,
                                              Withdrawal withdrawal) {
    // Too late may mean that the clocks were not understood yet: the reply has mended that.
    for (int attempt = 0; attempt < 2; ++attempt) {
        Operation operation{.what = Reserve{demand, ledgers, withdrawal}};
        co_await batcher_.send(operation, node_.owners.slot_of(ledgers[0].ledger));
        if (operation.error) co_return operation.error;
        const DemandReply::Kind kind = operation.demand_reply.kind;
        if (kind == DemandReply::Kind::admitted) co_return admit(operation);
        if (kind == DemandReply::Kind::refused) co_return refuse(set, operation);
        node_.counters.late.fetch_add(1, std::memory_order_relaxed);
    }
    master_.breaker.note_failure("Redis runs what it is sent too late");
    co_return errc::store_unavailable;
}

Decision RedisLimiter::refuse(const std::string& set, const Operation& operation) {
    const Reserve& asked = *operation.reserve();
    Decision decision;
    decision.decided_at_us = operation.reply->now_us;
    decision.decided_by = StoreMode::redis;
    decision.refusal = operation.demand_reply.refusal;
    decision.candidate = operation.demand_reply.candidate;
    const std::vector<Level> levels = levels_of(asked.ledgers, operation.ledgers, *operation.reply);
    decision.tightest = tightest_of(levels, asked.ledgers, decision.candidate);
    decision.candidate_levels = levels_of_candidates(levels, asked.ledgers);
    // A demand that is smaller elsewhere may fit another candidate: nothing is known of it.
    if (operation.changes && asked.ledgers.candidate_count() == 0) {
        const KnownUnder under{.changes = *operation.changes,
                               .store_epoch = master_.store_epoch.load(std::memory_order_relaxed)};
        refusals_.learn(set, asked.ledgers, under,
                        {.demand = asked.demand,
                         .refusal = decision.refusal,
                         .alike_more = operation.demand_reply.alike_more,
                         .sent_us = operation.reply->sent_us,
                         .received_us = node_.local_us(),
                         .tightest = decision.tightest});
    }
    return decision;
}

Decision RedisLimiter::admit(const Operation& operation) {
    const auto& [demand, ledgers, withdrawal] = *operation.reserve();
    const WindowReply& reply = *operation.reply;
    const std::size_t candidate = operation.demand_reply.candidate;
    std::vector<Charge> charges;
    charges.reserve(ledgers.size());
    for (std::size_t i = 0; i < ledgers.size(); ++i) {
        if (!ledgers.is_asked(i, candidate)) continue;
        Place place = place_of_charge(ledgers[i].window_us, reply.now_us);
        place.epoch = operation.state_of(i).epoch;
        charges.push_back({.ledger = ledgers[i].ledger,
                           .window_us = ledgers[i].window_us,
                           .place = place,
                           .in_flight = ledgers[i].limits.counts_in_flight()});
    }
    if (node_.local_copy.note_admitted(demand, ledgers.with_candidate(candidate), charges, reply.now_us)) {
        // Whether all is lost, the next heartbeat shows; until then each node keeps to its part.
        master_.breaker.note_lost("Redis has lost a ledger");
    }
    Decision decision;
    decision.verdict = Verdict::admitted;
    decision.decided_at_us = reply.now_us;
    decision.decided_by = StoreMode::redis;
    decision.candidate = candidate;
    const std::vector<Level> levels = levels_of(ledgers, operation.ledgers, reply);
    decision.tightest = tightest_of(levels, ledgers, candidate);
    decision.candidate_levels = levels_of_candidates(levels, ledgers);
    decision.reservation = ReservationAccess::make(demand, std::move(charges), ledgers.own().end);
    return decision;
}

result<Decision> RedisLimiter::fall_back(const Demand& demand, const LedgerSet& ledgers) {
    RedisNode::Counters& counters = node_.counters;
    if (node_.options.without_store == WithoutStore::open) {
        counters.fallbacks.fetch_add(1, std::memory_order_relaxed);
        counters.unmetered.fetch_add(1, std::memory_order_relaxed);
        Decision decision = admit_unlimited(demand);
        decision.decided_by = StoreMode::open;
        return decision;
    }
    const std::int64_t nodes = node_.nodes_known();
    const bool decides = node_.options.without_store == WithoutStore::local && nodes > 0;
    auto decision =
        decides ? node_.local_copy.reserve(demand, ledgers, nodes, master_.now_us()) : std::nullopt;
    (decision ? counters.fallbacks : counters.turned_away).fetch_add(1, std::memory_order_relaxed);
    if (!decision) return errc::store_unavailable;
    decision->decided_by = StoreMode::local;
    return std::move(*decision);
}

awaitable<void> RedisLimiter::settle(Reservation reservation, Usage usage) {
    const Correction correction = settlement(reservation, clamp_usage(usage));
    const bool is_charged = !ReservationAccess::charges(reservation).empty();
    const LocalCopy::InStore in_store = co_await correct(reservation, correction, false);
    ReservationAccess::close(reservation);
    if (is_charged && in_store == LocalCopy::InStore::no) {
        node_.counters.settle_failures.fetch_add(1, std::memory_order_relaxed);
    }
}

awaitable<void> RedisLimiter::progress(Reservation& reservation, Usage so_far) {
    const Correction correction = renewal(reservation, clamp_usage(so_far));
    (void)co_await correct(reservation, correction, true);
    note_progress(reservation, correction);
}

awaitable<LocalCopy::InStore> RedisLimiter::correct(Reservation& reservation, const Correction& correction,
                                                    bool renews) {
    std::vector<Charge>& charges = ReservationAccess::charges(reservation);
    auto in_store = LocalCopy::InStore::no;
    if (charges.empty()) co_return in_store;
    std::int64_t now_us = master_.now_us();
    if (master_.breaker.is_closed()) {
        // A settlement makes room, which a demand that comes meanwhile finds all the same.
        Operation operation{.what = Correct{&correction, &charges}, .may_wait_for_company = !renews};
        co_await batcher_.send(operation, node_.owners.slot_of(charges.front().ledger));
        if (operation.reply) {
            in_store = LocalCopy::InStore::yes;
            now_us = operation.reply->now_us;
            if (renews) note_renewals(charges, correction, operation);
        } else {
            // It may have been done, so that taking back once more could take what is somebody else's.
            for (Charge& charge : charges) charge.place = {};
            now_us = master_.now_us();
        }
    }
    node_.local_copy.correct(charges, correction, in_store, renews, now_us);
    co_return in_store;
}

awaitable<result<void>> RedisLimiter::count_foreign(const LedgerLimits& ledger, Amounts used) {
    if (!master_.breaker.is_closed()) co_return errc::store_unavailable;
    WindowCall call;
    call.ledgers.push_back({&ledger.ledger, ledger.window_us, ledger.limits});
    call.additions.push_back({0, bucket_of(master_.now_us(), ledger.window_us), clamp_demand(used)});
    const auto reply = co_await windows_.run(std::move(call), node_.options.timeout_ms);
    if (!reply) co_return reply.error();
    co_return result<void>{};
}

awaitable<result<std::vector<Level>>> RedisLimiter::peek(LedgerSet ledgers) {
    if (master_.breaker.is_closed()) {
        batcher_.send_all();
        WindowCall call;
        for (const LedgerLimits& ledger : ledgers) {
            call.ledgers.push_back({&ledger.ledger, ledger.window_us, ledger.limits});
        }
        const auto reply = co_await windows_.run(std::move(call), node_.options.timeout_ms);
        if (reply) co_return levels_of(ledgers, all_of(ledgers.size()), *reply);
    }
    if (node_.options.without_store == WithoutStore::closed) co_return errc::store_unavailable;
    co_return node_.local_copy.levels(ledgers, node_.nodes_known(), master_.now_us());
}

awaitable<result<LedgerContents>> RedisLimiter::read(const LedgerLimits& ledger) {
    if (!master_.breaker.is_closed()) co_return errc::store_unavailable;
    batcher_.send_all();
    std::vector<std::string> words{"ZRANGE", ledger.ledger.key(), "0", "-1"};
    const auto answered = co_await windows_.command(std::move(words), node_.options.timeout_ms);
    if (!answered) co_return errc::store_unavailable;
    const auto members = texts_of(*answered);
    auto contents = members ? contents_of(*members, ledger.window_us, master_.now_us()) : std::nullopt;
    if (!contents) co_return errc::store_unavailable;
    co_return std::move(*contents);
}

awaitable<result<void>> RedisLimiter::reset(LedgerSet ledgers) {
    if (!master_.breaker.is_closed()) co_return errc::store_unavailable;
    batcher_.send_all();
    for (const LedgerLimits& ledger : ledgers) {
        std::vector<std::string> words{"EVAL", std::string(reset_script), "1", ledger.ledger.key()};
        const auto emptied = co_await windows_.command(std::move(words), node_.options.timeout_ms);
        if (!emptied) co_return emptied.error();
        node_.changes.note(ledger.ledger);
    }
    co_return result<void>{};
}

}  // namespace weir
