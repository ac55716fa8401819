// What the log and /readyz say about a shared store. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/redis_limiter.hpp"

namespace weir::app {

/// What becomes of requests while the store does not decide: "this node keeps to its part of each limit (1 of
/// 2)", "…: set cluster.nodes, or start Redis", "…: set cluster.nodes, or correct store.url".
std::string words_of_policy(WithoutStore policy, const RedisStoreStatistics& statistics);

/// "Redis at cache:6379 does not decide (Connection refused); requests pass unmetered"
std::string words_of_loss(WithoutStore policy, const RedisStoreStatistics& statistics, std::string_view why);

/// "Redis at cache:6379 decides, after 12.3 s in which 45 decisions were made without it", or "in which
/// 3 requests were turned away". `statistics` are those of the moment before.
std::string words_of_return(const RedisStoreStatistics& statistics, std::int64_t now_us);

/// "Redis at cache:6379 has not decided since 2026-11-26T03:16:46.123456Z (…), 45 decisions were made without
/// it; …"; empty where it decides.
std::string words_of_absence(WithoutStore policy, const RedisStoreStatistics& statistics);

}  // namespace weir::app
