// Sums over workers, differences over time.
#include "observe/totals.hpp"

namespace weir::observe {

namespace {

template <const auto& bounds>
void add_buckets(BucketCounts& buckets, const Histogram<bounds>& histogram) {
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        buckets[i < bounds.size() ? bounds[i] : above_all_bounds] += histogram.counts[i].value();
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

std::uint64_t of(const WorkerMetrics& worker, Outcome outcome) {
    return worker.requests[static_cast<std::size_t>(outcome)].value();
}

}  // namespace

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
        for (const Counter& outcome : worker->requests) totals.requests += outcome.value();
        totals.admitted += worker->admitted.value();
        totals.refused +=
            of(*worker, Outcome::refused) + of(*worker, Outcome::never_fits) + of(*worker, Outcome::blocked);
        totals.errors += of(*worker, Outcome::store_unavailable) + of(*worker, Outcome::overloaded);
        for (const UpstreamCounters& upstream : worker->upstreams) totals.errors += upstream.errors.value();
        totals.estimated_input_tokens += worker->input_tokens[1].value();
        totals.reserved_output_tokens += worker->output_tokens[1].value();
        totals.input_tokens += worker->input_tokens[2].value();
        totals.output_tokens += worker->output_tokens[2].value();
        add_limits(totals.refusals, worker->rejections);
        add_limits(totals.shadow, worker->shadow_rejections);
        add_buckets(totals.added_us, worker->added_latency);
        add_buckets(totals.upstream_us, worker->upstream_duration);
        add_buckets(totals.first_byte_us, worker->time_to_first_token);
    }
    return totals;
}

UpstreamTotals upstream_totals_of(const std::vector<const WorkerMetrics*>& workers, std::size_t index) {
    UpstreamTotals totals;
    for (const WorkerMetrics* worker : workers) {
        if (index >= worker->upstreams.size()) continue;
        totals.answers += worker->upstreams[index].answers.value();
        totals.errors += worker->upstreams[index].errors.value();
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
