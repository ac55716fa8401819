// A part of the processor's time between two looks is put aside for shedding, up to a bound.
#include "proxy/overload.hpp"

#include <algorithm>

namespace weir::proxy {

namespace {
constexpr std::int64_t interval_us = 100'000;
// A tenth of the time, so that nine tenths of what the thread can do are done, whatever comes.
constexpr std::int64_t shedding_divisor = 10;
constexpr std::int64_t shedding_at_once_us = 5'000;
constexpr std::int64_t quiet_us = 5'000'000;
}  // namespace

void Overload::look(std::int64_t now_us, std::int64_t longest_us, std::int64_t cpu_us) noexcept {
    const std::int64_t worked_us = cpu_us - cpu_us_;
    cpu_us_ = cpu_us;
    if (queue_us_ == 0) return rest();
    if (longest_us < queue_us_) {
        too_long_since_us_ = 0;
    } else if (too_long_since_us_ == 0) {
        too_long_since_us_ = now_us;
    } else if (now_us - too_long_since_us_ >= interval_us) {
        is_overloaded_ = true;
    }
    if (!is_overloaded_) return;
    shedding_left_us_ = std::min(shedding_left_us_ + worked_us / shedding_divisor, shedding_at_once_us);
}

void Overload::rest() noexcept {
    too_long_since_us_ = 0;
    shedding_left_us_ = 0;
    is_overloaded_ = false;
}

void Overload::note_shed(std::int64_t cpu_us) noexcept {
    ++shed_;
    shedding_left_us_ -= cpu_us;
}

Overload::News Overload::news(std::int64_t now_us) noexcept {
    const bool has_shed = shed_ > seen_shed_;
    if (has_shed) {
        seen_shed_ = shed_;
        last_seen_us_ = now_us;
    }
    if (has_shed && !is_told_) {
        is_told_ = true;
        began_us_ = now_us;
        return {.what = News::What::begun};
    }
    if (!is_told_ || now_us - last_seen_us_ < quiet_us) return {};
    const News ended{.what = News::What::ended, .shed = shed_, .lasted_us = last_seen_us_ - began_us_};
    is_told_ = false;
    shed_ = seen_shed_ = 0;
    return ended;
}

}  // namespace weir::proxy
