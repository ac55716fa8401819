// GET /admin/keys/{id}/forecast and /admin/limits/recommended: what the hours of a key say of the next ones,
// and of its limits.
#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "admin/handlers.hpp"
#include "admin/key_rows.hpp"
#include "admin/key_use.hpp"
#include "learning/forecast.hpp"
#include "learning/limit_projection.hpp"
#include "text/ascii.hpp"

namespace weir::admin {

namespace {

constexpr std::array shown{Dimension::requests, Dimension::input_tokens, Dimension::output_tokens};
/// As far as a limit's window is projected at the most, and the hour that has begun.
constexpr std::size_t hours_ahead_max = learning::hours_of_week + 1;

awaitable<KeyUse> use_of(Call& call, std::string id) {
    const std::int64_t now_us = call.store_now_us();
    const std::int64_t now_hour = now_us / usage::hour_us;
    auto answered =
        co_await call.control().key_hours(std::move(id), now_hour - usage::hours_kept + 1, now_hour);
    co_return KeyUse(value_of(std::move(answered)), now_us);
}

Json rounded(double value) {
    return static_cast<std::int64_t>(std::llround(value));
}

/// The dimensions side by side, hour by hour.
Json forecast_json(const std::array<learning::Forecast, shown.size()>& told, std::size_t hours) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < std::min(hours, told.front().hours.size()); ++i) {
        Json row{{"hour", time_json(told.front().hours[i].hour * usage::hour_us)}};
        for (std::size_t of = 0; of < shown.size(); ++of) {
            const learning::ForecastHour& hour = told[of].hours[i];
            row[std::string(to_string(shown[of]))] = {{"expected", rounded(hour.expected)},
                                                      {"low", rounded(hour.low)},
                                                      {"high", rounded(hour.high)}};
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

/// The key's own limits, whose use its hours tell of. Those of models, of its group and of upstreams count
/// more or less than these hours.
std::vector<OwnLimit> limits_of(const std::vector<LedgerLimits>& ledgers) {
    std::vector<OwnLimit> limits;
    for (const LedgerLimits& ledger : ledgers) {
        if (ledger.limits.counts_in_flight()) continue;
        for (const Dimension dimension : all_dimensions) {
            const std::int64_t limit = ledger.limits.of(dimension);
            if (limit != unlimited)
                limits.push_back({.dimension = dimension, .window_us = ledger.window_us, .limit = limit});
        }
    }
    return limits;
}

/// When a limit of an hour or more is reached; null: not as far as is looked.
Json projected_json(const LedgerLimits& ledger, const Level& level, const KeyUse& use,
                    double cached_input_weight, std::int64_t now_us) {
    const learning::Forecast told = learning::forecast(use.whole_hours(level.dimension), hours_ahead_max);
    const bool has_cached =
        level.dimension == Dimension::input_tokens || level.dimension == Dimension::total_tokens;
    const learning::WindowNow window{.now_us = now_us,
                                     .window_us = ledger.window_us,
                                     .limit = static_cast<double>(level.limit),
                                     .used = static_cast<double>(level.used),
                                     .charge_min = has_cached ? cached_input_weight : 1.0};
    const auto reached_us = learning::limit_reached_at_us(window, use.hours_so_far(level.dimension), told);
    Json json = level_json(ledger, level);
    json["reached_at"] = reached_us ? time_json(*reached_us) : Json();
    json["projected_until"] =
        told.hours.empty() ? Json() : time_json(now_us + learning::projected_us(ledger.window_us));
    return json;
}

std::vector<std::string> page_of_keys(const Call& call, const KeyIndex& index, Json& next) {
    const KeyIndex::Keys& keys = index.keys();
    const std::string& after = call.text("after");
    const auto limit = static_cast<std::size_t>(call.arguments.integer("limit"));
    std::vector<std::string> ids;
    for (std::size_t i = after.empty() ? 0 : index.position_behind(after); i < keys.size(); ++i) {
        if (!text::contains_ignoring_case(keys[i]->id, call.text("q"))) continue;
        if (ids.size() == limit) {
            next = ids.back();
            break;
        }
        ids.push_back(keys[i]->id);
    }
    return ids;
}

}  // namespace

awaitable<Answer> show_forecast(Call& call) {
    const std::shared_ptr<const KeyIndex> index = call.index();
    const std::string id = call.text("id");
    const config::Key* key = index->find(id);
    if (key == nullptr) throw no_such_key();
    const std::int64_t now_us = call.store_now_us();
    const KeyUse use = co_await use_of(call, id);
    std::array<learning::Forecast, shown.size()> told;
    const auto hours = static_cast<std::size_t>(call.arguments.integer("hours"));
    for (std::size_t of = 0; of < shown.size(); ++of)
        told[of] = learning::forecast(use.whole_hours(shown[of]), hours);
    const std::vector<LedgerLimits> own = ledgers_of_key(*index, *key, Ledgers::own);
    std::vector<LedgerLimits> long_ones = own;
    std::erase_if(long_ones, [](const LedgerLimits& ledger) {
        return ledger.limits.counts_in_flight() || ledger.window_us < usage::hour_us;
    });
    Json limits = Json::array();
    if (!long_ones.empty()) {
        const result<std::vector<Level>> levels = co_await call.control().peek(std::span(long_ones));
        if (!levels) throw store_unavailable();
        const double weight = index->snapshot().policy->find(id).value().tier->cached_input_weight;
        for (const Level& level : *levels)
            limits.push_back(projected_json(long_ones[level.ledger_index], level, use, weight, now_us));
    }
    co_return json_answer({{"id", id},
                           {"now", time_json(now_us)},
                           {"basis", learning::to_string(told.front().basis)},
                           {"history", use.history_json(call.arguments.integer("past"))},
                           {"forecast", forecast_json(told, hours)},
                           {"limits", std::move(limits)},
                           {"recommended", recommended_json(id, use, limits_of(own))}});
}

awaitable<Answer> list_recommended(Call& call) {
    const std::shared_ptr<const KeyIndex> index = call.index();
    Json next;
    std::vector<std::string> ids;
    if (call.arguments.has("key")) {
        if (index->find(call.text("key")) == nullptr) throw no_such_key();
        ids.push_back(call.text("key"));
    } else {
        ids = page_of_keys(call, *index, next);
    }
    Json rows = Json::array();
    for (const std::string& id : ids) {
        const KeyUse use = co_await use_of(call, id);
        const std::vector<LedgerLimits> own = ledgers_of_key(*index, *index->find(id), Ledgers::own);
        for (Json& row : recommended_json(id, use, limits_of(own))) rows.push_back(std::move(row));
        // A key's hours are some milliseconds of work: what else waits for this thread comes between.
        const auto executor = co_await boost::asio::this_coro::executor;
        co_await boost::asio::post(executor, use_awaitable);
    }
    co_return json_answer({{"recommended", std::move(rows)}, {"next", next}});
}

}  // namespace weir::admin
