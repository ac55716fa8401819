// A closed loop hands out numbers until the end; an open loop hands out what its schedule says.
#include "load/supply.hpp"

#include <algorithm>

namespace weir::load {
namespace {

constexpr std::int64_t far_away = std::numeric_limits<std::int64_t>::max();
/// What is due before the end may still be sent for so long after it: a thread that woke a little late is no
/// reason to call a request unsent.
constexpr std::int64_t grace_us = 100'000;

std::int64_t microseconds(double seconds) {
    return static_cast<std::int64_t>(seconds * 1e6);
}

}  // namespace

Span span_of(const LoadOptions& options, std::int64_t start_us) {
    Span span{.start_us = start_us, .measure_us = start_us + microseconds(options.warmup_s)};
    if (options.duration_s > 0) span.end_us = span.measure_us + microseconds(options.duration_s);
    return span;
}

Supply::Supply(const LoadOptions& options, const Span& span, Counter& counter, unsigned part, unsigned parts)
    : span_(span), counter_(counter), requests_(options.requests) {
    if (options.rate == 0) return;
    schedule_.emplace(options.rate, span.start_us, part, parts, options.burst);
    warmup_ = schedule_->due_before(span.measure_us);
    if (span.end_us != far_away) part_requests_ = schedule_->due_before(span.end_us);
    if (requests_ == 0) return;
    // Of all numbers below the bound, every parts-th is this part's.
    const std::uint64_t bound =
        Schedule(options.rate, span.start_us, 0, 1, options.burst).due_before(span.measure_us) + requests_;
    part_requests_ = std::min(part_requests_, bound / parts + (part < bound % parts ? 1 : 0));
}

std::optional<Order> Supply::take(std::int64_t now_us) {
    if (!schedule_) return take_closed(now_us);
    if (is_over(now_us)) return std::nullopt;
    const std::int64_t due_us = schedule_->due_us(taken_);
    if (due_us > now_us) return std::nullopt;
    const bool is_counted = taken_ >= warmup_;
    return Order{schedule_->number_of(taken_++), due_us, is_counted};
}

std::optional<Order> Supply::take_closed(std::int64_t now_us) {
    if (now_us < span_.measure_us) {
        return Order{counter_.warmup.fetch_add(1, std::memory_order_relaxed), now_us, false};
    }
    if (is_over(now_us)) return std::nullopt;
    const std::uint64_t number = counter_.counted.fetch_add(1, std::memory_order_relaxed);
    is_over_ = requests_ != 0 && number >= requests_;
    if (is_over_) return std::nullopt;
    return Order{number, now_us, true};
}

bool Supply::is_over(std::int64_t now_us) const {
    if (!schedule_) return is_over_ || now_us >= span_.end_us;
    return taken_ >= part_requests_ || now_us - grace_us >= span_.end_us;
}

std::int64_t Supply::next_due_us() const {
    return schedule_ && taken_ < part_requests_ ? schedule_->due_us(taken_) : far_away;
}

std::uint64_t Supply::overdue(std::int64_t now_us) const {
    if (!schedule_) return 0;
    const std::uint64_t due = std::min(schedule_->due_before(now_us), part_requests_);
    const std::uint64_t first = std::max(taken_, warmup_);
    return due > first ? due - first : 0;
}

}  // namespace weir::load
