// One lasting connection to Redis: made again whenever it is lost, shared by any number of calls.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "redis/address.hpp"
#include "redis/options.hpp"
#include "redis/reply.hpp"
#include "redis/server.hpp"
#include "weir/awaitable.hpp"
#include "weir/clock.hpp"
#include "weir/error.hpp"

namespace weir::redis {

/// Thread safety: everything but `statistics` belongs to the thread that runs `context`; events are reported
/// there, too.
///
/// Lifetime: to be destroyed before `context` and after its last handler has run; `clock` outlives both. A
/// call must be awaited to its end: its coroutine must not be destroyed while it waits. The destructor
/// resumes nobody, it destroys the coroutines of the calls in flight; whoever wants an answer calls `stop`
/// and lets the context run on.
class Connection {
public:
    /// Called from within the connection: they may use `call`'s results and spawn, but must not destroy it.
    struct Events {
        std::function<void()> on_ready;  ///< the connection has been made and greeted
        /// It was lost, or could not be made: when that begins, and again when the reason is another one.
        /// Calls in flight end right after this. The reason is for a log: it holds no secrets.
        std::function<void(std::string_view why)> on_lost;
        /// An attempt to make it came to nothing; told before `on_lost`. `is_error`: the server answered,
        /// with an error.
        std::function<void(bool is_error, RedisObstacle obstacle)> on_failed_attempt{};
    };

    /// Connects to nothing yet. Throws std::invalid_argument for an address that makes no sense,
    /// boost::system::system_error for a ca_file that can't be used. `find_server`, where there is one, takes
    /// the place of the address's host and port; all else (TLS, user, password) is as the address says. A
    /// cluster's address needs one.
    Connection(boost::asio::io_context& context, const Clock& clock, RedisAddress address, Options options,
               Events events, ServerFinder find_server = {});
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Connects, and connects again whenever the connection is lost, until `stop`. With sentinels it is given
    /// up where they name another master, whether it still serves or not. To be spawned once.
    awaitable<void> run();

    /// No more calls; those in flight end as when the connection is lost, and `run` returns, both when the
    /// context runs on. Not reported as a loss.
    void stop();

    bool ready() const noexcept;

    /// The server that it is connected to, or has tried last; no host: a unix socket, or none was found yet.
    Server server() const;

    /// Sends one command, and waits for what Redis answers to it, an error included. Commands are executed in
    /// the order of the calls. `deadline_us` is a time of `clock.steady_us()`. `arguments`, at least one,
    /// must live until the call has been awaited for the first time. With ASKING nothing comes between it and
    /// the command; its own reply is dropped, and it takes one more of `calls_max`.
    ///
    /// Errors: store_unavailable: the command was not sent, since there is no connection, a bound is reached,
    /// or the deadline had passed already.
    /// store_timeout: it was sent, but no answer was read before the deadline, or the connection was lost: it
    /// may or may not have been executed, or may yet be. An answer that has arrived by the time when this
    /// thread finds out that the deadline has passed is taken: a busy thread is not a slow Redis.
    awaitable<result<Reply>> call(std::span<const std::string_view> arguments, std::int64_t deadline_us,
                                  Asking asking = Asking::no);

    /// Gives the connection up, and finds the server anew: for answers such as READONLY, after which this is
    /// not the server to talk to (ErrorAction::reconnect). Does nothing while there is none.
    void reconnect(std::string_view why);

    /// Any thread.
    const Statistics& statistics() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;  // shared with `run`, whose frame may outlive this object
};

}  // namespace weir::redis
