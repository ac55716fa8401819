// A circuit breaker whose time grows: a few numbers, from which the state follows.
#include "proxy/upstream_health.hpp"

#include <algorithm>

namespace weir::proxy {

UpstreamHealth::State UpstreamHealth::state(std::int64_t now_us) const noexcept {
    if (ejections_in_row_ == 0) return State::well;
    if (now_us < ejected_until_us_) return State::ejected;
    return now_us < probe_until_us_ ? State::probing : State::half_open;
}

bool UpstreamHealth::may_ask(std::int64_t now_us) const noexcept {
    const State now = state(now_us);
    return now == State::well || now == State::half_open;
}

UpstreamHealth::Ask UpstreamHealth::begin(std::int64_t now_us) noexcept {
    Ask ask{.period = period_};
    if (state(now_us) == State::half_open) {
        // 0 means none, also after four thousand million of them.
        if (++probes_ == 0) probes_ = 1;
        ask.probe = probes_;
        probe_until_us_ = now_us + probe_us_max;
    }
    return ask;
}

void UpstreamHealth::note_success(Ask ask) noexcept {
    if (ask.period != period_) return;
    failures_in_row_ = 0;
    if (ejections_in_row_ == 0) return;
    ++period_;
    ejections_in_row_ = 0;
    ejected_until_us_ = 0;
    probe_until_us_ = 0;
}

void UpstreamHealth::note_failure(Ask ask, std::int64_t now_us, double jitter) noexcept {
    if (ask.period != period_) return;
    const bool is_well = ejections_in_row_ == 0;
    const bool is_enough = is_well ? ++failures_in_row_ >= failures_max : ask.probe != 0;
    if (is_enough) eject(now_us, jitter);
}

void UpstreamHealth::note_abandoned(Ask ask) noexcept {
    if (ask.period == period_ && ask.probe != 0 && ask.probe == probes_) probe_until_us_ = 0;
}

void UpstreamHealth::eject(std::int64_t now_us, double jitter) noexcept {
    // Doubled so often, it has long reached its bound.
    constexpr std::uint32_t doublings_max = 16;
    const std::int64_t grown_us = ejected_us_min << std::min(ejections_in_row_, doublings_max);
    const auto time_us = static_cast<double>(std::min(grown_us, ejected_us_max));
    // Written so that what is no number counts as 0.
    const double share = jitter > 0.0 ? std::min(jitter, 1.0) : 0.0;
    const double factor = 1.0 - jitter_share + 2.0 * jitter_share * share;
    ejected_until_us_ = now_us + static_cast<std::int64_t>(time_us * factor);
    probe_until_us_ = 0;
    failures_in_row_ = 0;
    ++ejections_in_row_;
    ++period_;
}

}  // namespace weir::proxy
