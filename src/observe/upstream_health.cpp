// Counts are looked at once a second: an answer within that second ends a row of failures.
#include "observe/upstream_health.hpp"

namespace weir::observe {

namespace {
constexpr std::uint64_t failures_in_row_max = 5;
constexpr std::int64_t window_us = 10'000'000;
}  // namespace

void UpstreamHealth::update(std::uint64_t answers, std::uint64_t errors, std::int64_t now_us) {
    const Sample last = samples_.empty() ? Sample{.at_us = now_us} : samples_.back();
    samples_.push_back({.at_us = now_us, .answers = answers, .errors = errors});
    while (samples_.size() > 2 && samples_[1].at_us <= now_us - window_us) samples_.pop_front();
    if (answers > last.answers) {
        failed_in_row_ = 0;
        if (!healthy_) since_us_ = now_us;
        healthy_ = true;
        return;
    }
    if (errors <= last.errors) return;
    if (failed_in_row_ == 0) failing_since_us_ = now_us;
    failed_in_row_ += errors - last.errors;
    const bool none_answered =
        samples_.front().answers == answers && now_us - samples_.front().at_us >= window_us;
    if (!healthy_ || (failed_in_row_ < failures_in_row_max && !none_answered)) return;
    healthy_ = false;
    since_us_ = failing_since_us_;
}

}  // namespace weir::observe
