// A profile times a level: the level is smoothed exponentially, over what was beside what the profile says.
#include "learning/forecast.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace weir::learning {

namespace {

constexpr std::size_t average_from = 3;
constexpr std::size_t hour_of_day_from = 2 * hours_of_day;
constexpr std::size_t hour_of_week_from = 8 * hours_of_day;
/// How soon a level forgets: the one that would have foretold this history best is taken.
constexpr std::array<double, 5> half_lives_h{6.0, 16.0, 40.0, 96.0, 240.0};
/// How far ahead a half-life is judged, and the band is measured.
constexpr std::size_t judged_ahead = 12;
/// A trend is followed for about two days, then no further.
constexpr double trend_damping = 0.98;
constexpr double trend_max = 0.5 / static_cast<double>(hours_of_week);  // of a logarithm, an hour
/// Hours count alike for the level, by what they were beside what was said of them: a job of three hours a
/// week does not outweigh the days. Those that are quieter than this beside a level of 1 count less, for
/// there chance says most.
constexpr double quiet = 0.3;
/// Of the mean: what the band of a quiet hour is made of.
constexpr double band_floor = 0.05;
/// How much wider the band of a history of one season is than what it shows: it has not shown all.
constexpr double surprises = 0.4;

using Values = std::vector<double>;

class Forecaster {
public:
    Forecaster(const HourlySeries& past, std::size_t period)
        : past_(past), size_(past.values.size()), profile_(profile_of(past, period)) {
        for (std::size_t i = 0; i < size_; ++i) said_.push_back(profile_.at(hour(i)));
        find_trend();
        choose_level();
        find_momentum();
        find_band();
    }

    ForecastHour at(std::size_t ahead) const {
        const auto steps = static_cast<double>(ahead + 1);
        const double grown =
            growth_ * trend_damping * (1.0 - std::pow(trend_damping, steps)) / (1.0 - trend_damping);
        const double lagged = growth_ * mean_age_;
        const double moved = 1.0 + momentum_ * std::pow(persistence_, steps);
        ForecastHour told{.hour = hour(size_ + ahead)};
        told.expected = level_ * std::exp(grown + lagged) * moved * profile_.at(told.hour);
        told.low = std::max(0.0, told.expected + low_ * (told.expected + floor_));
        told.high = told.expected + high_ * (told.expected + floor_);
        return told;
    }

private:
    std::int64_t hour(std::size_t i) const noexcept {
        return past_.first_hour + static_cast<std::int64_t>(i);
    }

    /// The level as it was known after each hour, the last one at the end.
    Values levels_with(double half_life_h) const {
        const double kept = std::exp2(-1.0 / half_life_h);
        // What was before the first hour is taken to have been as the first days were.
        const std::size_t first_days = std::min(size_, 3 * hours_of_day);
        double was = 0.0, said = 0.0;
        for (std::size_t i = 0; i < first_days; ++i) {
            was += profile_.calm[i];
            said += said_[i];
        }
        double level = said > 0.0 ? was / said : 0.0;
        const double weight = half_life_h / 4.0;
        was = level * weight;
        said = weight;
        Values levels(size_);
        for (std::size_t i = 0; i < size_; ++i) {
            const double weight_of_hour = 1.0 / std::max(said_[i], quiet);
            was = kept * was + profile_.calm[i] * weight_of_hour;
            said = kept * said + said_[i] * weight_of_hour;
            if (said > 1e-9) level = was / said;
            levels[i] = level;
        }
        return levels;
    }

    void choose_level() {
        double best = std::numeric_limits<double>::infinity();
        for (const double half_life_h : half_lives_h) {
            Values levels = levels_with(half_life_h);
            const double mean_age = std::min(half_life_h / std::log(2.0), static_cast<double>(size_) / 2.0);
            const double grown = std::exp(growth_ * (mean_age + static_cast<double>(judged_ahead)));
            double error = 0.0;
            for (std::size_t i = judged_from(); i < size_; ++i)
                error += std::abs(profile_.calm[i] - levels[i - judged_ahead] * grown * said_[i]);
            if (error >= best) continue;
            best = error;
            mean_age_ = mean_age;
            level_ = levels.back();
            levels_ = std::move(levels);
        }
    }

    /// The oldest part of the history has shaped the level's start.
    std::size_t judged_from() const noexcept { return std::min(size_, std::max(judged_ahead, size_ / 4)); }

    /// From week to week, as far as the weeks agree on it.
    void find_trend() {
        const std::size_t weeks = size_ / hours_of_week;
        if (weeks < 2) return;
        Values logarithms;
        for (std::size_t week = 0; week < weeks; ++week) {
            double was = 0.0, said = 0.0;
            for (std::size_t i = size_ - (week + 1) * hours_of_week; i < size_ - week * hours_of_week; ++i) {
                was += profile_.calm[i];
                said += said_[i];
            }
            if (was <= 0.0 || said <= 0.0) break;
            logarithms.push_back(std::log(was / said));
        }
        if (logarithms.size() < 2) return;
        double sum = 0.0, squares = 0.0;
        const auto steps = static_cast<double>(logarithms.size() - 1);
        for (std::size_t i = 0; i + 1 < logarithms.size(); ++i) {
            const double step = logarithms[i] - logarithms[i + 1];
            sum += step;
            squares += step * step;
        }
        const double mean = sum / steps;
        // Two weeks say little of how much weeks differ by chance.
        constexpr double chance = 0.05;
        const double variance = std::max(squares / steps - mean * mean, 0.0) + chance * chance;
        const double trusted = mean * mean / (mean * mean + variance / steps);
        growth_ = std::clamp(trusted * mean / static_cast<double>(hours_of_week), -trend_max, trend_max);
    }

    /// How far the last hour is from what was said of it, and how long that lasts.
    void find_momentum() {
        Values off;
        for (std::size_t i = judged_from(); i < size_; ++i) {
            const double said = levels_[i] * said_[i];
            off.push_back(said > 0.0 ? std::clamp(profile_.calm[i] / said - 1.0, -1.0, 1.0) : 0.0);
        }
        if (off.size() < hours_of_day) return;
        double together = 0.0, alone = 0.0;
        for (std::size_t i = 1; i < off.size(); ++i) {
            together += off[i] * off[i - 1];
            alone += off[i - 1] * off[i - 1];
        }
        persistence_ = alone > 0.0 ? std::clamp(together / alone, 0.0, 0.95) : 0.0;
        momentum_ = off.back();
    }

    /// By what was off when this history was foretold half a day before. A profile that has seen an hour says
    /// less wrong of it than of one that it has not.
    void find_band() {
        double sum = 0.0;
        for (const double value : profile_.calm) sum += value;
        floor_ = std::max(band_floor * sum / static_cast<double>(size_), 1e-9);
        Values off;
        for (std::size_t i = judged_from(); i < size_; ++i) {
            const double said = levels_[i - judged_ahead] * said_[i];
            off.push_back((past_.values[i] - said) / (said + floor_));
        }
        if (off.empty()) off = {-1.0, 1.0};
        const double season = static_cast<double>(std::max(profile_.period, hours_of_day));
        const double seasons = std::max(static_cast<double>(size_) / season, 0.5);
        const double widened = (1.0 + surprises / seasons) / std::max(1.0 - profile_.weight_of_one, 0.5);
        low_ = std::min(quantile(off, (1.0 - band_part) / 2.0) * widened, 0.0);
        high_ = std::max(quantile(std::move(off), (1.0 + band_part) / 2.0) * widened, 0.0);
    }

    const HourlySeries& past_;
    std::size_t size_;
    HourlyProfile profile_;
    Values said_;    ///< by the profile, of a level of 1
    Values levels_;  ///< with the half-life that was chosen
    double level_ = 0.0;
    double mean_age_ = 0.0;     ///< of what the level is made of, in hours
    double growth_ = 0.0;       ///< of the level's logarithm, an hour
    double momentum_ = 0.0;     ///< what the last hour was off by, as a part of it
    double persistence_ = 0.0;  ///< what is left of it after an hour
    double low_ = 0.0, high_ = 0.0, floor_ = 0.0;
};

ForecastBasis basis_of(std::size_t hours) noexcept {
    if (hours >= hour_of_week_from) return ForecastBasis::hour_of_week;
    if (hours >= hour_of_day_from) return ForecastBasis::hour_of_day;
    return hours >= average_from ? ForecastBasis::average : ForecastBasis::none;
}

std::size_t period_of(ForecastBasis basis) noexcept {
    if (basis == ForecastBasis::hour_of_week) return hours_of_week;
    return basis == ForecastBasis::hour_of_day ? hours_of_day : 1;
}

}  // namespace

std::string_view to_string(ForecastBasis basis) noexcept {
    switch (basis) {
        case ForecastBasis::average:
            return "average";
        case ForecastBasis::hour_of_day:
            return "hour_of_day";
        case ForecastBasis::hour_of_week:
            return "hour_of_week";
        default:
            return "none";
    }
}

Forecast forecast(const HourlySeries& past, std::size_t hours_ahead) {
    Forecast told{.basis = basis_of(past.values.size()), .hours = {}};
    if (told.basis == ForecastBasis::none) return told;
    const Forecaster forecaster(past, period_of(told.basis));
    for (std::size_t ahead = 0; ahead < hours_ahead; ++ahead) told.hours.push_back(forecaster.at(ahead));
    return told;
}

}  // namespace weir::learning
