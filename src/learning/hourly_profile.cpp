// Level and profile are found in turns: the level of the week around an hour, then what each hour is beside it.
#include "learning/hourly_profile.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace weir::learning {

namespace {

constexpr int turns = 4;
/// Above the usual times this, and above what nearly all hours keep to, an hour is a burst.
constexpr double burst_factor_min = 2.0;
constexpr double burst_spreads = 3.0;
/// Of the usual hour's level: below it a ratio says nothing.
constexpr double ratio_floor = 0.02;

using Values = std::vector<double>;

double mean_of(const Values& values) noexcept {
    if (values.empty()) return 0.0;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

class Finder {
public:
    Finder(const HourlySeries& series, std::size_t period)
        : series_(series), size_(series.values.size()), level_(size_, mean_of(series.values)) {
        profile_.period = period;
        profile_.factors.assign(period, 1.0);
        profile_.calm = series.values;
    }

    HourlyProfile find() && {
        if (level_.empty() || level_.front() <= 0.0) return std::move(profile_);
        find_level();
        start_with_medians();
        for (int turn = 0; turn < turns; ++turn) {
            calm_down();
            find_level();
            find_factors();
        }
        calm_down();
        return std::move(profile_);
    }

private:
    std::size_t phase(std::size_t i, std::size_t period) const noexcept {
        const auto size = static_cast<std::int64_t>(period);
        return static_cast<std::size_t>((series_.first_hour + static_cast<std::int64_t>(i)) % size);
    }
    double usual(std::size_t i) const noexcept {
        return level_[i] * profile_.factors[phase(i, profile_.period)];
    }
    double ratio(std::size_t i) const noexcept { return profile_.calm[i] / level_[i]; }

    /// Of the week around each hour: what it was beside what the profile says. A whole week where there is one.
    void find_level() {
        Values was(size_ + 1, 0.0), said(size_ + 1, 0.0);
        for (std::size_t i = 0; i < size_; ++i) {
            was[i + 1] = was[i] + profile_.calm[i];
            said[i + 1] = said[i] + profile_.factors[phase(i, profile_.period)];
        }
        constexpr std::size_t half = hours_of_week / 2;
        const double whole = was[size_] / static_cast<double>(size_);
        for (std::size_t i = 0; i < size_; ++i) {
            const std::size_t begin = i > half ? i - half : 0, end = std::min(size_, i + half);
            const double expected = said[end] - said[begin];
            const double found = expected > 0.0 ? (was[end] - was[begin]) / expected : 0.0;
            level_[i] = std::max(found, ratio_floor * whole);
        }
    }

    /// A burst in one week of three or more does not move a median.
    void start_with_medians() {
        std::vector<Values> groups = ratios_by(profile_.period);
        for (std::size_t at = 0; at < groups.size(); ++at)
            profile_.factors[at] = groups[at].empty() ? 1.0 : quantile(groups[at], 0.5);
    }

    void calm_down() {
        Values ratios;
        for (std::size_t i = 0; i < size_; ++i) {
            if (usual(i) > ratio_floor * level_[i]) ratios.push_back(series_.values[i] / usual(i));
        }
        const double low = quantile(ratios, 0.25), high = quantile(std::move(ratios), 0.75);
        const double most = std::max(burst_factor_min, high + burst_spreads * (high - low));
        for (std::size_t i = 0; i < size_; ++i) {
            const double bound = most * std::max(usual(i), ratio_floor * level_[i]);
            profile_.calm[i] = std::min(series_.values[i], bound);
        }
    }

    std::vector<Values> ratios_by(std::size_t period) const {
        std::vector<Values> groups(period);
        for (std::size_t i = 0; i < size_; ++i) groups[phase(i, period)].push_back(ratio(i));
        return groups;
    }

    /// What an hour is expected to be before it is looked at by itself.
    Values prior() const {
        Values prior(profile_.period, 1.0);
        if (profile_.period != hours_of_week) return prior;
        const std::vector<Values> by_hour = ratios_by(hours_of_day);
        Values of_hour(hours_of_day);
        std::transform(by_hour.begin(), by_hour.end(), of_hour.begin(), mean_of);
        std::vector<double> was(7, 0.0), said(7, 0.0);
        for (std::size_t i = 0; i < size_; ++i) {
            const std::size_t day = phase(i, hours_of_week) / hours_of_day;
            was[day] += ratio(i);
            said[day] += of_hour[phase(i, hours_of_day)];
        }
        for (std::size_t at = 0; at < prior.size(); ++at) {
            const std::size_t day = at / hours_of_day;
            const double of_day = said[day] > 0.0 ? was[day] / said[day] : 1.0;
            prior[at] = of_hour[at % hours_of_day] * of_day;
        }
        return prior;
    }

    /// How much an hour's own mean counts: n / (n + k), where k is how much values of one hour differ from one
    /// another beside how much hours differ from what was expected of them.
    void find_factors() {
        const Values expected = prior();
        const std::vector<Values> groups = ratios_by(profile_.period);
        double within = 0.0, between = 0.0, freedom = 0.0, counted = 0.0, noise = 0.0;
        for (std::size_t at = 0; at < groups.size(); ++at) {
            const double mean = mean_of(groups[at]), count = static_cast<double>(groups[at].size());
            if (count < 2.0) continue;
            for (const double value : groups[at]) within += (value - mean) * (value - mean);
            freedom += count - 1.0;
            between += (mean - expected[at]) * (mean - expected[at]);
            noise += 1.0 / count;
            counted += 1.0;
        }
        const double spread = freedom > 0.0 ? within / freedom : 1.0;
        const double found = counted > 0.0 ? (between - spread * noise) / counted : 0.0;
        const double k = std::clamp(spread / std::max(found, 1e-9), 0.05, 50.0);
        double weight = 0.0;
        for (std::size_t at = 0; at < groups.size(); ++at) {
            const double count = static_cast<double>(groups[at].size());
            const double own = groups[at].empty() ? 0.0 : count / (count + k);
            profile_.factors[at] = own * mean_of(groups[at]) + (1.0 - own) * expected[at];
            if (count > 0.0) weight += own / count;
        }
        profile_.weight_of_one = weight / static_cast<double>(groups.size());
    }

    const HourlySeries& series_;
    std::size_t size_;
    Values level_;
    HourlyProfile profile_;
};

}  // namespace

HourlyProfile profile_of(const HourlySeries& series, std::size_t period) {
    return Finder(series, period).find();
}

double quantile(std::vector<double> values, double part) {
    if (values.empty()) return 0.0;
    const double at = part * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::ptrdiff_t>(at);
    std::nth_element(values.begin(), values.begin() + below, values.end());
    const double low = values[static_cast<std::size_t>(below)];
    if (static_cast<std::size_t>(below) + 1 == values.size()) return low;
    const double high = *std::min_element(values.begin() + below + 1, values.end());
    return low + (high - low) * (at - static_cast<double>(below));
}

}  // namespace weir::learning
