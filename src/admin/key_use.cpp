// Hours that are not kept are hours of nothing, from the first one on.
#include "admin/key_use.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "learning/recommended_limit.hpp"
#include "text/durations.hpp"

namespace weir::admin {

namespace {

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t day_us = 86'400'000'000;

std::int64_t amount_of(const usage::Amounts& amounts, Dimension dimension) noexcept {
    switch (dimension) {
        case Dimension::requests:
            return amounts.requests - amounts.refused;
        case Dimension::input_tokens:
            return amounts.input_tokens;
        case Dimension::output_tokens:
            return amounts.output_tokens;
        default:
            return amounts.input_tokens + amounts.output_tokens;
    }
}

std::int64_t peak_of(const usage::Peaks& peaks, Dimension dimension) noexcept {
    switch (dimension) {
        case Dimension::requests:
            return peaks.requests;
        case Dimension::input_tokens:
            return peaks.input_tokens;
        case Dimension::output_tokens:
            return peaks.output_tokens;
        default:
            return peaks.total_tokens;
    }
}

Json row_json(const std::string& key, Dimension dimension, std::int64_t window_us, const Json& limit,
              const learning::RecommendedLimit& found, double refused_part) {
    return {{"key", key},
            {"dimension", to_string(dimension)},
            {"window", text::window_text(window_us)},
            {"limit", limit},
            {"p99", found.has_history ? Json(found.p99) : Json()},
            {"recommended", found.has_history ? Json(found.limit) : Json()},
            {"hours", found.hours},
            {"hours_needed", found.hours_needed},
            {"refused_part", refused_part}};
}

}  // namespace

KeyUse::KeyUse(std::vector<usage::KeyHour> hours, std::int64_t now_us)
    : hours_(std::move(hours)), now_hour_(now_us / usage::hour_us) {
    std::erase_if(hours_, [this](const usage::KeyHour& hour) { return hour.hour > now_hour_; });
}

learning::HourlySeries KeyUse::hours_so_far(Dimension dimension) const {
    const std::int64_t first = hours_.empty() ? now_hour_ : hours_.front().hour;
    learning::HourlySeries series{first,
                                  std::vector<double>(static_cast<std::size_t>(now_hour_ - first + 1))};
    for (const usage::KeyHour& hour : hours_) {
        const std::int64_t amount = std::max<std::int64_t>(amount_of(hour.amounts, dimension), 0);
        series.values[static_cast<std::size_t>(hour.hour - first)] = static_cast<double>(amount);
    }
    return series;
}

learning::HourlySeries KeyUse::whole_hours(Dimension dimension) const {
    learning::HourlySeries series = hours_so_far(dimension);
    series.values.pop_back();
    return series;
}

std::vector<double> KeyUse::peaks(Dimension dimension) const {
    std::vector<double> peaks;
    for (const usage::KeyHour& hour : hours_) {
        if (hour.amounts.peaks.requests > 0)
            peaks.push_back(static_cast<double>(peak_of(hour.amounts.peaks, dimension)));
    }
    return peaks;
}

double KeyUse::refused_part() const noexcept {
    double refused = 0.0, requests = 0.0;
    for (const usage::KeyHour& hour : hours_) {
        refused += static_cast<double>(hour.amounts.refused);
        requests += static_cast<double>(hour.amounts.requests);
    }
    return requests > 0.0 ? refused / requests : 0.0;
}

Json KeyUse::history_json(std::int64_t count) const {
    Json history = Json::array();
    auto known = hours_.begin();
    for (std::int64_t hour = now_hour_ - count + 1; hour <= now_hour_; ++hour) {
        while (known != hours_.end() && known->hour < hour) ++known;
        const bool is_known = known != hours_.end() && known->hour == hour;
        const usage::Amounts amounts = is_known ? known->amounts : usage::Amounts{};
        history.push_back({{"hour", time_json(hour * usage::hour_us)},
                           {"requests", amounts.requests - amounts.refused},
                           {"refused", amounts.refused},
                           {"input_tokens", amounts.input_tokens},
                           {"output_tokens", amounts.output_tokens}});
    }
    return history;
}

Json recommended_json(const std::string& key, const KeyUse& use, const std::vector<OwnLimit>& limits) {
    Json rows = Json::array();
    for (const std::int64_t window_us : {minute_us, day_us}) {
        for (const Dimension dimension : {Dimension::requests, Dimension::input_tokens,
                                          Dimension::output_tokens, Dimension::total_tokens}) {
            const auto own = std::find_if(limits.begin(), limits.end(), [&](const OwnLimit& each) {
                return each.dimension == dimension && each.window_us == window_us;
            });
            if (dimension == Dimension::total_tokens && own == limits.end()) continue;
            const learning::RecommendedLimit found =
                window_us == minute_us ? learning::recommend_for_minute(use.peaks(dimension))
                                       : learning::recommend_for_day(use.whole_hours(dimension));
            rows.push_back(row_json(key, dimension, window_us,
                                    own == limits.end() ? Json() : Json(own->limit), found,
                                    use.refused_part()));
        }
    }
    return rows;
}

}  // namespace weir::admin
