// How latencies are counted, by proxy and stores alike.
#pragma once

#include <array>
#include <cstdint>

namespace weir {

/// Upper bounds of what weir and its store take, fine enough to see 0.05 ms.
inline constexpr std::array<std::int64_t, 30> latency_bounds_us{
    10,    25,    50,     75,     100,    125,    150,     200,     250,       300,
    350,   400,   450,    500,    600,    800,    1'000,   1'500,   2'000,     3'000,
    5'000, 7'500, 10'000, 15'000, 25'000, 50'000, 100'000, 250'000, 1'000'000, 5'000'000};

/// Counted since the start, each once.
struct LatencyCounts {
    std::array<std::uint64_t, latency_bounds_us.size() + 1> counts{};  ///< the last: above all bounds
    std::uint64_t sum_us = 0;
};

}  // namespace weir
