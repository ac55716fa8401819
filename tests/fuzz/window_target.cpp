// Operations on ledgers of several windows by the arithmetic of the embedded store, and on the log that knows
// no buckets: after every step both say the same, entry by entry.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "contract/brute_force.hpp"
#include "fuzz/bytes.hpp"
#include "fuzz/fuzz.hpp"
#include "ledger/charging.hpp"
#include "ledger/decide.hpp"
#include "ledger/reservation_access.hpp"

namespace {

using namespace weir;
using weir::fuzz::Bytes;
using weir::fuzz::require;
using weir::testing::BruteForce;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;
constexpr std::int64_t start_us = 1'700'000'040'000'000;
// Where a 120th is no round number of microseconds, and where it is.
constexpr std::array<std::int64_t, 5> windows_us{second_us, 7 * second_us, 31 * day_us, 60 * second_us,
                                                 in_flight_lease_us};
constexpr std::size_t in_flight_at = windows_us.size() - 1;
constexpr std::size_t flights_max = 32;

/// The ledgers, held twice.
class Pair {
public:
    explicit Pair(Bytes& bytes) : bytes_(bytes) {
        for (std::size_t i = 0; i < windows_us.size(); ++i) {
            LedgerLimits ledger{
                .ledger = LedgerName("ledger" + std::to_string(i)), .window_us = windows_us[i], .limits = {}};
            for (const Dimension dimension : all_dimensions) {
                const bool is_of_it = (dimension == Dimension::in_flight) == (i == in_flight_at);
                if (is_of_it) ledger.limits.set(dimension, limit());
            }
            if (i == in_flight_at && !ledger.limits.counts_in_flight())
                ledger.limits.set(Dimension::in_flight, 3);
            ledgers_.push_back(ledger);
            windows_.emplace_back(windows_us[i]);
        }
    }
    ~Pair() {
        for (Flight& flight : flights_) ReservationAccess::close(flight.reservation);
    }

    void step() {
        switch (bytes_.below(8)) {
            case 0:
            case 1:
                reserve(demand());
                break;
            case 2:
                reserve_again();
                break;
            case 3:
                progress();
                break;
            case 4:
                settle();
                break;
            case 5:
                pass();
                break;
            case 6:
                pass_to_room();
                break;
            default:
                step_back();
        }
        require_same();
    }

private:
    struct Flight {
        Reservation reservation;
        BruteForce::Ticket ticket;
    };

    /// Most have one, small enough to be reached.
    std::int64_t limit() {
        const std::size_t kind = bytes_.below(16);
        if (kind == 0) return 0;
        if (kind < 6) return unlimited;
        if (kind == 6) return bytes_.number(0, limit_max);
        return 1 + bytes_.byte();
    }

    std::int64_t amount() {
        const std::uint8_t byte = bytes_.byte();
        return byte < 240 ? byte % 64 : bytes_.number(-3, 2 * amount_max);
    }
    Demand demand() {
        const std::int64_t requests = bytes_.number(0, 2), input = amount(), output = amount();
        return {requests, input, output};
    }

    void reserve(const Demand& asked) {
        const std::uint8_t chosen = bytes_.byte();
        std::vector<std::size_t> indexes;
        for (std::size_t i = 0; i < ledgers_.size(); ++i) {
            if ((chosen >> i & 1U) != 0) indexes.push_back(i);
        }
        if (indexes.empty() || flights_.size() == flights_max) return;
        reserve(asked, indexes);
    }

    void reserve(const Demand& asked, const std::vector<std::size_t>& indexes) {
        std::vector<LedgerLimits> ledgers;
        for (const std::size_t index : indexes) ledgers.push_back(ledgers_[index]);
        BruteForce::Answer expected = model_.reserve(asked, ledgers, now_us_);
        const Demand demand = clamp_demand(asked);
        if (const auto impossible = find_impossible(demand, ledgers)) {
            require(impossible->verdict == expected.verdict, "what is impossible is impossible");
            return require_same(impossible->refusal, expected.refusal);
        }
        std::vector<const Window*> windows;
        for (const std::size_t index : indexes) {
            windows_[index].trim(now_us_);
            windows.push_back(&windows_[index]);
        }
        const Choice choice = choose(demand, ledgers, windows, now_us_);
        require(expected.verdict == (choice.refusal ? Verdict::refused : Verdict::admitted),
                "the verdict is the same");
        if (choice.refusal) {
            require_same(*choice.refusal, expected.refusal);
            room_at_us_ = now_us_ + choice.refusal->retry_after_us;
            refused_ = asked;
            refused_by_ = indexes;
            return;
        }
        std::vector<Charge> charges;
        for (const std::size_t index : indexes) {
            const Limits& limits = ledgers_[index].limits;
            const Place place = charge(windows_[index], demand_on(limits, demand), now_us_);
            charges.push_back({.ledger = ledgers_[index].ledger,
                               .window_us = windows_us[index],
                               .place = place,
                               .in_flight = limits.counts_in_flight()});
        }
        flights_.push_back(
            {ReservationAccess::make(demand, std::move(charges)), std::move(*expected.ticket)});
    }

    /// What was refused last, or one token less.
    void reserve_again() {
        const bool is_less = bytes_.flag();
        if (refused_by_.empty() || flights_.size() == flights_max) return;
        Demand demand = refused_;
        demand.input_tokens -= is_less ? 1 : 0;
        reserve(demand, std::vector(refused_by_));
    }

    Window& window_of(const Charge& charge) {
        for (std::size_t i = 0; i < ledgers_.size(); ++i) {
            if (ledgers_[i].ledger == charge.ledger) return windows_[i];
        }
        require(false, "a charge is on a ledger that there is");
        return windows_.front();
    }

    void progress() {
        const std::size_t chosen = bytes_.byte();
        Usage so_far;
        so_far.output_tokens = amount();
        so_far.expected_more = bytes_.flag() ? amount() : 0;
        if (flights_.empty()) return;
        Flight& flight = flights_[chosen % flights_.size()];
        model_.progress(flight.ticket, so_far.output_tokens, so_far.expected_more, now_us_);
        const Correction renewed = renewal(flight.reservation, clamp_usage(so_far));
        for (Charge& made : ReservationAccess::charges(flight.reservation)) {
            Window& window = window_of(made);
            window.trim(now_us_);
            const Correction correction = correction_for(made, renewed);
            apply(window, made.place, correction, now_us_);
            note_renewal(made.place, made.window_us, correction, now_us_);
        }
        note_progress(flight.reservation, renewed);
        require(flight.reservation.produced() == flight.ticket.produced, "as much is produced");
        require(flight.reservation.held() == flight.ticket.held, "as much is held");
    }

    void settle() {
        const std::size_t chosen = bytes_.byte();
        Usage usage;
        usage.requests = bytes_.number(0, 1);
        usage.input_tokens = amount();
        usage.output_tokens = amount();
        usage.certainty = bytes_.flag() ? Certainty::exact : Certainty::lower_bound;
        usage.unproduced = static_cast<Unproduced>(bytes_.below(3));
        if (flights_.empty()) return;
        const auto at = flights_.begin() + static_cast<std::ptrdiff_t>(chosen % flights_.size());
        Flight flight = std::move(*at);
        flights_.erase(at);
        model_.settle(flight.ticket, usage, now_us_);
        const Correction correction = settlement(flight.reservation, clamp_usage(usage));
        for (const Charge& made : ReservationAccess::charges(flight.reservation)) {
            Window& window = window_of(made);
            window.trim(now_us_);
            apply(window, made.place, correction_for(made, correction), now_us_);
        }
        ReservationAccess::close(flight.reservation);
    }

    std::int64_t duration_us() {
        constexpr std::array<std::int64_t, 8> scales_us{10,         8'334,           second_us, 7 * second_us,
                                                        day_us / 4, 120 * second_us, day_us,    32 * day_us};
        const std::int64_t scale_us = scales_us[bytes_.below(scales_us.size())];
        return bytes_.number(0, scale_us);
    }
    void pass() { now_us_ += duration_us(); }
    /// The last refusal's own edge, and a microsecond before it.
    void pass_to_room() {
        now_us_ += std::max<std::int64_t>(room_at_us_ - now_us_ - (bytes_.flag() ? 1 : 0), 0);
    }
    void step_back() { now_us_ = std::max<std::int64_t>(now_us_ - duration_us(), start_us / 2); }

    static void require_same(const Refusal& actual, const Refusal& expected) {
        require(actual.ledger_index == expected.ledger_index, "the same ledger refuses");
        require(actual.dimension == expected.dimension, "for the same dimension");
        require(actual.limit == expected.limit, "by the same limit");
        require(actual.used == expected.used, "with the same use");
        require(actual.requested == expected.requested, "of the same demand");
        require(actual.retry_after_us == expected.retry_after_us, "for the same time");
    }

    void require_same() {
        for (std::size_t i = 0; i < ledgers_.size(); ++i) {
            Window& window = windows_[i];
            window.trim(now_us_);
            std::vector<Level> levels;
            append_levels(levels, 0, ledgers_[i], &window, now_us_);
            const std::vector<Level> expected = model_.peek({&ledgers_[i], 1}, now_us_);
            require(levels.size() == expected.size(), "as many levels");
            for (std::size_t j = 0; j < levels.size(); ++j) {
                require(levels[j].dimension == expected[j].dimension, "levels of the same dimensions");
                require(levels[j].used == expected[j].used, "the sums are the same");
                require(levels[j].remaining() == expected[j].remaining(), "as much remains");
                require(levels[j].reset_us == expected[j].reset_us, "it is empty at the same time");
            }
            require(window.entry_count() <= 121, "there are 121 entries at most");
            const auto held = model_.held(ledgers_[i], now_us_);
            require(window.entry_count() == held.size(), "as many entries");
            Amounts sum;
            for (const Window::Entry& entry : window.entries()) {
                const auto found = held.find(entry.bucket * bucket_width_us(windows_us[i]));
                require(found != held.end() && found->second == entry.amounts, "each entry holds the same");
                sum += entry.amounts;
            }
            require(sum == window.sum(), "the running sum is the sum");
        }
    }

    Bytes& bytes_;
    std::int64_t now_us_ = start_us;
    std::vector<LedgerLimits> ledgers_;
    std::vector<Window> windows_;
    BruteForce model_;
    std::vector<Flight> flights_;
    std::int64_t room_at_us_ = 0;
    Demand refused_;
    std::vector<std::size_t> refused_by_;
};

}  // namespace

/// Limits first, then operations: the switch in `step` says which.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr int steps_max = 400;
    Bytes bytes(data, size);
    Pair pair(bytes);
    for (int step = 0; step < steps_max && !bytes.empty(); ++step) pair.step();
    return 0;
}
