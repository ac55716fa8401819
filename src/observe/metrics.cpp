// Counting a finished request.
#include "observe/metrics.hpp"

namespace weir::observe {

namespace {

std::uint64_t amount(std::int64_t value) noexcept {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
}

std::int64_t millionths_of(std::int64_t value, std::int64_t whole) noexcept {
    return std::clamp<std::int64_t>(value, 0, amount_max) * 1'000'000 / whole;
}

void count_limit(LimitCounters& counters, const RefusedBy& limit) noexcept {
    counters[static_cast<std::size_t>(limit.scope)][static_cast<std::size_t>(limit.dimension)].add();
}

}  // namespace

void WorkerMetrics::count(const RequestRecord& record) noexcept {
    requests[static_cast<std::size_t>(record.outcome)].add();
    if (record.refused_by) count_limit(rejections, *record.refused_by);
    for (const RefusedBy& limit : record.shadowed_by) count_limit(shadow_rejections, limit);
    count_tokens(record);
    request_duration.observe(record.duration_us);
    if (record.decided_at_us != 0) {
        added_latency.observe(record.added_us);
        if (!record.refused_by) admitted.add();
    }
    if (record.waited_us) count_wait(record);
    if (record.upstream_us != 0 || record.outcome == Outcome::upstream_failed) count_upstream(record);
}

void WorkerMetrics::count_wait(const RequestRecord& record) noexcept {
    const bool is_decided = record.decided_at_us != 0;
    const WaitEnd end = record.refused_by ? WaitEnd::refused
                        : is_decided      ? WaitEnd::admitted
                                          : WaitEnd::given_up;
    waits[static_cast<std::size_t>(end)].observe(*record.waited_us);
}

void WorkerMetrics::count_tokens(const RequestRecord& record) noexcept {
    input_tokens[0].add(amount(record.estimated.input_tokens));
    output_tokens[0].add(amount(record.estimated.output_tokens));
    input_tokens[1].add(amount(record.reserved.input_tokens));
    output_tokens[1].add(amount(record.reserved.output_tokens));
    if (record.actual) count_settled(record.reserved, *record.actual);
}

/// A client that leaves before the answer says nothing about the upstream.
void WorkerMetrics::count_upstream(const RequestRecord& record) noexcept {
    if (record.upstream_us != 0) upstream_duration.observe(record.upstream_us);
    if (record.streamed && record.first_byte_at_us != 0) {
        time_to_first_token.observe(record.first_byte_at_us - record.received_at_us);
    }
    UpstreamCounters& upstream = upstreams.at(record.upstream_slot);
    const std::uint64_t now_us = amount(record.received_at_us + record.duration_us);
    if (record.outcome == Outcome::upstream_failed || record.status >= 500) {
        upstream.errors.add();
        upstream.last_error_us.set(now_us);
    } else if (record.first_byte_at_us != 0) {
        upstream.answers.add();
        upstream.last_answer_us.set(now_us);
    }
}

void WorkerMetrics::count_settled(const Demand& reserved, const Usage& actual) noexcept {
    input_tokens[2].add(amount(actual.input_tokens));
    output_tokens[2].add(amount(actual.output_tokens));
    overshoot_tokens.add(amount(actual.input_tokens - reserved.input_tokens) +
                         amount(actual.output_tokens - reserved.output_tokens));
}

void WorkerMetrics::count_estimate(std::int64_t estimated, std::int64_t actual) noexcept {
    if (estimated > 0 && actual > 0) estimate_error.observe(millionths_of(actual, estimated));
}

void WorkerMetrics::count_reservation(std::int64_t reserved, std::int64_t actual) noexcept {
    if (reserved > 0) reserved_output.observe(millionths_of(actual, reserved));
}

}  // namespace weir::observe
