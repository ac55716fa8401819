// Takes room for a request from every ledger that applies, and waits for it where there is none yet.
#include <algorithm>

#include "proxy/demand.hpp"
#include "proxy/errors.hpp"
#include "proxy/exchange.hpp"
#include "proxy/shadow.hpp"
#include "text/numbers.hpp"

namespace weir::proxy {

namespace {
constexpr std::string_view max_wait_field = "x-weir-max-wait-ms";
constexpr std::string_view waited_field = "x-weir-waited-ms";
}  // namespace

Demand Exchange::note_demand() {
    applicable_ = policy_->limits_for(*subject_, call_.model, choice_->left(), call_.further_models);
    const Demand demand = make_demand(call_, *subject_->tier, applicable_, experience());
    record_.estimated = demand;
    return demand;
}

bool Exchange::note_decision(result<Decision>& decided) {
    if (record_.waited_us)
        llm::append_header(remarks_, waited_field, std::to_string(*record_.waited_us / 1000));
    if (!decided) return false;
    Decision& decision = *decided;
    const std::int64_t decided_us = worker_.clock.steady_us();
    if (!decision.candidate_levels.empty())
        choice_->note_levels(decision.candidate_levels, applicable_.ledgers, decided_us);
    record_.decided_at_us = decision.decided_at_us;
    record_.store_mode = to_string(decision.decided_by);
    if (decision.verdict != Verdict::admitted) return false;
    reservation_ = std::move(decision.reservation);
    // Of one that has waited it may be another's that asked for more: see WaitLines.
    record_.reserved = reservation_->demand();
    take_upstream(decision.candidate, decided_us);
    worker_.metrics.reservations_in_flight.add();
    llm::append_rate_limit_headers(dialect_, decision.tightest, worker_.clock.now_us(), rate_limits_);
    remarks_.append(shadow_lines(record_.shadowed_by));
    rate_limits_.append(remarks_);
    return true;
}

/// Where nobody waits, nothing is asked twice, and this node has the ledgers.
Exchange::Decided Exchange::decide_at_once(const Demand& demand) {
    const LedgerSet& ledgers = applicable_.ledgers;
    if (max_wait_us() > 0 || !worker_.waiting_room->is_empty() || has_shadow(ledgers)) return std::nullopt;
    const std::int64_t asked_us = worker_.clock.steady_us();
    Decided decided = worker_.limiter.reserve_at_once(demand, ledgers);
    if (decided)
        worker_.metrics.count_store_call(observe::StoreCall::reserve, worker_.clock.steady_us() - asked_us);
    return decided;
}

/// Asks the store, unless others wait for the same; and waits, where it may and that helps.
awaitable<void> Exchange::decide(const Demand& demand, Decided& decided) {
    const std::int64_t longest_us = max_wait_us();
    WaitingRoom& room = *worker_.waiting_room;
    if (longest_us == 0 && room.is_empty()) co_return co_await ask_store(demand, decided);

    const std::int64_t now_us = worker_.clock.steady_us();
    if (wait_began_us_ == 0) wait_began_us_ = now_us;
    const std::int64_t wait_us = std::max<std::int64_t>(wait_began_us_ + longest_us - now_us, 0);
    const LedgerSet& ledgers = applicable_.ledgers;
    const config::WeirLimits& limits = config().limits_of_weir;
    const std::string set = wait_set_name(ledgers);
    const WaitingRoom::Guest guest{.applicant = {.set = set,
                                                 .key_id = subject_->id,
                                                 .tier = subject_->tier->name,
                                                 .demand = demand,
                                                 .weight = subject_->tier->weight,
                                                 .deadline_us = now_us + wait_us,
                                                 // What shadow mode asks again is no longer in order.
                                                 .asks_alone = has_shadow(ledgers)},
                                   .ledgers = ledgers,
                                   .bounds = {static_cast<std::size_t>(limits.max_waiting),
                                              static_cast<std::size_t>(limits.max_waiting_per_key)}};
    if (!room.is_empty() && may_ever_fit(demand, ledgers) && room.is_behind(guest, wait_us > 0)) {
        const bool is_decided = co_await wait_for_room(guest, decided);
        if (is_decided) co_return;
    }
    co_await ask_store(demand, decided);
    const bool is_refused = *decided && (*decided)->verdict == Verdict::refused;
    if (is_refused && (*decided)->refusal.retry_after_us <= wait_us) co_await wait_for_room(guest, decided);
}

/// False: the store is to be asked. True without a decision: all begins anew, by what is in force now.
awaitable<bool> Exchange::wait_for_room(const WaitingRoom::Guest& guest, Decided& decided) {
    if (policy_ != worker_.policy) {
        decided.reset();
        co_return true;
    }
    WaitingRoom::Stayed stayed = co_await worker_.waiting_room->stay(worker_, client_, guest, decided);
    if (stayed.stay == WaitingRoom::Stay::no_room) worker_.metrics.count(observe::LimitHit::waiting);
    if (stayed.stay == WaitingRoom::Stay::over || stayed.stay == WaitingRoom::Stay::recalled) {
        record_.waited_us = record_.waited_us.value_or(0) + stayed.waited_us;
        record_.shadowed_by = std::move(stayed.shadowed_by);
    }
    co_return stayed.stay != WaitingRoom::Stay::ask;
}

awaitable<void> Exchange::ask_store(const Demand& demand, Decided& decided) {
    // A client that leaves while a shared store is asked need not be admitted.
    client_.watch([] {});
    const std::int64_t asked_us = worker_.clock.steady_us();
    auto answer = co_await reserve_past_shadow(worker_.limiter, demand, applicable_.ledgers,
                                               Withdrawal(client_.gone()), record_.shadowed_by);
    decided.emplace(std::move(answer));
    worker_.metrics.count_store_call(observe::StoreCall::reserve, worker_.clock.steady_us() - asked_us);
    client_.unwatch();
}

/// As its key or tier has it; a client may make it less. What is no whole number counts as not sent. 0: it
/// does not wait.
std::int64_t Exchange::max_wait_us() const {
    const config::Key* key = subject_->key;
    const bool has_own = key != nullptr && key->max_wait_ms.has_value();
    std::int64_t max_wait_ms = has_own ? *key->max_wait_ms : subject_->tier->max_wait_ms;
    if (max_wait_ms > 0) {
        const auto asked = text::number_in<std::int64_t>(request_.head.fields.value(max_wait_field));
        if (asked && *asked >= 0) max_wait_ms = std::min(max_wait_ms, *asked);
    }
    return max_wait_ms * 1000;
}

/// To those who wait for it.
void Exchange::note_given_back(const Amounts& amounts) {
    WaitingRoom& room = *worker_.waiting_room;
    if (!room.is_empty()) room.given_back(applicable_.ledgers, amounts);
}

}  // namespace weir::proxy
