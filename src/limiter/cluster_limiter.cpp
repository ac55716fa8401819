// Slot by slot; what comes from one slot goes straight through.
#include "limiter/cluster_limiter.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <iterator>
#include <utility>

#include "ledger/charging.hpp"
#include "ledger/decide.hpp"
#include "ledger/reservation_access.hpp"
#include "limiter/slot_parts.hpp"
#include "redis/error.hpp"

namespace weir {

namespace {

constexpr int hops_max = 5;           // from server to server, for one command
constexpr std::int64_t again_ms = 3;  // a slot that is on its way is asked for again after so long
constexpr Usage never_sent{.requests = 0, .certainty = Certainty::exact, .unproduced = Unproduced::release};

awaitable<void> wait_ms(boost::asio::io_context& context, std::int64_t duration_ms) {
    Timer timer(context);
    timer.expires_after(std::chrono::milliseconds(duration_ms));
    co_await timer.async_wait(use_awaitable_as_tuple);
}

}  // namespace

ClusterLimiter::ClusterLimiter(RedisCluster& cluster, boost::asio::io_context& context)
    : cluster_(cluster), node_(cluster.node()), context_(context) {
    cluster_.add_listener(this, [this, weak = std::weak_ptr(self_)] {
        boost::asio::post(context_, [weak] {
            if (const auto self = weak.lock()) (*self)->meet_masters();
        });
    });
}

ClusterLimiter::~ClusterLimiter() {
    cluster_.remove_listener(this);
}

void ClusterLimiter::meet_masters() {
    for (std::size_t i = 0; i < cluster_.size(); ++i) at(i).windows().look_where_it_is();
}

RedisLimiter& ClusterLimiter::at(std::size_t master) {
    if (limiters_.size() <= master) limiters_.resize(master + 1);
    std::unique_ptr<RedisLimiter>& limiter = limiters_[master];
    if (!limiter)
        limiter =
            std::make_unique<RedisLimiter>(cluster_.master(master), context_, static_cast<Redirects*>(this));
    return *limiter;
}

RedisLimiter& ClusterLimiter::limiter_of(std::uint16_t slot) {
    return at(cluster_.route_of(slot));
}

awaitable<result<Decision>> ClusterLimiter::reserve(Demand demand, LedgerSet ledgers, Withdrawal withdrawal) {
    demand = clamp_demand(demand);
    const bool is_of_one_slot =
        ledgers.empty() || std::all_of(ledgers.begin(), ledgers.end(), [&](const LedgerLimits& ledger) {
            return ledger.ledger.tenant_tag() == ledgers[0].ledger.tenant_tag();
        });
    // Nothing is charged for what could never be admitted: that is found before the first slot is asked.
    if (is_of_one_slot || find_impossible(demand, ledgers)) {
        const std::uint16_t slot = ledgers.empty() ? 0 : node_.owners.slot_of(ledgers[0].ledger);
        co_return co_await limiter_of(slot).reserve(demand, std::move(ledgers), withdrawal);
    }
    co_return co_await reserve_in_turn(demand, std::move(ledgers), withdrawal);
}

awaitable<result<Decision>> ClusterLimiter::reserve_in_turn(Demand demand, LedgerSet ledgers,
                                                            Withdrawal withdrawal) {
    Asked asked;
    std::size_t candidate = 0;
    auto error = co_await ask_parts(asked, demand, ledgers, ledgers.own(), withdrawal);
    if (!error && asked.is_admitted() && ledgers.candidate_count() > 0)
        error = co_await ask_candidates(asked, candidate, demand, ledgers, withdrawal);
    if (!error && asked.is_admitted())
        co_return join(demand, ledgers, asked.parts, asked.decisions, candidate);
    // The last one refused, and took nothing; where it could not be asked, there is none.
    for (std::size_t i = 0; i < asked.decisions.size(); ++i) {
        auto& reservation = asked.decisions[i].reservation;
        if (reservation) co_await limiter_of(asked.parts[i].slot).settle(std::move(*reservation), never_sent);
    }
    if (error) co_return error;
    co_return join(demand, ledgers, asked.parts, asked.decisions, candidate);
}

awaitable<boost::system::error_code> ClusterLimiter::ask_candidates(Asked& asked, std::size_t& candidate,
                                                                    Demand demand, const LedgerSet& ledgers,
                                                                    Withdrawal withdrawal) {
    const std::size_t own_parts = asked.parts.size();
    std::optional<std::pair<SlotPart, Decision>> earliest;
    for (std::size_t number = 0; number < ledgers.candidate_count(); ++number) {
        const LedgerSet::Range range = ledgers.candidate(number);
        if (is_impossible(demand, ledgers, range)) continue;
        const auto error = co_await ask_parts(asked, demand, ledgers, range, withdrawal);
        if (error) co_return error;
        if (asked.is_admitted()) {
            candidate = number;
            co_return boost::system::error_code{};
        }
        const std::int64_t wait_us = asked.decisions.back().refusal.retry_after_us;
        if (!earliest || wait_us < earliest->second.refusal.retry_after_us) {
            candidate = number;
            earliest.emplace(std::move(asked.parts.back()), std::move(asked.decisions.back()));
        }
        asked.parts.pop_back();
        asked.decisions.pop_back();
        co_await undo(asked, own_parts);
    }
    asked.parts.push_back(std::move(earliest->first));
    asked.decisions.push_back(std::move(earliest->second));
    co_return boost::system::error_code{};
}

awaitable<boost::system::error_code> ClusterLimiter::ask_parts(Asked& asked, Demand demand,
                                                               const LedgerSet& ledgers,
                                                               LedgerSet::Range range,
                                                               Withdrawal withdrawal) {
    for (SlotPart& part : parts_of(ledgers, range, node_.owners)) {
        auto decided = co_await limiter_of(part.slot).reserve(demand, part.ledgers, withdrawal);
        if (!decided) co_return decided.error();
        const bool is_admitted = decided->verdict == Verdict::admitted;
        asked.parts.push_back(std::move(part));
        asked.decisions.push_back(std::move(*decided));
        if (!is_admitted) break;
    }
    co_return boost::system::error_code{};
}

awaitable<void> ClusterLimiter::undo(Asked& asked, std::size_t first) {
    while (asked.parts.size() > first) {
        auto& reservation = asked.decisions.back().reservation;
        const std::uint16_t slot = asked.parts.back().slot;
        if (reservation) co_await limiter_of(slot).settle(std::move(*reservation), never_sent);
        asked.parts.pop_back();
        asked.decisions.pop_back();
    }
}

struct ClusterLimiter::Settling {
    explicit Settling(boost::asio::io_context& context, std::size_t parts)
        : all_settled(context, Timer::time_point::max()), left(parts) {}

    Timer all_settled;  ///< cancelled then
    std::size_t left;
};

awaitable<void> ClusterLimiter::settle(Reservation reservation, Usage usage) {
    std::vector<ChargePart> parts = parts_of(ReservationAccess::charges(reservation), node_.owners);
    Settling settling(context_, parts.size());
    // All are in line before any is waited for, so that what is asked next sees every one of them.
    for (ChargePart& part : parts) {
        Reservation of_part = ReservationAccess::make(reservation.demand(), std::move(part.charges));
        ReservationAccess::set_progress(of_part, reservation.produced(), reservation.held());
        auto settled = settle_part(settling, part.slot, std::move(of_part), usage);
        if (&part == &parts.back()) {
            co_await std::move(settled);
        } else {
            boost::asio::co_spawn(context_, std::move(settled), boost::asio::detached);
        }
    }
    while (settling.left > 0) co_await settling.all_settled.async_wait(use_awaitable_as_tuple);
    ReservationAccess::close(reservation);
}

awaitable<void> ClusterLimiter::settle_part(Settling& settling, std::uint16_t slot, Reservation of_part,
                                            Usage usage) {
    co_await limiter_of(slot).settle(std::move(of_part), usage);
    if (--settling.left == 0) settling.all_settled.cancel();
}

awaitable<void> ClusterLimiter::progress(Reservation& reservation, Usage so_far) {
    std::vector<Charge>& charges = ReservationAccess::charges(reservation);
    for (ChargePart& part : parts_of(charges, node_.owners)) {
        Reservation of_part = ReservationAccess::make(reservation.demand(), std::move(part.charges));
        ReservationAccess::set_progress(of_part, reservation.produced(), reservation.held());
        co_await limiter_of(part.slot).progress(of_part, so_far);
        std::vector<Charge>& renewed = ReservationAccess::charges(of_part);
        for (std::size_t i = 0; i < renewed.size(); ++i) charges[part.indexes[i]] = std::move(renewed[i]);
        ReservationAccess::close(of_part);
    }
    note_progress(reservation, renewal(reservation, clamp_usage(so_far)));
}

awaitable<result<void>> ClusterLimiter::count_foreign(const LedgerLimits& ledger, Amounts used) {
    co_return co_await limiter_of(node_.owners.slot_of(ledger.ledger)).count_foreign(ledger, used);
}

awaitable<result<std::vector<Level>>> ClusterLimiter::peek(LedgerSet ledgers) {
    std::vector<Level> levels;
    for (const SlotPart& part : parts_of(ledgers, node_.owners)) {
        const auto read = co_await limiter_of(part.slot).peek(part.ledgers);
        if (!read) co_return read.error();
        for (Level level : *read) {
            level.ledger_index = part.indexes[level.ledger_index];
            levels.push_back(level);
        }
    }
    std::stable_sort(levels.begin(), levels.end(),
                     [](const Level& a, const Level& b) { return a.ledger_index < b.ledger_index; });
    co_return levels;
}

awaitable<result<void>> ClusterLimiter::reset(LedgerSet ledgers) {
    for (const SlotPart& part : parts_of(ledgers, node_.owners)) {
        const auto emptied = co_await limiter_of(part.slot).reset(part.ledgers);
        if (!emptied) co_return emptied.error();
    }
    co_return result<void>{};
}

awaitable<result<LedgerContents>> ClusterLimiter::read(const LedgerLimits& ledger) {
    co_return co_await limiter_of(node_.owners.slot_of(ledger.ledger)).read(ledger);
}

StoreMode ClusterLimiter::mode() const noexcept {
    return cluster_.worst().mode();
}

awaitable<result<redis::Reply>> ClusterLimiter::follow(RedisWindows& from, redis::Reply error,
                                                       const std::vector<std::string>& words,
                                                       std::int64_t deadline_us) {
    RedisWindows* windows = &from;
    auto asking = redis::Asking::no;
    result<redis::Reply> answered = std::move(error);
    for (int hops = 0; answered && answered->error() != nullptr; ++hops) {
        const std::string text = answered->error()->text;
        const redis::ErrorAction action = redis::action_for(redis::classify(text));
        if (action == redis::ErrorAction::redirect) {
            const auto redirect = redis::read_redirect(text, windows->connection().server());
            const auto to = redirect && hops < hops_max ? cluster_.follow(*redirect) : std::nullopt;
            if (!to) {
                from.master().breaker.note_failure("sent from server to server: " + text);
                break;
            }
            node_.counters.redirects.fetch_add(1, std::memory_order_relaxed);
            asking = redirect->kind == redis::Redirect::Kind::ask ? redis::Asking::yes : redis::Asking::no;
            windows = &at(*to).windows();
            co_await become_ready(*windows, deadline_us);
        } else if (action == redis::ErrorAction::try_again) {
            if (node_.clock.steady_us() + again_ms * 1000 >= deadline_us) break;
            co_await wait_ms(context_, again_ms);
            hops = 0;
        } else {
            if (action == redis::ErrorAction::ask_for_slots) cluster_.note_old_map();
            break;
        }
        answered = co_await windows->send_script(words, deadline_us, asking);
    }
    co_return answered;
}

/// A master that this thread has not spoken to yet, or that has just become one.
awaitable<void> ClusterLimiter::become_ready(RedisWindows& windows, std::int64_t deadline_us) {
    windows.look_where_it_is();
    while (!windows.connection().ready() && node_.clock.steady_us() < deadline_us)
        co_await wait_ms(context_, 1);
}

}  // namespace weir
