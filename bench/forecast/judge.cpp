// Foretells the last week of invented histories, a day at a time, and says how far off that was: weir's
// forecast, what was at the same hour a week before, and the plain average.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <string_view>

#include "learning/forecast.hpp"
#include "traces.hpp"

namespace weir::forecast_judge {

namespace {

constexpr std::size_t week = 168;
constexpr std::size_t trace_hours = 6 * week;
constexpr std::size_t ahead = 24;
constexpr std::size_t step = 6;
constexpr std::uint32_t seeds = 40;
constexpr double bar = 0.8;
constexpr std::int64_t monday = 96;  // 1970-01-05, in hours

struct Errors {
    double weir = 0.0, last_week = 0.0, average = 0.0;
    double within = 0.0, judged = 0.0, judged_by_week = 0.0;

    double ratio() const { return weir / judged / (last_week / judged_by_week); }
};

void judge_from(const Trace& trace, std::size_t origin, std::size_t history, Errors& errors) {
    const std::size_t begin = origin - history;
    learning::HourlySeries past{monday + static_cast<std::int64_t>(begin), {}};
    past.values.assign(trace.values.begin() + static_cast<std::ptrdiff_t>(begin),
                       trace.values.begin() + static_cast<std::ptrdiff_t>(origin));
    const double average =
        std::accumulate(past.values.begin(), past.values.end(), 0.0) / static_cast<double>(history);
    const learning::Forecast told = learning::forecast(past, ahead);
    for (std::size_t i = 0; i < ahead; ++i) {
        if (!trace.was_watched[origin + i]) continue;
        const double was = trace.values[origin + i];
        const learning::ForecastHour& hour = told.hours.at(i);
        errors.weir += std::abs(was - hour.expected);
        errors.average += std::abs(was - average);
        errors.within += was >= std::floor(hour.low) && was <= std::ceil(hour.high) ? 1.0 : 0.0;
        errors.judged += 1.0;
        if (history < week) continue;
        errors.last_week += std::abs(was - trace.values[origin + i - week]);
        errors.judged_by_week += 1.0;
    }
}

Errors judge(const Kind& kind) {
    Errors errors;
    for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
        const Trace trace = kind.make(seed, trace_hours);
        for (std::size_t origin = trace_hours - week; origin + ahead <= trace_hours; origin += step)
            judge_from(trace, origin, kind.history, errors);
    }
    return errors;
}

std::string number(double value, int places) {
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "%.*f", places, value);
    return text.data();
}

int run() {
    std::printf("| trace | weir | same hour last week | average | weir / last week | within the band |\n");
    std::printf("|---|---|---|---|---|---|\n");
    bool is_met = true;
    for (const Kind& kind : kinds()) {
        const Errors errors = judge(kind);
        const bool has_week = errors.judged_by_week > 0.0;
        const std::string of_week = has_week ? number(errors.last_week / errors.judged_by_week, 2) : "none";
        const std::string ratio = has_week ? number(errors.ratio(), 2) : "";
        std::printf("| %s | %s | %s | %s | %s | %s %% |\n", std::string(kind.name).c_str(),
                    number(errors.weir / errors.judged, 2).c_str(), of_week.c_str(),
                    number(errors.average / errors.judged, 2).c_str(), ratio.c_str(),
                    number(100.0 * errors.within / errors.judged, 0).c_str());
        if (kind.is_seasonal && errors.ratio() > bar) is_met = false;
    }
    std::printf(
        "\nThe bar, at most %.1f times the error of last week's same hour on each trace with a season: %s\n",
        bar, is_met ? "met" : "not met");
    return is_met ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

}  // namespace weir::forecast_judge

int main() {
    return weir::forecast_judge::run();
}
