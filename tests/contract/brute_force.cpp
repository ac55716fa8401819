// Slow on purpose: every question is answered by going through all events.
#include "contract/brute_force.hpp"

#include <algorithm>
#include <set>

namespace weir::testing {

namespace {

constexpr std::int64_t two_minutes_us = 120'000'000;
constexpr std::int64_t a_second_us = 1'000'000;
constexpr std::int64_t largest_amount = 1'000'000'000;

/// The next tick of a 120th of the window (rounded up to microseconds) at or after `date_us`.
std::int64_t next_tick_us(std::int64_t date_us, std::int64_t window_us) {
    const std::int64_t tick_us = window_us / 120 + (window_us % 120 > 0 ? 1 : 0);
    const std::int64_t past_us = date_us % tick_us;
    return past_us == 0 ? date_us : date_us - past_us + tick_us;
}

std::int64_t charged_until_us(std::int64_t now_us, std::int64_t window_us) {
    return next_tick_us(now_us + window_us, window_us);
}

std::int64_t leased_until_us(std::int64_t now_us, std::int64_t window_us) {
    return next_tick_us(now_us + std::min(window_us, two_minutes_us), window_us);
}

bool counts_in(Dimension stored, Dimension limited) {
    if (limited != Dimension::total_tokens) return stored == limited;
    return stored == Dimension::input_tokens || stored == Dimension::output_tokens;
}

template <typename Log>
std::int64_t sum_of(const Log& log, Dimension dimension, std::int64_t at_us) {
    std::int64_t sum = 0;
    for (const auto& event : log) {
        if (counts_in(event.dimension, dimension) && event.until_us > at_us) sum += event.amount;
    }
    return sum;
}

/// The first time at which there is room for `wanted`. Something changes only where an event expires; when a
/// request in flight ends nobody knows.
template <typename Log>
std::int64_t fits_at_us(const Log& log, Dimension dimension, std::int64_t wanted, std::int64_t limit,
                        std::int64_t now_us) {
    if (dimension == Dimension::in_flight) {
        const bool fits = sum_of(log, dimension, now_us) + wanted <= limit;
        return fits ? now_us : now_us + a_second_us;
    }
    std::set<std::int64_t> candidates{now_us};
    for (const auto& event : log) candidates.insert(event.until_us);
    for (const std::int64_t at_us : candidates) {
        if (sum_of(log, dimension, at_us) + wanted <= limit) return at_us;
    }
    return INT64_MAX;
}

/// Takes away from the events that expire then, as much as there is.
template <typename Log>
void take(Log& log, Dimension dimension, std::int64_t amount, std::int64_t until_us) {
    for (auto& event : log) {
        if (event.dimension != dimension || event.until_us != until_us) continue;
        const std::int64_t taken = std::min(amount, event.amount);
        event.amount -= taken;
        amount -= taken;
    }
}

bool counts_in_flight(const LedgerLimits& ledger) {
    return ledger.limits.of(Dimension::in_flight) != unlimited;
}

/// A request is one slot where requests in flight are counted, and nothing else.
std::int64_t wanted_of(const Demand& demand, Dimension dimension) {
    return dimension == Dimension::in_flight ? demand.requests : demand.of(dimension);
}

std::int64_t sane(std::int64_t amount) {
    if (amount < 0) return 0;
    return amount > largest_amount ? largest_amount : amount;
}

}  // namespace

BruteForce::Log& BruteForce::at(const LedgerName& ledger, std::int64_t window_us, std::int64_t now_us) {
    Log& log = logs_[std::string(ledger.name())];
    std::erase_if(log, [&](const Event& event) { return event.until_us <= now_us || event.amount == 0; });
    for (Event& event : log) event.until_us = std::min(event.until_us, charged_until_us(now_us, window_us));
    return log;
}

BruteForce::Answer BruteForce::reserve(const Demand& asked, std::span<const LedgerLimits> ledgers,
                                       std::int64_t now_us) {
    const Demand demand{sane(asked.requests), sane(asked.input_tokens), sane(asked.output_tokens)};
    Answer answer = judge(demand, ledgers, now_us);
    if (answer.verdict == Verdict::admitted) answer.ticket = charge(demand, ledgers, now_us);
    return answer;
}

BruteForce::Answer BruteForce::reserve_from(const Demand& asked, const LedgerSet& ledgers,
                                            std::int64_t now_us) {
    const Demand demand{sane(asked.requests), sane(asked.input_tokens), sane(asked.output_tokens)};
    const auto in = [&](LedgerSet::Range range) {
        std::vector<LedgerLimits> some;
        for (std::size_t i = range.begin; i < range.end; ++i) some.push_back(ledgers[i]);
        return some;
    };
    const std::vector<LedgerLimits> own = in(ledgers.own());
    Answer by_own = judge(demand, own, now_us);
    if (by_own.verdict == Verdict::blocked || by_own.verdict == Verdict::never_fits) return by_own;
    if (ledgers.candidate_count() == 0) {
        if (by_own.verdict != Verdict::admitted) return by_own;
        by_own.ticket = charge(demand, own, now_us);
        by_own.ticket->own_places = own.size();
        return by_own;
    }
    std::optional<Answer> impossible, soonest;
    for (std::size_t number = 0; number < ledgers.candidate_count(); ++number) {
        const LedgerSet::Range range = ledgers.candidate(number);
        std::vector<LedgerLimits> asked_ledgers = in(range);
        Answer answer = judge(demand, asked_ledgers, now_us);
        answer.refusal.ledger_index += range.begin;
        answer.candidate = number;
        const bool is_impossible =
            answer.verdict == Verdict::blocked || answer.verdict == Verdict::never_fits;
        std::optional<Answer>& kept = is_impossible ? impossible : soonest;
        const bool is_sooner = !kept || answer.refusal.retry_after_us < kept->refusal.retry_after_us;
        if (is_sooner) kept = answer;
        if (answer.verdict != Verdict::admitted || by_own.verdict != Verdict::admitted) continue;
        asked_ledgers.insert(asked_ledgers.begin(), own.begin(), own.end());
        answer.ticket = charge(demand, asked_ledgers, now_us);
        answer.ticket->own_places = own.size();
        return answer;
    }
    if (!soonest) {
        impossible->candidate = 0;
        return *impossible;
    }
    if (by_own.refusal.retry_after_us < soonest->refusal.retry_after_us) return *soonest;
    by_own.candidate = soonest->candidate;
    return by_own;
}

BruteForce::Answer BruteForce::move(Ticket& ticket, const Usage& usage, const LedgerSet& ledgers,
                                    std::int64_t now_us) {
    Ticket of_candidate{ticket.demand, ticket.produced, ticket.held, {}, 0};
    while (ticket.places.size() > ticket.own_places) {
        of_candidate.places.push_back(ticket.places.back());
        ticket.places.pop_back();
    }
    settle(of_candidate, usage, now_us);
    Answer answer = reserve_from(ticket.demand, ledgers, now_us);
    if (answer.ticket) {
        ticket.places.insert(ticket.places.end(), answer.ticket->places.begin(), answer.ticket->places.end());
        answer.ticket.reset();
    }
    return answer;
}

BruteForce::Answer BruteForce::judge(const Demand& demand, std::span<const LedgerLimits> ledgers,
                                     std::int64_t now_us) {
    Answer answer;
    for (const bool blocked : {true, false}) {
        for (std::size_t i = 0; i < ledgers.size(); ++i) {
            for (const Dimension dimension : all_dimensions) {
                const std::int64_t limit = ledgers[i].limits.of(dimension);
                const std::int64_t wanted = wanted_of(demand, dimension);
                if (wanted == 0 || wanted <= limit || (limit == 0) != blocked) continue;
                return {blocked ? Verdict::blocked : Verdict::never_fits,
                        {i, dimension, limit, 0, wanted, 0},
                        {}};
            }
        }
    }
    for (std::size_t i = 0; i < ledgers.size(); ++i) {
        const Log& log = at(ledgers[i].ledger, ledgers[i].window_us, now_us);
        for (const Dimension dimension : all_dimensions) {
            const std::int64_t limit = ledgers[i].limits.of(dimension);
            const std::int64_t wanted = wanted_of(demand, dimension);
            if (wanted == 0 || limit == unlimited) continue;
            const std::int64_t wait_us = fits_at_us(log, dimension, wanted, limit, now_us) - now_us;
            if (wait_us <= answer.refusal.retry_after_us) continue;
            answer.verdict = Verdict::refused;
            answer.refusal = {i, dimension, limit, sum_of(log, dimension, now_us), wanted, wait_us};
        }
    }
    return answer;
}

BruteForce::Ticket BruteForce::charge(const Demand& demand, std::span<const LedgerLimits> ledgers,
                                      std::int64_t now_us) {
    Ticket ticket{.demand = demand,
                  .produced = 0,
                  .held = demand.output_tokens,
                  .places = {},
                  .own_places = ledgers.size()};
    for (const LedgerLimits& ledger : ledgers) {
        Log& log = at(ledger.ledger, ledger.window_us, now_us);
        Place place;
        place.ledger = ledger.ledger;
        place.window_us = ledger.window_us;
        place.input_until_us = charged_until_us(now_us, ledger.window_us);
        place.lease_until_us = leased_until_us(now_us, ledger.window_us);
        place.in_flight = counts_in_flight(ledger);
        if (place.in_flight) {
            log.push_back({Dimension::in_flight, demand.requests, place.lease_until_us});
            ticket.places.push_back(place);
            continue;
        }
        log.push_back({Dimension::requests, demand.requests, place.input_until_us});
        log.push_back({Dimension::input_tokens, demand.input_tokens, place.input_until_us});
        log.push_back({Dimension::output_tokens, demand.output_tokens, place.lease_until_us});
        ticket.places.push_back(place);
    }
    return ticket;
}

void BruteForce::progress(Ticket& ticket, std::int64_t output_tokens, std::int64_t expected_more,
                          std::int64_t now_us) {
    const std::int64_t produced = std::max(sane(output_tokens), ticket.produced);
    const std::int64_t fresh = produced - ticket.produced;
    const std::int64_t leased = ticket.held;
    const std::int64_t left = std::max({leased - fresh, std::int64_t{0}, sane(expected_more)});
    for (Place& place : ticket.places) {
        Log& log = at(place.ledger, place.window_us, now_us);
        const std::int64_t before_us = place.lease_until_us;
        place.lease_until_us = leased_until_us(now_us, place.window_us);
        if (place.in_flight) {
            take(log, Dimension::in_flight, ticket.demand.requests, before_us);
            log.push_back({Dimension::in_flight, ticket.demand.requests, place.lease_until_us});
            continue;
        }
        take(log, Dimension::output_tokens, leased, before_us);
        log.push_back({Dimension::output_tokens, left, place.lease_until_us});
        if (fresh == 0) continue;
        const std::int64_t until_us = charged_until_us(now_us, place.window_us);
        log.push_back({Dimension::output_tokens, fresh, until_us});
        place.newest_output = fresh + (place.newest_output_until_us == until_us ? place.newest_output : 0);
        place.newest_output_until_us = until_us;
    }
    ticket.produced = produced;
    ticket.held = left;
}

void BruteForce::settle(const Ticket& ticket, const Usage& usage, std::int64_t now_us) {
    const Demand& demand = ticket.demand;
    const bool exact = usage.certainty == Certainty::exact;
    std::int64_t input = sane(usage.input_tokens);
    if (!exact && input < demand.input_tokens) input = demand.input_tokens;
    std::int64_t output = sane(usage.output_tokens);
    if (!exact && output < ticket.produced) output = ticket.produced;
    if (usage.unproduced == Unproduced::charge && output < demand.output_tokens)
        output = demand.output_tokens;

    for (const Place& place : ticket.places) {
        Log& log = at(place.ledger, place.window_us, now_us);
        if (place.in_flight) {
            take(log, Dimension::in_flight, demand.requests, place.lease_until_us);
            continue;
        }
        const std::int64_t today_us = charged_until_us(now_us, place.window_us);
        if (usage.requests <= 0) take(log, Dimension::requests, demand.requests, place.input_until_us);
        if (input < demand.input_tokens)
            take(log, Dimension::input_tokens, demand.input_tokens - input, place.input_until_us);
        if (input > demand.input_tokens) {
            const bool gone = place.input_until_us <= now_us;
            log.push_back({Dimension::input_tokens, input - demand.input_tokens,
                           gone ? today_us : place.input_until_us});
        }
        const std::int64_t leased = ticket.held;
        const std::int64_t unseen = output - ticket.produced;
        if (unseen < 0)
            take(log, Dimension::output_tokens, std::min(-unseen, place.newest_output),
                 place.newest_output_until_us);
        const bool runs_out = usage.unproduced == Unproduced::run_out;
        const std::int64_t ended = runs_out ? std::clamp<std::int64_t>(unseen, 0, leased) : leased;
        take(log, Dimension::output_tokens, ended, place.lease_until_us);
        if (unseen > 0) log.push_back({Dimension::output_tokens, unseen, today_us});
    }
}

std::vector<Level> BruteForce::peek(std::span<const LedgerLimits> ledgers, std::int64_t now_us) {
    std::vector<Level> levels;
    for (std::size_t i = 0; i < ledgers.size(); ++i) {
        const Log& log = at(ledgers[i].ledger, ledgers[i].window_us, now_us);
        for (const Dimension dimension : all_dimensions) {
            const std::int64_t limit = ledgers[i].limits.of(dimension);
            if (limit == unlimited) continue;
            Level level{i, dimension, limit, sum_of(log, dimension, now_us), 0};
            for (const Event& event : log) {
                if (dimension == Dimension::in_flight) break;
                if (counts_in(event.dimension, dimension) && event.amount > 0)
                    level.reset_us = std::max(level.reset_us, event.until_us - now_us);
            }
            levels.push_back(level);
        }
    }
    return levels;
}

std::map<std::int64_t, Amounts> BruteForce::held(const LedgerLimits& ledger, std::int64_t now_us) {
    std::map<std::int64_t, Amounts> held;
    for (const Event& event : at(ledger.ledger, ledger.window_us, now_us)) {
        if (event.amount == 0) continue;
        Amounts& amounts = held[event.until_us];
        if (event.dimension == Dimension::requests) amounts.requests += event.amount;
        if (event.dimension == Dimension::input_tokens) amounts.input_tokens += event.amount;
        const bool is_held_as_output =
            event.dimension == Dimension::output_tokens || event.dimension == Dimension::in_flight;
        if (is_held_as_output) amounts.output_tokens += event.amount;
    }
    return held;
}

}  // namespace weir::testing
