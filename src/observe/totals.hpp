// What a node has counted since it started, as plain numbers: to be told to other nodes, and subtracted.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "observe/metrics.hpp"

namespace weir::observe {

/// How many values were at most so many microseconds, and more than the bound before.
using BucketCounts = std::map<std::int64_t, std::uint64_t>;
/// The bound of what is above all bounds.
inline constexpr std::int64_t above_all_bounds = std::int64_t{1} << 50;

using LimitTotals =
    std::array<std::array<std::uint64_t, dimension_count>, scope_count>;  ///< [scope][dimension]

struct Totals {
    std::uint64_t requests = 0;
    std::uint64_t admitted = 0;
    std::uint64_t refused = 0;  ///< by limits
    std::uint64_t waited = 0;   ///< admitted after they had waited for room
    std::uint64_t errors = 0;   ///< of upstreams, the store, and weir itself; not of clients
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
    std::uint64_t estimated_input_tokens = 0;  ///< of what was admitted
    std::uint64_t reserved_output_tokens = 0;
    LimitTotals refusals{};
    LimitTotals shadow{};
    BucketCounts added_us, upstream_us, first_byte_us;

    Totals& operator+=(const Totals& other);
};

/// One row per total: its name in JSON, and what of a worker it sums. What the nodes tell each other, the
/// cluster's sums and its rates follow from it.
struct TotalsRow {
    std::string_view name;
    std::uint64_t Totals::*member;
    std::uint64_t (*of)(const WorkerMetrics&);
};
inline constexpr std::size_t totals_count = 9;
extern const std::array<TotalsRow, totals_count> totals_rows;

struct BucketsRow {
    std::string_view name;
    BucketCounts Totals::*member;
    void (*add)(BucketCounts&, const WorkerMetrics&);
};
inline constexpr std::size_t buckets_count = 3;
extern const std::array<BucketsRow, buckets_count> buckets_rows;

Totals totals_of(const std::vector<const WorkerMetrics*>& workers);

struct UpstreamTotals {
    std::uint64_t answers = 0;
    std::uint64_t errors = 0;
    std::uint64_t moved = 0;
};
/// `slot`: of WorkerMetrics::upstreams; zeros where nothing is counted of it.
UpstreamTotals upstream_totals_of(const std::vector<const WorkerMetrics*>& workers, std::size_t slot);

/// What was added since; nullopt: a counter is lower than it was, so that the node has begun anew.
std::optional<Totals> since(const Totals& now, const Totals& before);

std::uint64_t count_of(const BucketCounts& buckets);
/// The value below which this part of all values lie (0 to 1), taken to lie evenly within their bucket.
/// Nothing was counted: nullopt. Above all bounds: the highest of them.
std::optional<double> quantile_us(const BucketCounts& buckets, double part);

}  // namespace weir::observe
