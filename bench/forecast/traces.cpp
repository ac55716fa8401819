// A shape by hour of the week, times a level, times noise. The generator is written out, for those of the
// standard library differ from one to the next.
#include "traces.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace weir::forecast_judge {

namespace {

constexpr double requests_per_hour = 400.0;

/// splitmix64 (https://prng.di.unimi.it/splitmix64.c), and what is drawn from it.
class Random {
public:
    /// Each seed begins somewhere else in the one sequence that there is.
    explicit Random(std::uint32_t seed) : state_(mixed(mixed(seed))) {}
    double uniform() { return static_cast<double>(mixed(state_ += step) >> 11U) * 0x1.0p-53; }
    double normal() {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
        return radius * std::cos(2.0 * std::numbers::pi * uniform());
    }
    /// Around 1, by about so much.
    double around_one(double spread) { return std::exp(spread * normal() - spread * spread / 2.0); }
    double count(double mean) {
        if (mean > 50.0) return std::max(0.0, std::round(mean + std::sqrt(mean) * normal()));
        const double end = std::exp(-mean);
        double count = -1.0, product = 1.0;
        do {
            product *= uniform();
            ++count;
        } while (product > end);
        return count;
    }

private:
    static constexpr std::uint64_t step = 0x9e3779b97f4a7c15ULL;
    static std::uint64_t mixed(std::uint64_t z) {
        z += step;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31U);
    }

    std::uint64_t state_;
};

/// Office hours with a dip at noon, and little at night.
double of_day(std::size_t hour) {
    const double at = static_cast<double>(hour % 24);
    const double morning = std::exp(-0.5 * std::pow((at - 10.5) / 2.0, 2.0));
    const double afternoon = std::exp(-0.5 * std::pow((at - 15.5) / 2.3, 2.0));
    return 0.08 + 1.6 * morning + 1.8 * afternoon;
}

/// Weekends are quiet, flat and late.
double of_week(std::size_t hour) {
    const std::size_t day = hour / 24 % 7;
    if (day < 5) return of_day(hour) * (day == 4 ? 0.8 : 1.0);
    return 0.12 + 0.15 * std::exp(-0.5 * std::pow((static_cast<double>(hour % 24) - 19.0) / 3.0, 2.0));
}

using Mean = std::function<double(std::size_t hour)>;

Trace noisy(Random& random, std::size_t hours, double spread, const Mean& mean) {
    Trace trace{std::vector<double>(hours), std::vector<bool>(hours, true)};
    for (std::size_t hour = 0; hour < hours; ++hour)
        trace.values[hour] = random.count(mean(hour) * random.around_one(spread));
    return trace;
}

Trace daily(std::uint32_t seed, std::size_t hours) {
    Random random(seed);
    return noisy(random, hours, 0.25, [](std::size_t hour) { return requests_per_hour * of_day(hour); });
}

Trace weekly(std::uint32_t seed, std::size_t hours) {
    Random random(seed);
    return noisy(random, hours, 0.25, [](std::size_t hour) { return requests_per_hour * of_week(hour); });
}

Trace growing(std::uint32_t seed, std::size_t hours) {
    Random random(seed);
    return noisy(random, hours, 0.25, [](std::size_t hour) {
        return requests_per_hour * of_week(hour) * std::pow(1.1, static_cast<double>(hour) / 168.0);
    });
}

Trace with_bursts(std::uint32_t seed, std::size_t hours) {
    Trace trace = weekly(seed, hours);
    Random random(seed + 1000);
    for (double& value : trace.values) {
        if (random.uniform() < 0.02) value = std::round(value * (4.0 + 8.0 * random.uniform()));
    }
    return trace;
}

Trace drifting(std::uint32_t seed, std::size_t hours) {
    Random random(seed), of_drift(seed + 2000);
    double drift = 0.0;
    return noisy(random, hours, 0.15, [&](std::size_t hour) {
        drift = 0.97 * drift + 0.08 * of_drift.normal();
        return requests_per_hour * of_week(hour) * std::exp(drift);
    });
}

Trace weekly_job(std::uint32_t seed, std::size_t hours) {
    Random random(seed);
    return noisy(random, hours, 0.25, [](std::size_t hour) {
        const std::size_t of = hour % 168;
        return requests_per_hour * (of_week(hour) + (of >= 26 && of < 29 ? 6.0 : 0.0));
    });
}

Trace with_gaps(std::uint32_t seed, std::size_t hours) {
    Trace trace = weekly(seed, hours);
    Random random(seed + 3000);
    for (const std::size_t length : {3, 5, 9, 26, 4}) {
        const auto begin = static_cast<std::size_t>(random.uniform() * static_cast<double>(hours - length));
        for (std::size_t hour = begin; hour < begin + length; ++hour) {
            trace.values[hour] = 0.0;
            trace.was_watched[hour] = false;
        }
    }
    return trace;
}

Trace sparse(std::uint32_t seed, std::size_t hours) {
    Random random(seed);
    return noisy(random, hours, 0.25, [](std::size_t hour) { return 3.0 * of_week(hour); });
}

Trace flat(std::uint32_t seed, std::size_t hours) {
    Random random(seed);
    return noisy(random, hours, 0.4, [](std::size_t) { return requests_per_hour; });
}

Trace doubled(std::uint32_t seed, std::size_t hours) {
    Random random(seed);
    return noisy(random, hours, 0.25, [hours](std::size_t hour) {
        return requests_per_hour * of_week(hour) * (hour + 264 > hours ? 2.0 : 1.0);
    });
}

}  // namespace

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all{
        {"daily", "the same curve every day", daily, true},
        {"weekly", "office days and quiet weekends", weekly, true},
        {"weekly, growing", "the same, a tenth more every week", growing, true},
        {"weekly, bursts", "the same, every fiftieth hour 4 to 12 times as much", with_bursts, true},
        {"weekly, drifting", "the same, with a level that wanders from day to day", drifting, true},
        {"weekly job", "the same, and three hours each Tuesday night with three times as much as any other",
         weekly_job, true},
        {"weekly, gaps", "the same, and weir was down five times, once for 26 hours", with_gaps, true},
        {"weekly, sparse", "the same of three requests an hour", sparse, true},
        {"flat", "noise alone", flat, false},
        {"doubled", "twice as much since four to eleven days", doubled, false},
        {"new, 12 hours", "`weekly` of a key that is 12 hours old", weekly, false, 12},
        {"new, 3 days", "of 3 days", weekly, false, 72},
        {"new, 10 days", "of 10 days", weekly, false, 240},
    };
    return all;
}

}  // namespace weir::forecast_judge
