// Times and bounds of a connection to Redis, and what it counts.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace weir::redis {

struct Options {
    std::int64_t connect_timeout_ms =
        1000;                            ///< for connect, TLS and greeting together, of each server spoken to
    std::int64_t backoff_ms_min = 20;    ///< before the first new attempt; doubled from attempt to attempt
    std::int64_t backoff_ms_max = 1000;  ///< each wait is a random half to whole of the backoff
    std::int64_t stalled_ms =
        1000;  ///< a connection whose next reply is so late after its deadline is given up
    std::int64_t master_asked_ms = 1000;  ///< so often the sentinels are asked who the master is now
    std::size_t calls_max = 4096;  ///< that wait for a reply; those that timed out count until it has come
    std::size_t unsent_bytes_max = 8 << 20;  ///< of commands that wait for the write under way
    std::size_t reply_bytes_max = 4 << 20;   ///< of one reply; a larger one ends the connection
};

/// Written by the connection's thread alone; any thread may read. Each counts from the start.
struct Statistics {
    std::atomic<std::uint64_t> calls{0};     ///< sent, or gathered to be sent
    std::atomic<std::uint64_t> timeouts{0};  ///< calls that ended with store_timeout
    std::atomic<std::uint64_t> overflows{
        0};  ///< calls that were turned away by `calls_max` or `unsent_bytes_max`
    std::atomic<std::uint64_t> connections{0};  ///< that became ready
};

}  // namespace weir::redis
