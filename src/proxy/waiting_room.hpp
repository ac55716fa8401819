// Where requests wait that a limit would refuse: timers, threads and calls to the store around WaitLines.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/wakeup.hpp"
#include "observe/request_record.hpp"
#include "proxy/client_stream.hpp"
#include "proxy/wait_lines.hpp"
#include "weir/clock.hpp"
#include "weir/limiter.hpp"

namespace weir::proxy {

struct Worker;

/// The process has one. Any thread; a request waits on the thread that it came to. Each line is asked for by
/// one thread, that of whoever made it, through that thread's limiter: so its demands reach the store in
/// their order, and mostly in one call. That thread must not end before `serves` is false.
class WaitingRoom {
public:
    explicit WaitingRoom(const Clock& clock) : clock_(clock) {}

    /// What wants to wait. Its views and ledgers outlive the wait.
    struct Guest {
        WaitLines::Applicant applicant;
        const LedgerSet& ledgers;
        WaitLines::Bounds bounds;
    };
    enum class Stay : std::uint8_t {
        over,     ///< it has waited, and there is an answer
        not_let,  ///< refused at once: its turn would come too late
        no_room,  ///< refused at once: too many wait
        ask,      ///< it need not wait: ask for it
        recalled  ///< its limits may be others now: begin anew
    };
    struct Stayed {
        Stay stay = Stay::over;
        std::vector<observe::RefusedBy> shadowed_by{};
        std::int64_t waited_us = 0;
    };

    /// Nobody waits, so that nothing else needs to be looked at.
    bool is_empty() const noexcept { return size() == 0; }
    std::size_t size() const noexcept { return waiting_.load(std::memory_order_relaxed); }
    /// See WaitLines::is_behind.
    bool is_behind(const Guest& guest, bool joins_others) const;
    /// Until it is admitted, its time is up, its client leaves, or weir drains. `decision`: what the store
    /// has just refused it; none: it is behind others. It becomes the answer, unless the store is to be asked
    /// for that. Errors: as Limiter::reserve; http_errc::draining. Never longer than to the deadline, and for
    /// one call to the store that is under way then. A client that leaves while it is asked for gets a
    /// decision all the same, to be settled.
    awaitable<Stayed> stay(Worker& worker, ClientStream& client, const Guest& guest,
                           std::optional<result<Decision>>& decision);

    /// A reservation was settled: so much of these ledgers is free again.
    void given_back(const LedgerSet& ledgers, const Amounts& amounts);

    /// Limits have changed, or windows were emptied: those who wait are to begin anew. Any thread.
    void wish_recall() noexcept { is_recall_wished_.store(true, std::memory_order_release); }
    /// The same once the last owner of what is returned has let go of it.
    static std::shared_ptr<void> recall_later(std::shared_ptr<WaitingRoom> room);
    /// Where that was wished: they do, those of each thread in the order in which they came. One who is asked
    /// for at the moment does so after its answer, if that refuses it. Any thread; once a second will do.
    void recall_as_wished();

    /// Draining: everybody leaves with http_errc::draining, and nobody is let in any more.
    void close();
    /// That thread still asks for somebody.
    bool serves(const Worker& worker) const;

    std::map<std::string, std::size_t, std::less<>> waiting_by_tier() const;

private:
    /// One that waits; its own thread alone touches its answer and its wakeup.
    struct Waiter;
    /// Who asks for a line.
    struct Server;
    struct Delivery;
    struct Turn;
    struct Wave;

    awaitable<void> serve(Worker& worker, std::shared_ptr<Server> server);
    awaitable<void> ask(Worker& worker, std::shared_ptr<Server> server, Turn turn);
    Turn begin_turn(WaitLines::LineId line);
    void end_turn(WaitLines::LineId line, Wave& wave);
    WaitLines::Entry let_in(Worker& worker, const Guest& guest, const std::shared_ptr<Waiter>& waiter);
    void leave(WaitLines::Ticket ticket);
    std::vector<std::shared_ptr<Server>> take_woken();
    std::shared_ptr<Waiter> take_waiter(WaitLines::Ticket ticket);
    void note_size() noexcept { waiting_.store(lines_.size(), std::memory_order_relaxed); }

    const Clock& clock_;
    std::atomic<std::size_t> waiting_ = 0;
    std::atomic<bool> is_recall_wished_ = false;
    mutable std::mutex mutex_;
    WaitLines lines_;
    std::unordered_map<WaitLines::Ticket, std::shared_ptr<Waiter>> waiters_;
    std::unordered_map<WaitLines::LineId, std::shared_ptr<Server>> servers_;
    bool is_closed_ = false;
};

/// What a line is found by: the ledgers and, of several upstreams, whose they are.
std::string wait_set_name(const LedgerSet& ledgers);

}  // namespace weir::proxy
