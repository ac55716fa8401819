// Ticks of a tenth of a second; between them requests arrive at their own time.
#include "reservation/simulation.hpp"

#include <algorithm>
#include <list>

#include "ledger/charging.hpp"
#include "ledger/reservation_access.hpp"

namespace weir::reservation_bench {

namespace {

constexpr std::int64_t tick_us = 100'000;
constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t ticks_per_minute = minute_us / tick_us;
constexpr std::int64_t warm_up_us = 10 * minute_us;
constexpr std::int64_t first_token_us = 500'000;
constexpr std::int64_t growth_apart_us = 500'000;  // as in proxy/lease_keeper
constexpr std::int64_t epoch_us = 1'700'000'040'000'000;

class Simulation {
public:
    Simulation(const Policy& policy, std::int64_t limit, std::int64_t duration_us)
        : reserver_(policy),
          limit_(limit),
          produced_by_tick_(static_cast<std::size_t>(duration_us / tick_us)) {
        limits_.set(Dimension::output_tokens, limit);
    }
    ~Simulation() {
        for (Flight& flight : flights_) ReservationAccess::close(flight.reservation);
    }
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    void arrive(const Request& request) {
        const std::int64_t now_us = epoch_us + request.at_us;
        const bool counts = request.at_us >= warm_up_us;
        asked_ += counts ? 1 : 0;
        window_.trim(now_us);
        const Demand demand{1, 0, reserver_.reserve(request)};
        if (demand.output_tokens > limit_ || window_.find_no_room(demand, limits_, now_us)) {
            refused_ += counts ? 1 : 0;
            wrongly_refused_ += counts && fits_in_truth(request) ? 1 : 0;
            return;
        }
        const Place place = charge(window_, demand, now_us);
        flights_.push_back({request, ReservationAccess::make(demand, {{.window_us = minute_us}}), place});
        admitted_ += counts ? 1 : 0;
        exceeded_ += counts && request.length > demand.output_tokens ? 1 : 0;
    }

    void tick(std::int64_t at_us) {
        std::int64_t& produced_now = produced_by_tick_[static_cast<std::size_t>(at_us / tick_us)];
        const std::int64_t now_us = epoch_us + at_us;
        window_.trim(now_us);
        for (auto flight = flights_.begin(); flight != flights_.end();) {
            const std::int64_t produced = produced_by(*flight, at_us);
            produced_now += produced - flight->seen;
            flight->seen = produced;
            if (produced == flight->request.length) {
                end(*flight, now_us);
                flight = flights_.erase(flight);
            } else {
                renew(*flight, at_us, now_us);
                ++flight;
            }
        }
        produced_in_minute_ += produced_now - produced_a_minute_before(at_us);
        std::int64_t& worst = at_us >= warm_up_us ? worst_minute_ : worst_minute_cold_;
        worst = std::max(worst, produced_in_minute_);
        if (at_us >= warm_up_us) produced_in_all_ += produced_now;
    }

    Outcome outcome(std::int64_t duration_us) const {
        const auto part = [](std::int64_t some, std::int64_t all) {
            return all == 0 ? 0.0 : static_cast<double>(some) / static_cast<double>(all);
        };
        const std::int64_t allowed = limit_ * ((duration_us - warm_up_us) / minute_us);
        return {.usable = part(produced_in_all_, allowed),
                .overshoot = std::max(part(worst_minute_ - limit_, limit_), 0.0),
                .overshoot_cold = std::max(part(worst_minute_cold_ - limit_, limit_), 0.0),
                .wrongly_refused = part(wrongly_refused_, asked_),
                .refused = part(refused_, asked_),
                .exceeded = part(exceeded_, admitted_)};
    }

private:
    struct Flight {
        Request request;
        Reservation reservation;
        Place place;
        std::int64_t seen = 0;        ///< produced, as of the last tick
        std::int64_t renewed_us = 0;  ///< 0: not yet
    };

    static std::int64_t produced_by(const Flight& flight, std::int64_t at_us) noexcept {
        const double passed_s = static_cast<double>(at_us - flight.request.at_us - first_token_us) / 1e6;
        const auto tokens = static_cast<std::int64_t>(std::max(passed_s, 0.0) * flight.request.tokens_per_s);
        return std::min(tokens, flight.request.length);
    }

    std::int64_t produced_a_minute_before(std::int64_t at_us) const noexcept {
        const std::int64_t tick = at_us / tick_us - ticks_per_minute;
        return tick < 0 ? 0 : produced_by_tick_[static_cast<std::size_t>(tick)];
    }

    /// What was produced within a minute, what is certain to come, and this answer: below the limit.
    bool fits_in_truth(const Request& request) const noexcept {
        std::int64_t sum = produced_in_minute_ + request.length;
        for (const Flight& flight : flights_) sum += flight.request.length - flight.seen;
        return sum <= limit_;
    }

    void end(Flight& flight, std::int64_t now_us) {
        const Usage usage{.output_tokens = flight.request.length,
                          .certainty = Certainty::exact,
                          .unproduced = Unproduced::release};
        apply(window_, flight.place, settlement(flight.reservation, usage), now_us);
        ReservationAccess::close(flight.reservation);
        reserver_.learn(flight.request);
    }

    void renew(Flight& flight, std::int64_t at_us, std::int64_t now_us) {
        if (!reserver_.charges_as_it_goes()) return;
        const Reservation& held = flight.reservation;
        const std::int64_t since_us = flight.renewed_us == 0 ? flight.request.at_us : flight.renewed_us;
        const bool may_grow = flight.renewed_us == 0 || at_us - flight.renewed_us >= growth_apart_us;
        const bool grows =
            may_grow && flight.seen > held.produced() && flight.seen >= held.produced() + held.held();
        if (!grows && at_us - since_us < held.progress_due_us() - tick_us) return;
        const Usage so_far{.output_tokens = flight.seen,
                           .expected_more = grows ? reserver_.more_after(flight.request, flight.seen) : 0};
        const Correction correction = renewal(held, so_far);
        apply(window_, flight.place, correction, now_us);
        note_renewal(flight.place, minute_us, correction, now_us);
        note_progress(flight.reservation, correction);
        flight.renewed_us = at_us;
    }

    Reserver reserver_;
    std::int64_t limit_;
    Limits limits_;
    Window window_{minute_us};
    std::list<Flight> flights_;
    std::vector<std::int64_t> produced_by_tick_;
    std::int64_t produced_in_minute_ = 0, worst_minute_ = 0, worst_minute_cold_ = 0, produced_in_all_ = 0;
    std::int64_t asked_ = 0, refused_ = 0, wrongly_refused_ = 0, admitted_ = 0, exceeded_ = 0;
};

}  // namespace

Outcome simulate(const Policy& policy, const std::vector<Request>& requests, std::int64_t limit,
                 std::int64_t duration_us) {
    Simulation simulation(policy, limit, duration_us);
    auto next = requests.begin();
    for (std::int64_t at_us = 0; at_us < duration_us; at_us += tick_us) {
        for (; next != requests.end() && next->at_us < at_us; ++next) simulation.arrive(*next);
        simulation.tick(at_us);
    }
    return simulation.outcome(duration_us);
}

}  // namespace weir::reservation_bench
