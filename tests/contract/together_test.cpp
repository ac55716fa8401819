// Operations that arrive together share calls, as many as fill a call, in the order in which they came;
// within a call they are done one by one, corrections before demands, and refusals tell how things stand
// after their call.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>

#include "contract/brute_force.hpp"
#include "contract/contract.hpp"
#include "ledger/reservation_access.hpp"
#include "support/manual_clock.hpp"
#include "support/property.hpp"

namespace weir::testing {

namespace {

constexpr std::size_t operations_per_call = 64;

/// Several of them arrive at once. Settles the oldest reservation in flight if it is to settle and there is
/// one.
struct Arrival {
    bool settles = false;
    std::size_t set = 0;  ///< of ledgers, see ledger_sets
    Demand demand;
};

void showValue(const Arrival& arrival, std::ostream& out) {
    out << (arrival.settles ? "settle as " : "reserve ") << arrival.set << ": " << arrival.demand.requests
        << "/" << arrival.demand.input_tokens << "/" << arrival.demand.output_tokens;
}

using Round = std::vector<Arrival>;

rc::Gen<Round> any_round() {
    using rc::gen::inRange;
    const auto demand =
        rc::gen::build<Demand>(rc::gen::set(&Demand::requests, inRange<std::int64_t>(0, 3)),
                               rc::gen::set(&Demand::input_tokens, inRange<std::int64_t>(0, 40)),
                               rc::gen::set(&Demand::output_tokens, inRange<std::int64_t>(0, 40)));
    const auto arrival = rc::gen::build<Arrival>(
        rc::gen::set(&Arrival::settles, rc::gen::weightedElement<bool>({{2, false}, {1, true}})),
        rc::gen::set(&Arrival::set, rc::gen::inRange<std::size_t>(0, 3)),
        rc::gen::set(&Arrival::demand, demand));
    return rc::gen::container<Round>(arrival);
}

/// Two that share a ledger, as keys of a group do, and one of its own, whose leases end before its window.
std::vector<std::vector<LedgerLimits>> ledger_sets() {
    const LedgerLimits a = ledger(
        "a", 7 * second_us,
        {{Dimension::requests, 150}, {Dimension::input_tokens, 1'500}, {Dimension::output_tokens, 900}});
    const LedgerLimits group =
        ledger("group", minute_us, {{Dimension::requests, 400}, {Dimension::total_tokens, 6'000}});
    const LedgerLimits b =
        ledger("b", 60 * minute_us, {{Dimension::requests, 200}, {Dimension::output_tokens, 2'000}});
    return {{a, group}, {group, b}, {ledger("c", minute_us, {{Dimension::output_tokens, 700}})}};
}

class Together {
public:
    explicit Together(const StoreKind& kind) : store_(kind.make()) { store_->set_now_us(now_us_); }
    ~Together() {
        for (auto& flight : in_flight_) ReservationAccess::close(flight.reservation);
    }

    void pass(std::int64_t duration_us) {
        now_us_ += duration_us;
        store_->set_now_us(now_us_);
    }

    void run(const Round& round) {
        std::vector<Operation> operations(round.size());
        for (std::size_t i = 0; i < round.size(); ++i) {
            operations[i].arrival = &round[i];
            if (round[i].settles && !in_flight_.empty()) {
                operations[i].flight.emplace(std::move(in_flight_.front()));
                in_flight_.erase(in_flight_.begin());
            }
        }
        boost::asio::io_context& context = store_->context();
        std::size_t left = operations.size();
        for (Operation& operation : operations) {
            boost::asio::co_spawn(context, start(operation), [&](const std::exception_ptr&) { --left; });
        }
        context.restart();
        while (left > 0 && context.run_one() > 0) {
        }
        RC_ASSERT(left == 0U);
        for (const auto& call : calls_of(operations)) compare(call);
    }

private:
    struct Flight {
        Reservation reservation;
        BruteForce::Ticket ticket;
        bool operator==(const Flight&) const = delete;
    };
    struct Operation {
        const Arrival* arrival = nullptr;
        std::optional<Flight> flight;  ///< that it settles
        std::optional<Decision> decision;
    };

    static Usage usage_of(const Arrival& arrival) {
        return {.input_tokens = arrival.demand.input_tokens,
                .output_tokens = arrival.demand.output_tokens,
                .certainty = Certainty::exact,
                .unproduced = Unproduced::release};
    }
    awaitable<void> start(Operation& operation) {
        if (operation.flight) {
            co_await store_->limiter().settle(std::move(operation.flight->reservation),
                                              usage_of(*operation.arrival));
        } else {
            auto decided =
                co_await store_->limiter().reserve(operation.arrival->demand, sets_[operation.arrival->set]);
            operation.decision.emplace(std::move(decided.value()));
        }
    }

    /// Which operations share a call, in the order in which they are done.
    static std::vector<std::vector<Operation*>> calls_of(std::vector<Operation>& operations) {
        std::vector<std::vector<Operation*>> calls;
        std::vector<Operation*> waiting;
        for (Operation& operation : operations) {
            // Known by the node itself, so that it did not wait.
            const bool asked = !operation.decision || operation.decision->verdict != Verdict::never_fits;
            if (asked) waiting.push_back(&operation);
        }
        for (std::size_t begin = 0; begin < waiting.size(); begin += operations_per_call) {
            const std::size_t end = std::min(begin + operations_per_call, waiting.size());
            calls.emplace_back(waiting.begin() + static_cast<std::ptrdiff_t>(begin),
                               waiting.begin() + static_cast<std::ptrdiff_t>(end));
            std::stable_partition(calls.back().begin(), calls.back().end(),
                                  [](const Operation* operation) { return operation->flight.has_value(); });
        }
        return calls;
    }

    void compare(const std::vector<Operation*>& call) {
        for (Operation* operation : call) {
            if (operation->flight) {
                model_.settle(operation->flight->ticket, usage_of(*operation->arrival), now_us_);
                continue;
            }
            const auto answer =
                model_.reserve(operation->arrival->demand, sets_[operation->arrival->set], now_us_);
            Decision& decision = *operation->decision;
            RC_ASSERT(static_cast<int>(decision.verdict) == static_cast<int>(answer.verdict));
            if (answer.ticket) in_flight_.push_back({std::move(*decision.reservation), *answer.ticket});
        }
        for (const Operation* operation : call) {
            if (operation->flight || operation->decision->verdict != Verdict::refused) continue;
            const auto answer =
                model_.reserve(operation->arrival->demand, sets_[operation->arrival->set], now_us_);
            const Refusal& actual = operation->decision->refusal;
            RC_ASSERT(static_cast<int>(answer.verdict) == static_cast<int>(Verdict::refused));
            RC_ASSERT(actual.ledger_index == answer.refusal.ledger_index);
            RC_ASSERT(to_string(actual.dimension) == to_string(answer.refusal.dimension));
            RC_ASSERT(actual.used == answer.refusal.used);
            RC_ASSERT(actual.requested == answer.refusal.requested);
            RC_ASSERT(actual.retry_after_us == answer.refusal.retry_after_us);
        }
    }

    std::int64_t now_us_ = some_minute_us;
    std::unique_ptr<Store> store_;
    BruteForce model_;
    const std::vector<std::vector<LedgerLimits>> sets_ = ledger_sets();
    std::vector<Flight> in_flight_;
};

TEST(TogetherTest, IsAnsweredAsIfOneByOneCorrectionsFirst) {
    std::int64_t operations = 0, most_together = 0;
    check_property({.cases = 400, .size_max = 200}, [&] {
        const auto rounds = *rc::gen::container<std::vector<Round>>(6, any_round());
        Together together(store_kinds().front());
        for (const Round& round : rounds) {
            together.run(round);
            together.pass(*rc::gen::inRange<std::int64_t>(100'000, 4 * second_us));
            operations += static_cast<std::int64_t>(round.size());
            most_together = std::max(most_together, static_cast<std::int64_t>(round.size()));
        }
    });
    if (HasFailure()) return;
    EXPECT_GE(operations, 50'000);
    EXPECT_GE(most_together, 150);
}

}  // namespace

}  // namespace weir::testing
