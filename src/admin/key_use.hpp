// What a key has used hour by hour, as learning takes it and as documents show it. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "admin/json_text.hpp"
#include "learning/hourly_profile.hpp"
#include "usage/hours.hpp"
#include "weir/limit.hpp"

namespace weir::admin {

/// Of requests those that were let through count, as limits count them.
class KeyUse {
public:
    /// `hours` as Control::key_hours gives them.
    KeyUse(std::vector<usage::KeyHour> hours, std::int64_t now_us);

    /// From the first hour that is kept; without the one that has begun.
    learning::HourlySeries whole_hours(Dimension dimension) const;
    /// With it, as far as it has gone; that one alone where nothing is kept.
    learning::HourlySeries hours_so_far(Dimension dimension) const;
    /// The busiest minutes of hours in which something was asked for.
    std::vector<double> peaks(Dimension dimension) const;
    /// Of all requests, those that limits have refused; 0 where there was none.
    double refused_part() const noexcept;
    /// The last `count` hours, the one that has begun last; hours without use, too.
    Json history_json(std::int64_t count) const;

    std::int64_t now_hour() const noexcept { return now_hour_; }

private:
    std::vector<usage::KeyHour> hours_;
    std::int64_t now_hour_;
};

/// A limit of the key's own; window in microseconds.
struct OwnLimit {
    Dimension dimension = Dimension::requests;
    std::int64_t window_us = 0;
    std::int64_t limit = 0;
};

/// For a minute and for a day: a row for requests, input and output tokens, and for total tokens where the
/// key has a limit of them. Rows as the schema RecommendedLimit has them.
Json recommended_json(const std::string& key, const KeyUse& use, const std::vector<OwnLimit>& limits);

}  // namespace weir::admin
