// A part of the processor's time between two looks is saved up for shedding, up to a bound.
#include "proxy/overload.hpp"

#include <algorithm>

namespace weir::proxy {

namespace {
constexpr std::int64_t interval_us = 100'000;
constexpr std::int64_t shedding_divisor = 20;
// About as long as serving takes meanwhile, so that even at first half of the time goes there.
constexpr std::int64_t shedding_at_once_us = 1'000;
constexpr std::int64_t quiet_us = 5'000'000;
constexpr std::int64_t turns_per_return = 40;
constexpr std::int64_t return_us_min = 1'000'000;
constexpr std::int64_t return_us_max = 59'000'000;
}  // namespace

void Overload::look(std::int64_t now_us, std::int64_t longest_us, std::int64_t cpu_us) noexcept {
    const std::int64_t worked_us = cpu_us - cpu_us_;
    cpu_us_ = cpu_us;
    shedding_left_us_ = std::min(shedding_left_us_ + worked_us / shedding_divisor, shedding_saved_us_max);
    look_left_us_ = shedding_at_once_us;
    if (queue_us_ == 0) return rest();
    if (turns_since_us_ == 0) turns_since_us_ = now_us;
    if (now_us - turns_since_us_ >= interval_us && turns_ > 0) {
        turn_us_ = std::min((now_us - turns_since_us_) / turns_, interval_us);
        turns_since_us_ = now_us;
        turns_ = 0;
    }
    if (longest_us < queue_us_) {
        too_long_since_us_ = 0;
    } else if (too_long_since_us_ == 0) {
        too_long_since_us_ = now_us;
    } else if (now_us - too_long_since_us_ >= interval_us) {
        is_overloaded_ = true;
    }
}

void Overload::rest() noexcept {
    too_long_since_us_ = 0;
    turns_ = turns_since_us_ = 0;
    is_overloaded_ = false;
}

void Overload::note_shed(std::int64_t cpu_us) noexcept {
    ++shed_;
    shedding_left_us_ -= cpu_us;
    look_left_us_ -= cpu_us;
}

std::int64_t Overload::retry_after_us(std::int64_t now_us) noexcept {
    last_return_us_ = std::max(last_return_us_, now_us + return_us_min) + turns_per_return * turn_us_;
    if (last_return_us_ - now_us > return_us_max) last_return_us_ = now_us + return_us_min;
    return last_return_us_ - now_us;
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
