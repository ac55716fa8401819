// What is used at a later time: what came in before and has not slid out by then, and what comes in until
// then and has not slid out either.
#include "learning/limit_projection.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace weir::learning {

namespace {

constexpr std::int64_t hour_us = 3'600'000'000;
constexpr std::int64_t step_us = 5 * 60'000'000LL;

/// What came in from the series' beginning up to any time, hours being spread evenly.
class Course {
public:
    Course(std::int64_t first_hour, const std::vector<double>& hours, std::int64_t begin_us,
           std::int64_t end_us)
        : first_us_(first_hour * hour_us), begin_us_(begin_us), end_us_(end_us), sums_{0.0} {
        for (const double value : hours) sums_.push_back(sums_.back() + value);
    }

    double between(std::int64_t from_us, std::int64_t to_us) const noexcept {
        return to_us <= from_us ? 0.0 : until(to_us) - until(from_us);
    }

private:
    double until(std::int64_t time_us) const noexcept {
        const std::int64_t at_us = std::clamp(time_us, begin_us_, end_us_);
        if (at_us <= first_us_) return 0.0;
        const auto hour = static_cast<std::size_t>((at_us - first_us_) / hour_us);
        if (hour + 1 >= sums_.size()) return sums_.back();
        const std::int64_t hour_begins_us = first_us_ + static_cast<std::int64_t>(hour) * hour_us;
        // The hour that has begun is as long as it has gone.
        const std::int64_t length_us = std::min(hour_us, end_us_ - hour_begins_us);
        if (length_us <= 0) return sums_[hour];
        const double part = static_cast<double>(at_us - hour_begins_us) / static_cast<double>(length_us);
        return sums_[hour] + std::min(part, 1.0) * (sums_[hour + 1] - sums_[hour]);
    }

    std::int64_t first_us_;
    std::int64_t begin_us_;
    std::int64_t end_us_;
    std::vector<double> sums_;
};

class Projection {
public:
    Projection(const WindowNow& window, const HourlySeries& past, const Forecast& told)
        : window_(window),
          past_(past.first_hour, past.values, past.first_hour * hour_us, window.now_us),
          coming_(told.hours.front().hour, expected(told), window.now_us, end_of(told)) {
        held_ = past_.between(window.now_us - window.window_us, window.now_us);
        charge_ = held_ > 0.0 ? std::clamp(window.used / held_, window.charge_min, 1.0) : 1.0;
    }

    double used_at(std::int64_t time_us) const noexcept {
        const std::int64_t begins_us = time_us - window_.window_us;
        const double came = charge_ * coming_.between(std::max(begins_us, window_.now_us), time_us);
        return window_.used * part_left(begins_us) + came;
    }

private:
    static std::vector<double> expected(const Forecast& told) {
        std::vector<double> values;
        for (const ForecastHour& hour : told.hours) values.push_back(hour.expected);
        return values;
    }
    static std::int64_t end_of(const Forecast& told) noexcept {
        return (told.hours.back().hour + 1) * hour_us;
    }

    /// Of what the window holds now, once it begins then.
    double part_left(std::int64_t begins_us) const noexcept {
        if (begins_us >= window_.now_us) return 0.0;
        if (held_ > 0.0) return past_.between(begins_us, window_.now_us) / held_;
        return static_cast<double>(window_.now_us - begins_us) / static_cast<double>(window_.window_us);
    }

    const WindowNow& window_;
    Course past_;
    Course coming_;
    double held_ = 0.0;
    double charge_ = 1.0;
};

}  // namespace

std::int64_t projected_us(std::int64_t window_us) noexcept {
    return std::min<std::int64_t>(window_us, static_cast<std::int64_t>(hours_of_week) * hour_us);
}

std::optional<std::int64_t> limit_reached_at_us(const WindowNow& window, const HourlySeries& past,
                                                const Forecast& told) {
    if (window.used >= window.limit) return window.now_us;
    if (told.hours.empty()) return std::nullopt;
    const Projection projection(window, past, told);
    const std::int64_t end_us = window.now_us + projected_us(window.window_us);
    double before = window.used;
    for (std::int64_t time_us = window.now_us + step_us; time_us <= end_us; time_us += step_us) {
        const double used = projection.used_at(time_us);
        if (used >= window.limit) {
            const double part = used > before ? (window.limit - before) / (used - before) : 1.0;
            return time_us - step_us + static_cast<std::int64_t>(part * static_cast<double>(step_us));
        }
        before = used;
    }
    return std::nullopt;
}

}  // namespace weir::learning
