// A redis::Connection on an io thread of its own, used from a test's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "redis/connection.hpp"
#include "weir/clock.hpp"

namespace weir::testing {

class RunningRedisConnection {
public:
    /// Runs at once. `clock` must outlive it; nullptr: the system's. `find_server` as of redis::Connection.
    explicit RunningRedisConnection(RedisAddress address, redis::Options options = {},
                                    const Clock* clock = nullptr, redis::ServerFinder find_server = {});
    /// Stops it, and waits until `run` has returned.
    ~RunningRedisConnection();
    RunningRedisConnection(const RunningRedisConnection&) = delete;
    RunningRedisConnection& operator=(const RunningRedisConnection&) = delete;

    using Answer = std::future<result<redis::Reply>>;
    /// Has been issued when this returns. The deadline is so long from now.
    Answer start(std::vector<std::string> arguments, std::int64_t timeout_ms = 20'000,
                 redis::Asking asking = redis::Asking::no);
    result<redis::Reply> ask(std::vector<std::string> arguments, std::int64_t timeout_ms = 20'000,
                             redis::Asking asking = redis::Asking::no);

    /// Polls, at most as long as `eventually` does.
    bool becomes_ready();
    bool loses();  ///< a loss was reported

    void stop();  ///< redis::Connection::stop, and waits for the end of `run`
    void reconnect(const std::string& why);

    /// On the connection's thread, and waits until it is done.
    void on_thread(const std::function<void()>& work);

    redis::Connection& connection() { return connection_; }
    boost::asio::io_context& context() { return context_; }
    std::int64_t deadline_us(std::int64_t timeout_ms) const { return clock_.steady_us() + timeout_ms * 1000; }
    /// Reported so far.
    std::vector<std::string> losses() const;
    std::size_t times_ready() const;

private:
    SystemClock system_clock_;
    const Clock& clock_;
    boost::asio::io_context context_{1};
    mutable std::mutex mutex_;  ///< guards the two below
    std::vector<std::string> losses_;
    std::size_t times_ready_ = 0;
    redis::Connection connection_;
    std::promise<void> ended_;
    std::shared_future<void> end_{ended_.get_future()};
    std::thread thread_;
};

/// The text of a reply, "error: …" for one, and the message of what kept it from coming.
std::string said(const result<redis::Reply>& answer);

}  // namespace weir::testing
