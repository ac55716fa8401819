// Counting a finished request.
#include "observe/metrics.hpp"

#include <algorithm>

namespace weir::observe {

namespace {
std::uint64_t amount(std::int64_t value) noexcept {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
}
}  // namespace

void Histogram::observe(std::int64_t duration_us) noexcept {
    const auto bound = std::lower_bound(bounds_us.begin(), bounds_us.end(), duration_us);
    counts[static_cast<std::size_t>(bound - bounds_us.begin())].add();
    sum_us.add(amount(duration_us));
}

void WorkerMetrics::count(const RequestRecord& record) noexcept {
    requests[static_cast<std::size_t>(record.outcome)].add();
    if (record.refused_by) {
        rejections[static_cast<std::size_t>(record.refused_by->scope)]
                  [static_cast<std::size_t>(record.refused_by->dimension)]
                      .add();
    }
    input_tokens[0].add(amount(record.estimated.input_tokens));
    output_tokens[0].add(amount(record.estimated.output_tokens));
    input_tokens[1].add(amount(record.reserved.input_tokens));
    output_tokens[1].add(amount(record.reserved.output_tokens));
    if (record.actual) count_settled(record.reserved, *record.actual);
    request_duration.observe(record.duration_us);
    if (record.decided_at_us != 0) added_latency.observe(record.added_us);
}

void WorkerMetrics::count_settled(const Demand& reserved, const Usage& actual) noexcept {
    input_tokens[2].add(amount(actual.input_tokens));
    output_tokens[2].add(amount(actual.output_tokens));
    overshoot_tokens.add(amount(actual.input_tokens - reserved.input_tokens) +
                         amount(actual.output_tokens - reserved.output_tokens));
}

}  // namespace weir::observe
