// The mutex is held for look-ups alone, never across a call to the store.
#include "proxy/waiting_room.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>

#include "proxy/waiting_parts.hpp"
#include "proxy/worker.hpp"

namespace weir::proxy {

namespace {

/// Nobody is told to come back at once.
constexpr std::int64_t retry_after_us_min = 1'000;
/// A server that has nothing to wait for but an answer looks again after so long.
constexpr std::int64_t sleep_us_max = 60'000'000;

/// The answer to whoever is refused without having been asked for.
Decision refusal_by(const Obstacle& obstacle, const Demand& demand, const LedgerSet& ledgers,
                    std::int64_t retry_after_us) {
    Decision decision;
    decision.decided_at_us = obstacle.decided_at_us;
    decision.decided_by = obstacle.decided_by;
    decision.tightest = obstacle.levels;
    decision.refusal = {.ledger_index = 0,
                        .dimension = obstacle.dimension,
                        .limit = obstacle.room.limit,
                        .used = obstacle.used,
                        .requested = amount_of(demand, obstacle.dimension),
                        .retry_after_us = std::max(retry_after_us, retry_after_us_min)};
    for (std::size_t index = 0; index < ledgers.size(); ++index) {
        if (ledgers[index].ledger.key() == obstacle.ledger) decision.refusal.ledger_index = index;
    }
    return decision;
}

WaitLines::Answer answer_of(const result<Decision>& decided, const LedgerSet& ledgers, std::int64_t now_us) {
    using Kind = WaitLines::Answer::Kind;
    if (!decided || decided->verdict == Verdict::never_fits || decided->verdict == Verdict::blocked)
        return {Kind::final, std::nullopt};
    if (decided->verdict == Verdict::admitted) return {Kind::admitted, std::nullopt};
    return {Kind::refused, obstacle_of(*decided, ledgers, now_us)};
}

}  // namespace

bool WaitingRoom::is_behind(const Guest& guest, bool joins_others) const {
    const std::lock_guard lock(mutex_);
    return lines_.is_behind(guest.applicant.set, guest.ledgers, guest.applicant.demand, joins_others);
}

WaitLines::Entry WaitingRoom::let_in(Worker& worker, const Guest& guest,
                                     const std::shared_ptr<Waiter>& waiter) {
    const std::int64_t now_us = clock_.steady_us();
    Decision* const own = waiter->answer ? &**waiter->answer : nullptr;
    std::optional<Obstacle> obstacle;
    if (own != nullptr) obstacle = obstacle_of(*own, guest.ledgers, now_us);
    std::vector<std::shared_ptr<Server>> woken;
    std::shared_ptr<Server> server;
    WaitLines::Entry entry;
    {
        const std::lock_guard lock(mutex_);
        if (is_closed_) {
            waiter->take(http_errc::draining, {});
            return entry;
        }
        // Whoever was before it may have gone since it was asked whether anybody is.
        if (own == nullptr &&
            !lines_.is_behind(guest.applicant.set, guest.ledgers, guest.applicant.demand, true)) {
            entry.entered = WaitLines::Entered::ask;
            return entry;
        }
        entry = lines_.enter(guest.applicant, guest.ledgers, obstacle, guest.bounds, now_us);
        if (entry.entered == WaitLines::Entered::waits) waiters_.emplace(entry.ticket, waiter);
        if (entry.is_new_line) {
            server = std::make_shared<Server>(worker, entry.line);
            servers_.emplace(entry.line, server);
        }
        if (entry.entered != WaitLines::Entered::waits && entry.line != 0 && own == nullptr)
            obstacle = lines_.obstacle_before(entry.line);
        note_size();
        woken = take_woken();
    }
    if (server) boost::asio::co_spawn(worker.context, serve(worker, server), boost::asio::detached);
    Server::wake(woken);
    const bool is_refused =
        entry.entered != WaitLines::Entered::waits && entry.entered != WaitLines::Entered::ask;
    if (!is_refused) return entry;
    const std::int64_t retry_after_us = std::max<std::int64_t>(entry.turn_us - now_us, 0);
    // What the store itself has just said tells more than what it told others.
    if (own != nullptr) {
        own->refusal.retry_after_us = std::max(own->refusal.retry_after_us, retry_after_us);
    } else {
        waiter->answer.emplace(refusal_by(*obstacle, guest.applicant.demand, guest.ledgers, retry_after_us));
    }
    return entry;
}

awaitable<WaitingRoom::Stayed> WaitingRoom::stay(Worker& worker, ClientStream& client, const Guest& guest,
                                                 std::optional<result<Decision>>& decision) {
    const std::int64_t began_us = clock_.steady_us();
    Stayed stayed;
    const auto waiter = std::make_shared<Waiter>(worker.context, guest, decision, stayed.shadowed_by);
    const WaitLines::Entry entry = let_in(worker, guest, waiter);
    if (entry.entered == WaitLines::Entered::ask) {
        stayed.stay = Stay::ask;
        co_return stayed;
    }
    if (entry.entered != WaitLines::Entered::waits) {
        const bool is_late = entry.entered == WaitLines::Entered::too_late;
        stayed.stay = is_late ? Stay::not_let : Stay::no_room;
        co_return stayed;
    }
    if (!waiter->is_answered) client.watch([this, ticket = entry.ticket] { leave(ticket); });
    while (!waiter->is_answered) co_await waiter->wakeup.wait();
    client.unwatch();
    stayed.waited_us = clock_.steady_us() - began_us;
    if (waiter->was_recalled) {
        stayed.stay = Stay::recalled;
        decision.reset();
    }
    co_return stayed;
}

/// On the thread of the client that has left.
void WaitingRoom::leave(WaitLines::Ticket ticket) {
    std::shared_ptr<Waiter> left;
    std::vector<std::shared_ptr<Server>> woken;
    {
        const std::lock_guard lock(mutex_);
        const auto found = waiters_.find(ticket);
        if (found == waiters_.end()) return;  // its answer is on the way
        if (lines_.leave(ticket)) {
            left = take_waiter(ticket);
        } else {
            found->second->is_gone = true;
        }
        note_size();
        woken = take_woken();
    }
    Server::wake(woken);
    if (left) Waiter::deliver(std::move(left), errc::withdrawn);
}

std::shared_ptr<WaitingRoom::Waiter> WaitingRoom::take_waiter(WaitLines::Ticket ticket) {
    return std::move(waiters_.extract(ticket).mapped());
}

std::vector<std::shared_ptr<WaitingRoom::Server>> WaitingRoom::take_woken() {
    std::vector<std::shared_ptr<Server>> woken;
    for (const WaitLines::LineId line : lines_.take_wakes()) {
        const auto server = servers_.find(line);
        if (server != servers_.end()) woken.push_back(server->second);
    }
    return woken;
}

awaitable<void> WaitingRoom::serve(Worker& worker, std::shared_ptr<Server> server) {
    for (;;) {
        Turn turn = begin_turn(server->line);
        if (turn.is_over) co_return;
        if (!turn.tickets.empty()) {
            // Meanwhile the time of others may be up.
            boost::asio::co_spawn(worker.context, ask(worker, server, std::move(turn)),
                                  boost::asio::detached);
            continue;
        }
        const std::int64_t pause_us = turn.wake_us - clock_.steady_us();
        server->timer.expires_after(
            std::chrono::microseconds(std::clamp<std::int64_t>(pause_us, 0, sleep_us_max)));
        co_await server->timer.async_wait(use_awaitable_as_tuple);
    }
}

awaitable<void> WaitingRoom::ask(Worker& worker, std::shared_ptr<Server> server, Turn turn) {
    Wave wave(turn);
    co_await wave.ask(worker);
    end_turn(server->line, wave);
    server->timer.cancel();
}

WaitingRoom::Turn WaitingRoom::begin_turn(WaitLines::LineId line) {
    Turn turn;
    std::vector<std::pair<std::shared_ptr<Waiter>, std::int64_t>> late;
    std::vector<std::shared_ptr<Server>> woken;
    const std::int64_t now_us = clock_.steady_us();
    std::optional<Obstacle> obstacle;
    {
        const std::lock_guard lock(mutex_);
        WaitLines::Step step = lines_.step(line, now_us);
        for (const WaitLines::Expired& expired : step.expired)
            late.emplace_back(take_waiter(expired.ticket), expired.turn_us - now_us);
        for (const WaitLines::Ticket ticket : step.ask) turn.waiters.push_back(waiters_.at(ticket));
        turn.tickets = std::move(step.ask);
        turn.wake_us = step.wake_us;
        turn.is_over = step.is_over;
        obstacle = std::move(step.obstacle);
        if (turn.is_over) servers_.erase(line);
        note_size();
        woken = take_woken();
    }
    Server::wake(woken);
    for (auto& [waiter, retry_after_us] : late) {
        Decision decision = refusal_by(*obstacle, waiter->demand, waiter->ledgers, retry_after_us);
        Waiter::deliver(std::move(waiter), std::move(decision));
    }
    return turn;
}

void WaitingRoom::end_turn(WaitLines::LineId line, Wave& wave) {
    const std::int64_t now_us = clock_.steady_us();
    std::vector<WaitLines::Answer> answers;
    for (std::size_t place = 0; place < wave.waiters.size(); ++place)
        answers.push_back(answer_of(*wave.answers[place], wave.waiters[place]->ledgers, now_us));
    std::vector<std::optional<std::size_t>> dealt;
    std::vector<std::pair<std::shared_ptr<Waiter>, boost::system::error_code>> left;
    std::vector<std::shared_ptr<Waiter>> recalled;
    std::vector<std::shared_ptr<Server>> woken;
    {
        const std::lock_guard lock(mutex_);
        dealt = lines_.decided(line, std::move(answers), now_us);
        for (std::size_t place = 0; place < dealt.size(); ++place) {
            const WaitLines::Ticket ticket = wave.tickets[place];
            const bool is_gone = wave.waiters[place]->is_gone;
            if (dealt[place]) {
                take_waiter(ticket);
            } else if ((is_gone || is_closed_) && lines_.leave(ticket)) {
                left.emplace_back(take_waiter(ticket), is_gone
                                                           ? boost::system::error_code(errc::withdrawn)
                                                           : boost::system::error_code(http_errc::draining));
            } else if (wave.waiters[place]->is_to_be_recalled && lines_.leave(ticket)) {
                recalled.push_back(take_waiter(ticket));
            }
        }
        note_size();
        woken = take_woken();
    }
    Server::wake(woken);
    for (std::size_t place = 0; place < dealt.size(); ++place) {
        if (!dealt[place]) continue;
        const std::size_t from = *dealt[place];
        Waiter::deliver(std::move(wave.waiters[place]), std::move(*wave.answers[from]),
                        std::move(wave.shadows[from]));
    }
    for (auto& [waiter, error] : left) Waiter::deliver(std::move(waiter), error);
    for (std::shared_ptr<Waiter>& waiter : recalled) Waiter::recall(std::move(waiter));
}

void WaitingRoom::given_back(const LedgerSet& ledgers, const Amounts& amounts) {
    std::vector<std::shared_ptr<Server>> woken;
    {
        const std::lock_guard lock(mutex_);
        lines_.given_back(ledgers, amounts);
        woken = take_woken();
    }
    Server::wake(woken);
}

std::shared_ptr<void> WaitingRoom::recall_later(std::shared_ptr<WaitingRoom> room) {
    return {nullptr, [room = std::move(room)](void*) { room->wish_recall(); }};
}

void WaitingRoom::recall_as_wished() {
    if (!is_recall_wished_.exchange(false, std::memory_order_acq_rel)) return;
    std::map<WaitLines::Ticket, std::shared_ptr<Waiter>> recalled;  // in the order in which they came
    std::vector<std::shared_ptr<Server>> woken;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [ticket, waiter] : waiters_) {
            if (lines_.leave(ticket)) {
                recalled.emplace(ticket, waiter);
            } else {
                waiter->is_to_be_recalled = true;
            }
        }
        for (const auto& [ticket, waiter] : recalled) waiters_.erase(ticket);
        note_size();
        woken = take_woken();
    }
    Server::wake(woken);
    for (auto& [ticket, waiter] : recalled) Waiter::recall(std::move(waiter));
}

void WaitingRoom::close() {
    std::vector<std::shared_ptr<Waiter>> left;
    std::vector<std::shared_ptr<Server>> woken;
    {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
        for (const WaitLines::Ticket ticket : lines_.leave_all()) left.push_back(take_waiter(ticket));
        note_size();
        woken = take_woken();
    }
    Server::wake(woken);
    for (std::shared_ptr<Waiter>& waiter : left) Waiter::deliver(std::move(waiter), http_errc::draining);
}

bool WaitingRoom::serves(const Worker& worker) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(servers_.begin(), servers_.end(),
                       [&](const auto& server) { return &server.second->worker == &worker; });
}

std::map<std::string, std::size_t, std::less<>> WaitingRoom::waiting_by_tier() const {
    const std::lock_guard lock(mutex_);
    return lines_.by_tier();
}

std::string wait_set_name(const LedgerSet& ledgers) {
    std::string name;
    std::size_t candidate = 0;
    for (std::size_t index = 0; index <= ledgers.size(); ++index) {
        while (candidate < ledgers.candidate_count() && ledgers.candidate(candidate).begin == index) {
            name.push_back('|');
            ++candidate;
        }
        if (index == ledgers.size()) break;
        name.append(ledgers[index].ledger.key());
        // Tiers may have different limits on one ledger, and a reload changes them.
        for (const std::int64_t limit : ledgers[index].limits.by_dimension) {
            name.push_back(' ');
            if (limit != unlimited) name.append(std::to_string(limit));
        }
        name.push_back('\n');
    }
    return name;
}

}  // namespace weir::proxy
