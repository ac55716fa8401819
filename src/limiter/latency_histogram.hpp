// Latencies that the threads of a node count together.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "weir/latency.hpp"

namespace weir {

/// Any thread.
class LatencyHistogram {
public:
    void observe(std::int64_t took_us) noexcept {
        const auto bound = std::lower_bound(latency_bounds_us.begin(), latency_bounds_us.end(), took_us);
        const auto at = static_cast<std::size_t>(bound - latency_bounds_us.begin());
        counts_[at].fetch_add(1, std::memory_order_relaxed);
        const auto positive_us = static_cast<std::uint64_t>(std::max<std::int64_t>(took_us, 0));
        sum_us_.fetch_add(positive_us, std::memory_order_relaxed);
    }

    LatencyCounts counts() const noexcept {
        LatencyCounts now;
        for (std::size_t i = 0; i < counts_.size(); ++i)
            now.counts[i] = counts_[i].load(std::memory_order_relaxed);
        now.sum_us = sum_us_.load(std::memory_order_relaxed);
        return now;
    }

private:
    std::array<std::atomic<std::uint64_t>, latency_bounds_us.size() + 1> counts_{};
    std::atomic<std::uint64_t> sum_us_{0};
};

}  // namespace weir
