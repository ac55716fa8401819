// Never over: with estimates at or above what is used and progress in time, no half-open window of length W
// holds more charge than the limit, output dated when it was produced.
#include <algorithm>
#include <ostream>
#include <vector>

#include "contract/contract.hpp"
#include "ledger/reservation_access.hpp"
#include "support/property.hpp"

namespace weir::testing {

namespace {

constexpr int scenarios = 600;
constexpr int commands_max = 300;
constexpr std::size_t in_flight_max = 20;

struct Step {
    int kind = 0;  ///< 0, 1: reserve, 2: settle, else time passes
    std::uint32_t pick = 0;
    Amounts amounts;
    std::int64_t pass_us = 0;
};

std::ostream& operator<<(std::ostream& out, const Step& step) {
    return out << "\n  " << step.kind << " pick " << step.pick << " " << step.amounts.requests << "/"
               << step.amounts.input_tokens << "/" << step.amounts.output_tokens << " pass " << step.pass_us;
}

rc::Gen<std::vector<Step>> any_steps() {
    using rc::gen::inRange;
    const auto amounts =
        rc::gen::build<Amounts>(rc::gen::set(&Amounts::requests, rc::gen::just<std::int64_t>(1)),
                                rc::gen::set(&Amounts::input_tokens, inRange<std::int64_t>(0, 40)),
                                rc::gen::set(&Amounts::output_tokens, inRange<std::int64_t>(0, 40)));
    return rc::gen::container<std::vector<Step>>(rc::gen::build<Step>(
        rc::gen::set(&Step::kind, inRange(0, 6)), rc::gen::set(&Step::pick, inRange<std::uint32_t>(0, 1'000)),
        rc::gen::set(&Step::amounts, amounts),
        rc::gen::set(&Step::pass_us, inRange<std::int64_t>(1, 330'000))));
}

/// What was used, and when.
struct Used {
    std::int64_t at_us = 0;
    Amounts amounts;
};

/// Requests that use at most what they demanded, on a store that they keep informed in time.
class Traffic {
public:
    Traffic(const StoreKind& kind, std::vector<LedgerLimits> ledgers)
        : store_(kind), ledgers_(std::move(ledgers)) {}
    ~Traffic() {
        for (Flight& flight : in_flight_) ReservationAccess::close(flight.reservation);
    }

    void run(const Step& step) {
        if (step.kind <= 1) return reserve(step.amounts);
        if (step.kind == 2) return settle(step);
        store_.advance(step.pass_us);
        for (Flight& flight : in_flight_) produce(flight, step.pick);
    }

    /// The most of a dimension in any half-open window that ends with a use.
    std::int64_t most_in_a_window(Dimension dimension, std::int64_t window_us) const {
        std::int64_t most = 0;
        for (const Used& last : used_) {
            std::int64_t sum = 0;
            for (const Used& other : used_) {
                if (other.at_us > last.at_us - window_us && other.at_us <= last.at_us)
                    sum += other.amounts.of(dimension);
            }
            most = std::max(most, sum);
        }
        return most;
    }

private:
    struct Flight {
        Reservation reservation;
        std::int64_t produced = 0;
    };

    void reserve(const Amounts& demand) {
        if (in_flight_.size() == in_flight_max) return;
        Decision decision = store_.reserve(demand, ledgers_);
        if (!decision.reservation) return;
        used_.push_back({store_.now_us(), {demand.requests, demand.input_tokens, 0}});
        in_flight_.push_back({std::move(*decision.reservation)});
    }
    void produce(Flight& flight, std::uint32_t pick) {
        const std::int64_t left = flight.reservation.demand().output_tokens - flight.produced;
        const std::int64_t fresh = std::min<std::int64_t>(left, pick % 7);
        flight.produced += fresh;
        used_.push_back({store_.now_us(), {0, 0, fresh}});
        store_.progress(flight.reservation, flight.produced);
    }
    void settle(const Step& step) {
        if (in_flight_.empty()) return;
        const auto chosen = in_flight_.begin() + static_cast<std::ptrdiff_t>(step.pick % in_flight_.size());
        produce(*chosen, step.pick);
        const Usage usage{.input_tokens = chosen->reservation.demand().input_tokens,
                          .output_tokens = chosen->produced,
                          .certainty = step.pick % 2 == 0 ? Certainty::exact : Certainty::lower_bound,
                          .unproduced = static_cast<Unproduced>(step.pick % 3)};
        store_.settle(std::move(chosen->reservation), usage);
        in_flight_.erase(chosen);
    }

    StoreDriver store_;
    std::vector<LedgerLimits> ledgers_;
    std::vector<Flight> in_flight_;
    std::vector<Used> used_;
};

}  // namespace

TEST_P(LimiterModel, NoWindowHoldsMoreThanTheLimit) {
    const std::vector<LedgerLimits> ledgers{
        ledger("second", second_us, {{Dimension::requests, 6}, {Dimension::output_tokens, 60}}),
        ledger("seven", 7 * second_us, {{Dimension::input_tokens, 300}, {Dimension::total_tokens, 450}}),
        ledger("minute", minute_us, {{Dimension::requests, 60}, {Dimension::output_tokens, 900}})};
    check_property({.cases = scenarios, .size_max = commands_max}, [&] {
        const std::vector<Step> steps = *any_steps();
        Traffic traffic(GetParam(), ledgers);
        for (const Step& step : steps) traffic.run(step);
        for (const LedgerLimits& limited : ledgers) {
            for (const Dimension dimension : all_dimensions) {
                const std::int64_t limit = limited.limits.of(dimension);
                RC_ASSERT(traffic.most_in_a_window(dimension, limited.window_us) <= limit);
            }
        }
    });
}

}  // namespace weir::testing
