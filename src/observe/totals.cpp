// Sums over workers, differences over time.
#include "observe/totals.hpp"

namespace weir::observe {

namespace {

template <auto histogram>
void add_buckets(BucketCounts& buckets, const WorkerMetrics& worker) {
    const auto& [counts, sum] = worker.*histogram;
    const auto& bounds = std::remove_cvref_t<decltype(worker.*histogram)>::bounds;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        buckets[i < bounds.size() ? bounds[i] : above_all_bounds] += counts[i].value();
    }
}

void add_limits(LimitTotals& totals, const LimitCounters& counters) {
    for (std::size_t scope = 0; scope < scope_count; ++scope) {
        for (std::size_t i = 0; i < dimension_count; ++i) totals[scope][i] += counters[scope][i].value();
    }
}

/// Subtracts; false where that would be less than nothing.
bool subtract(std::uint64_t& value, std::uint64_t before) {
    if (value < before) return false;
    value -= before;
    return true;
}

bool subtract(LimitTotals& totals, const LimitTotals& before) {
    bool fits = true;
    for (std::size_t scope = 0; scope < scope_count; ++scope) {
        for (std::size_t i = 0; i < dimension_count; ++i)
            fits &= subtract(totals[scope][i], before[scope][i]);
    }
    return fits;
}

bool subtract(BucketCounts& buckets, const BucketCounts& before) {
    bool fits = true;
    for (const auto& [bound, count] : before) {
        const auto bucket = buckets.find(bound);
        fits &= bucket == buckets.end() ? count == 0 : subtract(bucket->second, count);
    }
    return fits;
}

/// Requests that ended in any of these ways.
template <typename... Outcomes>
std::uint64_t ended(const WorkerMetrics& worker, Outcomes... outcomes) {
    return (worker.requests[static_cast<std::size_t>(outcomes)].value() + ...);
}

std::uint64_t requests_of(const WorkerMetrics& worker) {
    std::uint64_t sum = 0;
    for (const Counter& outcome : worker.requests) sum += outcome.value();
    return sum;
}

std::uint64_t refused_of(const WorkerMetrics& worker) {
    return ended(worker, Outcome::refused, Outcome::never_fits, Outcome::blocked);
}

std::uint64_t errors_of(const WorkerMetrics& worker) {
    std::uint64_t sum = ended(worker, Outcome::store_unavailable, Outcome::overloaded);
    for (const UpstreamCounters& upstream : worker.upstreams) sum += upstream.errors.value();
    return sum;
}

std::uint64_t waited_of(const WorkerMetrics& worker) {
    std::uint64_t sum = 0;
    for (const Counter& bucket : worker.waits[static_cast<std::size_t>(WaitEnd::admitted)].counts)
        sum += bucket.value();
    return sum;
}

enum Kind : std::size_t { reserved = 1, actual = 2 };  // 0: estimated
template <auto tokens, Kind kind>
std::uint64_t tokens_of(const WorkerMetrics& worker) {
    return (worker.*tokens)[kind].value();
}

}  // namespace

const std::array<TotalsRow, totals_count> totals_rows{{
    {"requests", &Totals::requests, requests_of},
    {"admitted", &Totals::admitted, [](const WorkerMetrics& worker) { return worker.admitted.value(); }},
    {"refused", &Totals::refused, refused_of},
    {"waited", &Totals::waited, waited_of},
    {"errors", &Totals::errors, errors_of},
    {"input_tokens", &Totals::input_tokens, tokens_of<&WorkerMetrics::input_tokens, actual>},
    {"output_tokens", &Totals::output_tokens, tokens_of<&WorkerMetrics::output_tokens, actual>},
    {"estimated_input_tokens", &Totals::estimated_input_tokens,
     tokens_of<&WorkerMetrics::input_tokens, reserved>},
    {"reserved_output_tokens", &Totals::reserved_output_tokens,
     tokens_of<&WorkerMetrics::output_tokens, reserved>},
}};

const std::array<BucketsRow, buckets_count> buckets_rows{{
    {"added", &Totals::added_us, add_buckets<&WorkerMetrics::added_latency>},
    {"upstream", &Totals::upstream_us, add_buckets<&WorkerMetrics::upstream_duration>},
    {"first_byte", &Totals::first_byte_us, add_buckets<&WorkerMetrics::time_to_first_token>},
}};

Totals& Totals::operator+=(const Totals& other) {
    for (const TotalsRow& row : totals_rows) this->*row.member += other.*row.member;
    for (std::size_t scope = 0; scope < scope_count; ++scope) {
        for (std::size_t i = 0; i < dimension_count; ++i) {
            refusals[scope][i] += other.refusals[scope][i];
            shadow[scope][i] += other.shadow[scope][i];
        }
    }
    for (const BucketsRow& row : buckets_rows) {
        for (const auto& [bound, count] : other.*row.member) (this->*row.member)[bound] += count;
    }
    return *this;
}

Totals totals_of(const std::vector<const WorkerMetrics*>& workers) {
    Totals totals;
    for (const WorkerMetrics* worker : workers) {
        for (const TotalsRow& row : totals_rows) totals.*row.member += row.of(*worker);
        for (const BucketsRow& row : buckets_rows) row.add(totals.*row.member, *worker);
        add_limits(totals.refusals, worker->rejections);
        add_limits(totals.shadow, worker->shadow_rejections);
    }
    return totals;
}

UpstreamTotals upstream_totals_of(const std::vector<const WorkerMetrics*>& workers, std::size_t slot) {
    UpstreamTotals totals;
    for (const WorkerMetrics* worker : workers) {
        if (slot >= worker->upstreams.size()) continue;
        totals.answers += worker->upstreams[slot].answers.value();
        totals.errors += worker->upstreams[slot].errors.value();
        totals.moved += worker->upstreams[slot].moved.value();
    }
    return totals;
}

std::optional<Totals> since(const Totals& now, const Totals& before) {
    Totals added = now;
    bool fits = subtract(added.refusals, before.refusals) && subtract(added.shadow, before.shadow);
    for (const TotalsRow& row : totals_rows) fits &= subtract(added.*row.member, before.*row.member);
    for (const BucketsRow& row : buckets_rows) fits &= subtract(added.*row.member, before.*row.member);
    if (!fits) return std::nullopt;
    return added;
}

std::uint64_t count_of(const BucketCounts& buckets) {
    std::uint64_t count = 0;
    for (const auto& [bound, in_bucket] : buckets) count += in_bucket;
    return count;
}

std::optional<double> quantile_us(const BucketCounts& buckets, double part) {
    const std::uint64_t count = count_of(buckets);
    if (count == 0) return std::nullopt;
    const double rank = part * static_cast<double>(count);
    double below = 0;
    double lower_bound = 0;
    for (const auto& [bound, in_bucket] : buckets) {
        const auto here = static_cast<double>(in_bucket);
        if (bound == above_all_bounds) break;
        const auto upper_bound = static_cast<double>(bound);
        if (in_bucket > 0 && below + here >= rank) {
            return lower_bound + (upper_bound - lower_bound) * (rank - below) / here;
        }
        below += here;
        lower_bound = upper_bound;
    }
    return lower_bound;
}

}  // namespace weir::observe
