// Random operations on a store and on the brute-force log: after every step both say the same.
#include <algorithm>
#include <iostream>
#include <map>

#include "contract/brute_force.hpp"
#include "contract/model_commands.hpp"
#include "ledger/reservation_access.hpp"
#include "support/manual_clock.hpp"

namespace weir::testing {

namespace {

constexpr int scenarios = 2'000;
constexpr int commands_max = 1'000;
constexpr std::int64_t commands_total_min = 200'000;
constexpr std::int64_t happens_min = 1'000;
constexpr std::size_t in_flight_max = 40;

/// How often each thing happened, to see that the scenarios reach it.
struct Tally {
    std::int64_t commands = 0;
    std::map<Verdict, std::int64_t> verdicts;
    std::int64_t cached_refusals = 0;  ///< given from the cache
    std::int64_t of_others = 0;        ///< taken from another candidate than the first
    std::int64_t moved = 0;
    std::int64_t progressed = 0;
    std::int64_t settled = 0;
    std::int64_t settled_late = 0;  ///< when a ledger had forgotten the input already
    std::int64_t stepped_back = 0;
    std::int64_t refused_in_flight = 0;
};

/// A store and the model, side by side.
class Pair {
public:
    Pair(const StoreKind& kind, const PoolLimits& numbers, Tally& tally) : store_(kind), tally_(tally) {
        for (std::size_t i = 0; i < pool_size; ++i) {
            const bool in_flight = i >= windowed_size;
            const std::int64_t window_us = in_flight ? in_flight_lease_us : pool_windows_us[i / 2];
            LedgerLimits made = ledger("ledger" + std::to_string(i), window_us, {});
            for (const Dimension dimension : all_dimensions) {
                if ((dimension == Dimension::in_flight) != in_flight) continue;
                const std::size_t place = i * dimension_count + static_cast<std::size_t>(dimension);
                made.limits.set(dimension, limit_of(dimension, numbers[place]));
            }
            pool_.push_back(made);
        }
    }
    ~Pair() {
        for (Flight& flight : in_flight_) ReservationAccess::close(flight.reservation);
    }

    void run(const Command& command) {
        ++tally_.commands;
        switch (command.kind) {
            case Kind::reserve:
                return reserve({command.requests, command.input_tokens, command.output_tokens},
                               pick_ledgers(command.pick));
            case Kind::reserve_of_one:
                return reserve_of_one(command);
            case Kind::move:
                return move(command);
            case Kind::again:
                return reserve_again(command);
            case Kind::progress:
                return progress(command);
            case Kind::settle:
                return settle(command);
            case Kind::peek:
                return expect_same_levels(pool_);
            case Kind::pass:
                return store_.advance(duration_us(command));
            case Kind::pass_to_room:
                // The last refusal's own edge, and a microsecond before it.
                store_.advance(std::max<std::int64_t>(room_at_us_ - store_.now_us() - command.pick % 2, 0));
                return;
            case Kind::step_back:
                ++tally_.stepped_back;
                forget_expired();
                return store_.advance(-std::min(duration_us(command), 2 * day_us));
        }
    }
    void expect_same_everywhere() { expect_same_levels(pool_); }

private:
    struct Flight {
        Reservation reservation;
        BruteForce::Ticket ticket;
        std::vector<LedgerLimits> ledgers;
    };

    /// Until it writes, a store may leave what has expired where it is; time that steps back brings it to
    /// life again. So this writes to each ledger, and leaves nothing.
    void forget_expired() {
        for (LedgerLimits ledger : pool_) {
            ledger.limits = {};
            Decision decision = store_.reserve({1, 0, 0}, {&ledger, 1});
            BruteForce::Answer answer = model_.reserve({1, 0, 0}, {&ledger, 1}, store_.now_us());
            const Usage nothing{.requests = 0, .certainty = Certainty::exact};
            store_.settle(std::move(decision.reservation).value(), nothing);
            model_.settle(answer.ticket.value(), nothing, store_.now_us());
        }
    }

    /// One to four different ledgers, in any order.
    std::vector<LedgerLimits> pick_ledgers(std::uint32_t pick) const {
        std::vector<LedgerLimits> left = pool_;
        std::vector<LedgerLimits> picked;
        std::uint32_t count = 1 + pick % 4;
        for (pick /= 4; count > 0; --count, pick /= 7) {
            const auto chosen = left.begin() + static_cast<std::ptrdiff_t>(pick % left.size());
            picked.push_back(*chosen);
            left.erase(chosen);
        }
        return picked;
    }

    /// What was refused last, or nearly that.
    void reserve_again(const Command& command) {
        const std::int64_t more = command.pick % 3 - 1;
        if (refused_ledgers_.empty()) return;
        Demand demand = refused_;
        if (command.exact) demand.input_tokens += more;
        if (command.unproduced == 0) demand.output_tokens += more;
        reserve(demand, std::vector(refused_ledgers_));
    }

    /// Some ledgers, cut into own ones and those of one to three candidates; some of these may be empty.
    void reserve_of_one(const Command& command) {
        if (in_flight_.size() == in_flight_max) return;
        const std::vector<LedgerLimits> ledgers = pick_ledgers(command.pick);
        LedgerSet set;
        std::uint32_t cuts = command.pick / 16;
        const std::size_t own = cuts % (ledgers.size() + 1);
        for (std::size_t i = 0; i < ledgers.size(); ++i, cuts /= 3) {
            if (i == own || (i > own && cuts % 3 != 0)) set.begin_candidate();
            set.add(ledgers[i]);
        }
        if (own == ledgers.size()) set.begin_candidate();
        const Demand demand{command.requests, command.input_tokens, command.output_tokens};
        Decision decision = store_.reserve_from(demand, set);
        BruteForce::Answer answer = model_.reserve_from(demand, set, store_.now_us());
        RC_ASSERT(static_cast<int>(decision.verdict) == static_cast<int>(answer.verdict));
        RC_ASSERT(decision.candidate == answer.candidate);
        ++tally_.verdicts[decision.verdict];
        if (decision.verdict != Verdict::admitted) expect_same_refusal(decision.refusal, answer.refusal);
        if (decision.verdict == Verdict::refused) note_refusal(decision.refusal);
        if (answer.ticket) {
            if (answer.candidate > 0) ++tally_.of_others;
            std::vector<LedgerLimits> taken;
            for (const LedgerLimits& ledger : set.with_candidate(answer.candidate)) taken.push_back(ledger);
            in_flight_.push_back({std::move(*decision.reservation), std::move(*answer.ticket), taken});
        }
        expect_same_levels(ledgers);
    }

    void reserve(const Demand& demand, const std::vector<LedgerLimits>& ledgers) {
        if (in_flight_.size() == in_flight_max) return;
        const std::uint64_t cached_before = store_.cached_refusals();
        Decision decision = store_.reserve(demand, ledgers);
        const bool was_cached = store_.cached_refusals() > cached_before;
        if (was_cached) ++tally_.cached_refusals;
        BruteForce::Answer answer = model_.reserve(demand, ledgers, store_.now_us());
        RC_ASSERT(static_cast<int>(decision.verdict) == static_cast<int>(answer.verdict));
        RC_ASSERT(decision.decided_at_us == store_.now_us());
        RC_ASSERT(decision.reservation.has_value() == answer.ticket.has_value());
        ++tally_.verdicts[decision.verdict];
        // What has expired since it was learned does not show in how full it says the ledgers are.
        if (was_cached) decision.refusal.used = answer.refusal.used;
        if (decision.verdict != Verdict::admitted) expect_same_refusal(decision.refusal, answer.refusal);
        if (decision.verdict == Verdict::refused) {
            note_refusal(decision.refusal);
            refused_ = demand;
            refused_ledgers_ = ledgers;
        }
        const bool shows_levels =
            decision.verdict == Verdict::admitted || decision.verdict == Verdict::refused;
        if (shows_levels && !was_cached) expect_tightest(decision, model_.peek(ledgers, store_.now_us()));
        if (answer.ticket)
            in_flight_.push_back({std::move(*decision.reservation), std::move(*answer.ticket), ledgers});
        expect_same_levels(ledgers);
    }

    /// Of a reservation of which nothing has been produced, and nothing more reserved, to one or two of the
    /// ledgers that it has not.
    void move(const Command& command) {
        if (in_flight_.empty()) return;
        Flight& flight = in_flight_[command.pick % in_flight_.size()];
        if (flight.ticket.produced > 0 || flight.ticket.held != flight.ticket.demand.output_tokens) return;
        const auto own = flight.ledgers.begin() + static_cast<std::ptrdiff_t>(flight.ticket.own_places);
        flight.ledgers.erase(own, flight.ledgers.end());
        LedgerSet set;
        std::vector<LedgerLimits> next;
        for (const LedgerLimits& ledger : pick_ledgers(command.pick / 3)) {
            const bool has_it = std::any_of(flight.ledgers.begin(), flight.ledgers.end(),
                                            [&](const auto& other) { return other.ledger == ledger.ledger; });
            if (!has_it) next.push_back(ledger);
        }
        for (const LedgerLimits& ledger : next) {
            set.begin_candidate();
            set.add(ledger);
        }
        const Usage usage{.requests = 0, .certainty = Certainty::exact};
        const Decision decision = store_.move(flight.reservation, usage, set);
        const BruteForce::Answer answer = model_.move(flight.ticket, usage, set, store_.now_us());
        RC_ASSERT(static_cast<int>(decision.verdict) == static_cast<int>(answer.verdict));
        RC_ASSERT(decision.candidate == answer.candidate);
        if (decision.verdict == Verdict::admitted) ++tally_.moved;
        if (decision.verdict == Verdict::admitted && !next.empty())
            flight.ledgers.push_back(next[answer.candidate]);
        expect_same_levels(pool_);
    }

    void progress(const Command& command) {
        if (in_flight_.empty()) return;
        Flight& flight = in_flight_[command.pick % in_flight_.size()];
        ++tally_.progressed;
        store_.progress(flight.reservation, command.output_tokens, command.expected_more);
        model_.progress(flight.ticket, command.output_tokens, command.expected_more, store_.now_us());
        expect_same_levels(flight.ledgers);
    }

    void settle(const Command& command) {
        if (in_flight_.empty()) return;
        const auto chosen =
            in_flight_.begin() + static_cast<std::ptrdiff_t>(command.pick % in_flight_.size());
        Flight flight = std::move(*chosen);
        in_flight_.erase(chosen);
        const Usage usage{.requests = command.requests,
                          .input_tokens = command.input_tokens,
                          .output_tokens = command.output_tokens,
                          .certainty = command.exact ? Certainty::exact : Certainty::lower_bound,
                          .unproduced = static_cast<Unproduced>(command.unproduced)};
        ++tally_.settled;
        for (const BruteForce::Place& place : flight.ticket.places) {
            if (place.input_until_us <= store_.now_us()) ++tally_.settled_late;
        }
        store_.settle(std::move(flight.reservation), usage);
        model_.settle(flight.ticket, usage, store_.now_us());
        expect_same_levels(flight.ledgers);
    }

    void note_refusal(const Refusal& refusal) {
        room_at_us_ = store_.now_us() + refusal.retry_after_us;
        if (refusal.dimension == Dimension::in_flight) ++tally_.refused_in_flight;
    }

    static void expect_same_refusal(const Refusal& actual, const Refusal& expected) {
        RC_ASSERT(actual.ledger_index == expected.ledger_index);
        RC_ASSERT(to_string(actual.dimension) == to_string(expected.dimension));
        RC_ASSERT(actual.limit == expected.limit);
        RC_ASSERT(actual.used == expected.used);
        RC_ASSERT(actual.requested == expected.requested);
        RC_ASSERT(actual.retry_after_us == expected.retry_after_us);
    }

    static void expect_tightest(const Decision& decision, const std::vector<Level>& levels) {
        for (const Dimension dimension : all_dimensions) {
            std::vector<Level> candidates;
            std::copy_if(levels.begin(), levels.end(), std::back_inserter(candidates),
                         [&](const Level& level) { return level.dimension == dimension; });
            std::stable_sort(candidates.begin(), candidates.end(), [](const Level& a, const Level& b) {
                return std::pair(a.remaining(), -a.reset_us) < std::pair(b.remaining(), -b.reset_us);
            });
            const auto& tightest = decision.tightest.at(static_cast<std::size_t>(dimension));
            RC_ASSERT(tightest.has_value() == !candidates.empty());
            if (tightest) RC_ASSERT(row_of(*tightest) == row_of(candidates.front()));
        }
    }

    void expect_same_levels(const std::vector<LedgerLimits>& ledgers) {
        const std::vector<LevelRow> actual = rows_of(store_.peek(ledgers));
        RC_ASSERT(actual == rows_of(model_.peek(ledgers, store_.now_us())));
    }

    StoreDriver store_;
    BruteForce model_;
    std::vector<LedgerLimits> pool_;
    std::vector<Flight> in_flight_;
    std::int64_t room_at_us_ = 0;
    Demand refused_;
    std::vector<LedgerLimits> refused_ledgers_;
    Tally& tally_;
};

TEST_P(LimiterModel, AgreesWithTheBruteForceLogAfterEveryStep) {
    Tally tally;
    check_property({.cases = scenarios, .size_max = commands_max}, [&] {
        const PoolLimits numbers = *any_limits();
        const std::vector<Command> commands = *any_commands();
        Pair pair(GetParam(), numbers, tally);
        for (const Command& command : commands) pair.run(command);
        pair.expect_same_everywhere();
    });
    if (HasFailure()) return;
    EXPECT_GE(tally.commands, commands_total_min);
    for (const Verdict verdict :
         {Verdict::admitted, Verdict::refused, Verdict::never_fits, Verdict::blocked}) {
        EXPECT_GE(tally.verdicts[verdict], happens_min) << static_cast<int>(verdict);
    }
    if (GetParam().caches_refusals) {
        EXPECT_GE(tally.cached_refusals, happens_min);
    }
    EXPECT_GE(tally.refused_in_flight, happens_min);
    EXPECT_GE(tally.of_others, happens_min);
    EXPECT_GE(tally.moved, happens_min);
    EXPECT_GE(tally.progressed, happens_min);
    EXPECT_GE(tally.settled, happens_min);
    EXPECT_GE(tally.settled_late, happens_min);
    EXPECT_GE(tally.stepped_back, happens_min);
    std::cout << tally.commands << " commands: " << tally.verdicts[Verdict::admitted] << " admitted, "
              << tally.verdicts[Verdict::refused] << " refused, " << tally.verdicts[Verdict::never_fits]
              << " never fit, " << tally.verdicts[Verdict::blocked] << " blocked, " << tally.cached_refusals
              << " cached_refusals, " << tally.progressed << " progressed, " << tally.settled << " settled, "
              << tally.settled_late << " places late, " << tally.stepped_back << " steps back\n";
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Stores, LimiterModel, ::testing::ValuesIn(store_kinds()),
                         [](const auto& of_test) { return of_test.param.name; });

}  // namespace weir::testing
