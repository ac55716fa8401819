// One thread's way to run lua/window.lua.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "limiter/redis_node.hpp"
#include "limiter/window_call.hpp"
#include "redis/connection.hpp"

namespace weir {

/// Everything that a call teaches is noted in the node: time, breaker, counters. One thread.
class RedisWindows {
public:
    /// `on_ready`: whenever the connection has been made.
    RedisWindows(RedisNode& node, boost::asio::io_context& context, std::function<void()> on_ready = {});
    ~RedisWindows();

    redis::Connection& connection() noexcept { return connection_; }

    /// Errors: store_unavailable: nothing was done. store_timeout: it may have been, or may yet be, but no
    /// reserve of it later than `timeout_ms` from now.
    awaitable<result<WindowReply>> run(WindowCall call, std::int64_t timeout_ms);

    /// Any command. An error that Redis answers is an error here, too: store_unavailable, and noted.
    awaitable<result<redis::Reply>> command(std::vector<std::string> words, std::int64_t timeout_ms);

    std::int64_t fresh_epoch() { return epochs_(random_); }

private:
    void note_answered(std::int64_t sent_us) noexcept;
    awaitable<result<redis::Reply>> send(const std::vector<std::string>& words, std::int64_t deadline_us);
    awaitable<result<redis::Reply>> send_script(const std::vector<std::string>& words,
                                                std::int64_t deadline_us);

    RedisNode& node_;
    redis::Connection connection_;
    std::mt19937_64 random_;
    std::uniform_int_distribution<std::int64_t> epochs_{1, 999'999'999'999'999};
};

/// nullopt where it is not an array of integers.
std::optional<std::vector<std::int64_t>> integers_of(const redis::Reply& reply);

}  // namespace weir
