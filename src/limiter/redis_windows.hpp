// One thread's way to run lua/window.lua.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "limiter/redirects.hpp"
#include "limiter/redis_master.hpp"
#include "limiter/window_call.hpp"
#include "redis/connection.hpp"

namespace weir {

/// Why one server alone is not trusted, where it has answered so.
inline constexpr std::string_view part_of_a_cluster = "it is part of a Redis Cluster: use a cluster:// URL";

/// Everything that a call teaches is noted in the master: time, breaker, counters. One thread.
class RedisWindows {
public:
    /// `redirects`: of a cluster; outlives it. `on_ready`: whenever the connection has been made.
    RedisWindows(RedisMaster& master, boost::asio::io_context& context, Redirects* redirects,
                 std::function<void()> on_ready = {});
    ~RedisWindows();

    redis::Connection& connection() noexcept { return connection_; }

    /// Errors: store_unavailable: nothing was done. store_timeout: it may have been, or may yet be, but no
    /// reserve of it later than `timeout_ms` from now.
    awaitable<result<WindowReply>> run(WindowCall call, std::int64_t timeout_ms);

    /// Any command. An error that Redis answers is an error here, too: store_unavailable, and noted.
    awaitable<result<redis::Reply>> command(std::vector<std::string> words, std::int64_t timeout_ms);

    std::int64_t fresh_epoch() { return epochs_(random_); }

    /// Gives the connection up where the master is elsewhere by now.
    void look_where_it_is();
    /// Any command of a script, which is loaded where it is not known. What Redis answers, an error included.
    awaitable<result<redis::Reply>> send_script(const std::vector<std::string>& words,
                                                std::int64_t deadline_us,
                                                redis::Asking asking = redis::Asking::no);
    RedisMaster& master() noexcept { return master_; }

private:
    struct Answer {
        result<redis::Reply> reply;  ///< no error that Redis answered is in it
        bool by_other;               ///< master of the cluster, about which this one says nothing
        Answer(result<redis::Reply> given, bool is_by_other)
            : reply(std::move(given)), by_other(is_by_other) {}
    };
    awaitable<Answer> ask(const std::vector<std::string>& words, std::int64_t deadline_us);
    boost::system::error_code note_error(const std::string& text);
    void note_slot_error(const std::string& text);
    void note_answered(std::int64_t sent_us) noexcept;
    awaitable<result<redis::Reply>> send(const std::vector<std::string>& words, std::int64_t deadline_us,
                                         redis::Asking asking);

    RedisMaster& master_;
    RedisNode& node_;
    Redirects* const redirects_;
    redis::Connection connection_;
    std::uint64_t moves_seen_ = 0;
    std::mt19937_64 random_;
    std::uniform_int_distribution<std::int64_t> epochs_{1, 999'999'999'999'999};
};

}  // namespace weir
