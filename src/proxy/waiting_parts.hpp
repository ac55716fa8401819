// Who waits in the room, and who asks for them. Inside of waiting_room.cpp alone.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "proxy/shadow.hpp"
#include "proxy/waiting_room.hpp"
#include "proxy/worker.hpp"

namespace weir::proxy {

struct WaitingRoom::Waiter {
    Waiter(boost::asio::io_context& its_context, const Guest& guest,
           std::optional<result<Decision>>& its_answer, std::vector<observe::RefusedBy>& its_shadows)
        : context(its_context),
          demand(guest.applicant.demand),
          ledgers(guest.ledgers),
          answer(its_answer),
          shadowed_by(its_shadows) {}

    boost::asio::io_context& context;
    const Demand demand;
    const LedgerSet& ledgers;
    bool is_gone = false;            ///< its client left while it was asked for; by the room's mutex
    bool is_to_be_recalled = false;  ///< when its answer has come; by the room's mutex
    bool was_recalled = false;
    bool is_answered = false;
    std::optional<result<Decision>>& answer;       ///< until then what the store has refused, or nothing
    std::vector<observe::RefusedBy>& shadowed_by;  ///< comes with the answer
    net::Wakeup wakeup;

    /// On its own thread.
    void take(result<Decision> decision, std::vector<observe::RefusedBy> shadows) {
        is_answered = true;
        answer.emplace(std::move(decision));
        shadowed_by = std::move(shadows);
        wakeup.notify();
    }
    /// From any thread.
    static void deliver(std::shared_ptr<Waiter> waiter, result<Decision> decision,
                        std::vector<observe::RefusedBy> shadows = {}) {
        boost::asio::io_context& its_context = waiter->context;
        boost::asio::post(its_context, [waiter = std::move(waiter), decision = std::move(decision),
                                        shadows = std::move(shadows)]() mutable {
            waiter->take(std::move(decision), std::move(shadows));
        });
    }
    static void recall(std::shared_ptr<Waiter> waiter) {
        boost::asio::io_context& its_context = waiter->context;
        boost::asio::post(its_context, [waiter = std::move(waiter)] {
            waiter->is_answered = waiter->was_recalled = true;
            waiter->wakeup.notify();
        });
    }
};

struct WaitingRoom::Server {
    Server(Worker& its_worker, WaitLines::LineId its_line)
        : worker(its_worker), line(its_line), timer(its_worker.context) {}

    Worker& worker;
    const WaitLines::LineId line;
    Timer timer;

    static void wake(const std::vector<std::shared_ptr<Server>>& servers) {
        for (const std::shared_ptr<Server>& server : servers)
            boost::asio::post(server->worker.context, [server] { server->timer.cancel(); });
    }
};

/// What a server does next.
struct WaitingRoom::Turn {
    std::vector<WaitLines::Ticket> tickets;
    std::vector<std::shared_ptr<Waiter>> waiters;  ///< of these tickets
    std::int64_t wake_us = 0;
    bool is_over = false;
};

/// Asked for together, in their order.
struct WaitingRoom::Wave {
    std::vector<WaitLines::Ticket> tickets;
    std::vector<std::shared_ptr<Waiter>> waiters;
    std::vector<std::optional<result<Decision>>> answers;
    std::vector<std::vector<observe::RefusedBy>> shadows;
    std::size_t unanswered = 0;
    net::Wakeup all_answered;

    explicit Wave(Turn& turn)
        : tickets(std::move(turn.tickets)),
          waiters(std::move(turn.waiters)),
          answers(waiters.size()),
          shadows(waiters.size()),
          unanswered(waiters.size()) {}

    awaitable<void> ask_for(Worker& worker, std::size_t place) {
        const Waiter& waiter = *waiters[place];
        const std::int64_t asked_us = worker.clock.steady_us();
        try {
            auto decided = co_await reserve_past_shadow(worker.limiter, waiter.demand, waiter.ledgers,
                                                        Withdrawal(), shadows[place]);
            answers[place].emplace(std::move(decided));
        } catch (...) {
            answers[place].emplace(errc::store_unavailable);
        }
        worker.metrics.count_store_call(observe::StoreCall::reserve, worker.clock.steady_us() - asked_us);
        if (--unanswered == 0) all_answered.notify();
    }

    awaitable<void> ask(Worker& worker) {
        if (waiters.size() == 1) co_return co_await ask_for(worker, 0);
        for (std::size_t place = 0; place < waiters.size(); ++place)
            boost::asio::co_spawn(worker.context, ask_for(worker, place), boost::asio::detached);
        while (unanswered > 0) co_await all_answered.wait();
    }
};

}  // namespace weir::proxy
