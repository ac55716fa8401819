// Where the values of metrics come from, and where they go. Inside the room alone.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include "observe/metrics.hpp"
#include "observe/prometheus_text.hpp"

namespace weir::observe {

using Workers = std::vector<const WorkerMetrics*>;

struct Page {
    const Workers& workers;
    const ProcessFigures& process;
    PrometheusText& text;

    /// `pick`: of one worker.
    template <typename Pick>
    std::uint64_t sum(const Pick& pick) const {
        return std::transform_reduce(
            workers.begin(), workers.end(), std::uint64_t{0}, std::plus<>(),
            [&](const WorkerMetrics* worker) { return std::invoke(pick, *worker).value(); });
    }
    template <typename Pick>
    std::uint64_t newest(const Pick& pick) const {
        return std::transform_reduce(
            workers.begin(), workers.end(), std::uint64_t{0},
            [](std::uint64_t left, std::uint64_t right) { return std::max(left, right); },
            [&](const WorkerMetrics* worker) { return std::invoke(pick, *worker).value(); });
    }
    template <typename Pick>
    void histogram(Labels labels, const Pick& pick) const {
        using Kind = std::remove_cvref_t<std::invoke_result_t<Pick, const WorkerMetrics&>>;
        std::array<std::uint64_t, Kind::bounds.size() + 1> counts{};
        std::uint64_t sum = 0;
        for (const WorkerMetrics* worker : workers) {
            const Kind& histogram = std::invoke(pick, *worker);
            for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += histogram.counts[i].value();
            sum += histogram.sum.value();
        }
        text.histogram(labels, Kind::bounds, counts, sum);
    }
};

inline double seconds(std::uint64_t time_us) {
    return static_cast<double>(time_us) / 1e6;
}

}  // namespace weir::observe
