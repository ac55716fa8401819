// Level and profile are found in turns: the level of the week around an hour, then what each hour is beside
// it.
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
constexpr double gap_spreads = 1.5;
constexpr std::size_t gap_hours_max = 48;
/// Of the usual hour's level: below it a ratio says nothing.
constexpr double ratio_floor = 0.02;

using Values = std::vector<double>;

double mean_of(const Values& values) noexcept {
    if (values.empty()) return 0.0;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// So that hours of nothing have a logarithm, too.
constexpr double logarithm_floor = 0.05;

/// The variance of a mean's logarithm, by how values of the same hour differ.
double noise_of_logarithms(const std::vector<Values>& groups, const Values& means) noexcept {
    double squares = 0.0, freedom = 0.0, count = 0.0;
    for (std::size_t at = 0; at < groups.size(); ++at) {
        const double scale = means[at] + logarithm_floor;
        count += static_cast<double>(groups[at].size());
        if (groups[at].size() < 2) continue;
        for (const double value : groups[at])
            squares += (value - means[at]) * (value - means[at]) / (scale * scale);
        freedom += static_cast<double>(groups[at].size() - 1);
    }
    return freedom > 0.0 ? squares / freedom / (count / static_cast<double>(groups.size())) : 1.0;
}

struct Likeness {
    double weight = 0.0;  ///< from 1 down to 0
    double scale = 1.0;   ///< how much busier the one is in a usual hour
};

/// By the mean square of what the logarithms of their hours differ by, beside what chance alone makes of it.
/// Days of one shape are alike, however busy.
Likeness likeness(const double* one, const double* other, double noise) {
    Values apart(hours_of_day);
    for (std::size_t hour = 0; hour < hours_of_day; ++hour)
        apart[hour] = std::log((one[hour] + logarithm_floor) / (other[hour] + logarithm_floor));
    const double usual = quantile(apart, 0.5);
    for (double& each : apart) each = (each - usual) * (each - usual);
    // A job of a few hours makes no other day of it.
    constexpr std::ptrdiff_t left_out = 4;
    std::nth_element(apart.begin(), apart.end() - left_out, apart.end());
    const double sum = std::accumulate(apart.begin(), apart.end() - left_out, 0.0);
    const double by_chance = 2.0 * noise + 1e-4;
    const double beyond = sum / static_cast<double>(hours_of_day - left_out) / by_chance - 1.0;
    return {std::exp(-std::max(beyond, 0.0)), std::exp(usual)};
}

/// For each day the mean of all days, each as much as it is alike, and as busy as the day itself is.
Values blended_days(const Values& means, double noise) {
    Values blended(means.size(), 0.0);
    for (std::size_t day = 0; day < means.size(); day += hours_of_day) {
        double weights = 0.0;
        for (std::size_t other = 0; other < means.size(); other += hours_of_day) {
            const Likeness alike = likeness(&means[day], &means[other], noise);
            weights += alike.weight;
            for (std::size_t hour = 0; hour < hours_of_day; ++hour)
                blended[day + hour] += alike.weight * alike.scale * means[other + hour];
        }
        for (std::size_t hour = 0; hour < hours_of_day; ++hour) blended[day + hour] /= weights;
    }
    return blended;
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

    /// Of the week around each hour: what it was beside what the profile says. A whole week where there is
    /// one.
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
        if (low - gap_spreads * (high - low) > 0.0) fill_gaps();
    }

    /// Of a key that asks in every hour, hours of nothing that are over say that nobody was there to see.
    void fill_gaps() {
        for (std::size_t begin = 0; begin < size_; ++begin) {
            if (series_.values[begin] > 0.0) continue;
            std::size_t end = begin;
            while (end < size_ && series_.values[end] <= 0.0) ++end;
            if (end < size_ && end - begin <= gap_hours_max)
                for (std::size_t i = begin; i < end; ++i) profile_.calm[i] = usual(i);
            begin = end;
        }
    }

    std::vector<Values> ratios_by(std::size_t period) const {
        std::vector<Values> groups(period);
        for (std::size_t i = 0; i < size_; ++i) groups[phase(i, period)].push_back(ratio(i));
        return groups;
    }

    /// What an hour is expected to be before it is looked at by itself: what the days that are like its day
    /// were at that hour.
    Values prior(const std::vector<Values>& groups) const {
        if (profile_.period != hours_of_week) return Values(profile_.period, 1.0);
        Values means(groups.size());
        std::transform(groups.begin(), groups.end(), means.begin(), mean_of);
        return blended_days(means, noise_of_logarithms(groups, means));
    }

    /// How much an hour's own mean counts: n / (n + k), where k is how much values of one hour differ from
    /// one another beside how much hours differ from what was expected of them. Alone, where chance can't be
    /// why.
    void find_factors() {
        const std::vector<Values> groups = ratios_by(profile_.period);
        const Values expected = prior(groups);
        const double k = shrinkage(groups, expected);
        double weight = 0.0;
        for (std::size_t at = 0; at < groups.size(); ++at) {
            const double count = static_cast<double>(groups[at].size()), mean = mean_of(groups[at]);
            const bool is_its_own = is_beyond_chance(groups[at], mean, expected[at]);
            const double own = is_its_own ? 1.0 : count / (count + k);
            profile_.factors[at] = own * mean + (1.0 - own) * expected[at];
            if (count > 0.0) weight += own / count;
        }
        profile_.weight_of_one = weight / static_cast<double>(groups.size());
    }

    static double shrinkage(const std::vector<Values>& groups, const Values& expected) {
        double within = 0.0, between = 0.0, freedom = 0.0, counted = 0.0, noise = 0.0;
        for (std::size_t at = 0; at < groups.size(); ++at) {
            const double mean = mean_of(groups[at]), count = static_cast<double>(groups[at].size());
            if (count < 2.0 || is_beyond_chance(groups[at], mean, expected[at])) continue;
            for (const double value : groups[at]) within += (value - mean) * (value - mean);
            freedom += count - 1.0;
            between += (mean - expected[at]) * (mean - expected[at]);
            noise += 1.0 / count;
            counted += 1.0;
        }
        const double spread = freedom > 0.0 ? within / freedom : 1.0;
        const double found = counted > 0.0 ? (between - spread * noise) / counted : 0.0;
        return std::clamp(spread / std::max(found, 1e-9), 0.05, 50.0);
    }

    /// Three values or more, all of them on one side and far away.
    static bool is_beyond_chance(const Values& values, double mean, double expected) {
        if (values.size() < 3) return false;
        double squares = 0.0;
        for (const double value : values) squares += (value - mean) * (value - mean);
        const auto count = static_cast<double>(values.size());
        const double variance = squares / (count - 1.0) / count + 1e-4;
        return (mean - expected) * (mean - expected) > 36.0 * variance;
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
