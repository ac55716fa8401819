// The long lists are written by hand, so that each of their items can be left out where it does not fit.
#include "observe/node_figures.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace weir::observe {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t text_bytes_max = 512;
constexpr std::size_t buckets_max = 128;
constexpr int depth_max = 8;
/// Above what anything here is, below where doubles lose ones.
constexpr std::int64_t number_max = std::int64_t{1} << 53;

template <typename Value>
struct Row {
    std::string_view name;
    Value NodeFigures::*member;
};
constexpr std::array<Row<std::string>, 9> text_rows{{{"name", &NodeFigures::name},
                                                     {"host", &NodeFigures::host},
                                                     {"listen", &NodeFigures::listen},
                                                     {"version", &NodeFigures::version},
                                                     {"mode", &NodeFigures::mode},
                                                     {"store_server", &NodeFigures::store_server},
                                                     {"store_remark", &NodeFigures::store_remark},
                                                     {"remark", &NodeFigures::remark},
                                                     {"config_hash", &NodeFigures::config_hash}}};
constexpr std::array<Row<std::int64_t>, 5> number_rows{{{"started_us", &NodeFigures::started_us},
                                                        {"made_us", &NodeFigures::made_us},
                                                        {"mode_since_us", &NodeFigures::mode_since_us},
                                                        {"runtime_version", &NodeFigures::runtime_version},
                                                        {"waiting", &NodeFigures::waiting}}};
constexpr std::array<Row<bool>, 2> flag_rows{
    {{"ready", &NodeFigures::ready}, {"draining", &NodeFigures::draining}}};

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string cut(std::string_view text) {
    return std::string(text.substr(0, text_bytes_max));
}

Json totals_json(const Totals& totals) {
    Json json = Json::object();
    for (const TotalsRow& row : totals_rows) json[std::string(row.name)] = totals.*row.member;
    json["refusals"] = totals.refusals;
    json["shadow"] = totals.shadow;
    for (const BucketsRow& row : buckets_rows) {
        Json& buckets = json[std::string(row.name)] = Json::array();
        for (const auto& [bound, count] : totals.*row.member) buckets.push_back(Json::array({bound, count}));
    }
    return json;
}

Json upstream_json(const UpstreamFigures& upstream) {
    return {{"name", cut(upstream.name)},    {"url", cut(upstream.url)},    {"healthy", upstream.healthy},
            {"since_us", upstream.since_us}, {"answers", upstream.answers}, {"errors", upstream.errors},
            {"ejected", upstream.ejected},   {"asleep", upstream.asleep}};
}

Json minute_json(const KeyActivity::OwnMinute& minute) {
    const MinuteAmounts& amounts = minute.amounts;
    return Json::array({minute.id, minute.minute, amounts.requests, amounts.refused, amounts.input_tokens,
                        amounts.output_tokens, minute.last_seen_us, minute.refused_by,
                        minute.refused_by_limit});
}

Json limit_json(const LimitLevel& level) {
    return Json::array({level.name, level.owner, level.limit, level.used, level.reset_us, level.enforced});
}

/// Appends a member that is a list, as many items of it as leave `spare` bytes free.
template <typename Items, typename Dump>
void append_list(std::string& out, std::string_view name, const Items& items, std::size_t spare,
                 Dump item_text) {
    out.append(",\"").append(name).append("\":[");
    bool is_first = true;
    for (const auto& item : items) {
        const std::string text = item_text(item);
        if (out.size() + text.size() + spare + 3 > NodeFigures::json_bytes_max) break;
        if (!is_first) out += ',';
        is_first = false;
        out += text;
    }
    out += ']';
}

/// Reads values that may be anything; once one is wrong, nothing is read any more.
class Reader {
public:
    bool ok() const noexcept { return ok_; }

    void read(const Json& json, std::string& out) {
        if (expect(json.is_string())) out = cut(json.get_ref<const std::string&>());
    }
    void read(const Json& json, bool& out) {
        if (expect(json.is_boolean())) out = json.get<bool>();
    }
    void read(const Json& json, std::int64_t& out) {
        if (!expect(json.is_number_integer())) return;
        const bool is_huge =
            json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(number_max);
        if (expect(!is_huge && json.get<std::int64_t>() >= 0)) out = json.get<std::int64_t>();
    }
    void read(const Json& json, std::uint64_t& out) {
        std::int64_t value = 0;
        read(json, value);
        out = static_cast<std::uint64_t>(value);
    }
    /// A later version may know of more scopes and dimensions, behind these.
    void read(const Json& json, LimitTotals& out) {
        if (!expect(json.is_array() && json.size() >= out.size())) return;
        for (std::size_t scope = 0; scope < out.size(); ++scope) {
            if (!expect(json[scope].is_array() && json[scope].size() >= out[scope].size())) return;
            for (std::size_t i = 0; i < out[scope].size(); ++i) read(json[scope][i], out[scope][i]);
        }
    }
    void read(const Json& json, BucketCounts& out) {
        if (!expect(json.is_array() && json.size() <= buckets_max)) return;
        for (const Json& bucket : json) {
            if (!expect(bucket.is_array() && bucket.size() == 2)) return;
            std::int64_t bound = 0;
            read(bucket[0], bound);
            read(bucket[1], out[std::min(bound, above_all_bounds)]);
        }
    }
    void read(const Json& json, Totals& out) {
        if (!expect(json.is_object())) return;
        for (const TotalsRow& row : totals_rows) member(json, row.name, out.*row.member);
        member(json, "refusals", out.refusals);
        member(json, "shadow", out.shadow);
        for (const BucketsRow& row : buckets_rows) member(json, row.name, out.*row.member);
    }
    void read(const Json& json, UpstreamFigures& out) {
        if (!expect(json.is_object())) return;
        member(json, "name", out.name);
        member(json, "url", out.url);
        member(json, "healthy", out.healthy);
        member(json, "since_us", out.since_us);
        member(json, "answers", out.answers);
        member(json, "errors", out.errors);
        member(json, "ejected", out.ejected);
        member(json, "asleep", out.asleep);
    }
    void read(const Json& json, KeyActivity::OwnMinute& out) {
        read_items(json, out.id, out.minute, out.amounts.requests, out.amounts.refused,
                   out.amounts.input_tokens, out.amounts.output_tokens, out.last_seen_us, out.refused_by,
                   out.refused_by_limit);
    }
    void read(const Json& json, LimitLevel& out) {
        read_items(json, out.name, out.owner, out.limit, out.used, out.reset_us, out.enforced);
    }
    void read(const Json& json, RecentRow& out) {
        if (!expect(json.is_array() && json.size() >= 2 && json[1].is_object())) return;
        read(json[0], out.at_us);
        out.json = dump(json[1]);
    }

    template <typename Value>
    void member(const Json& json, std::string_view name, Value& out) {
        const auto found = json.find(name);
        if (found != json.end()) read(*found, out);
    }
    /// What cannot be cut without losing its sense.
    void text(const Json& json, std::string_view name, std::size_t bytes_max, std::string& out) {
        const auto found = json.find(name);
        if (found == json.end() || !expect(found->is_string())) return;
        const auto& text = found->get_ref<const std::string&>();
        if (expect(text.size() <= bytes_max)) out = text;
    }
    template <typename Item>
    void list(const Json& json, std::string_view name, std::size_t items_max, std::vector<Item>& out) {
        const auto found = json.find(name);
        if (found == json.end() || !expect(found->is_array() && found->size() <= items_max)) return;
        for (const Json& item : *found) read(item, out.emplace_back());
    }

private:
    bool expect(bool condition) noexcept {
        ok_ = ok_ && condition;
        return ok_;
    }
    /// Of an array, from its beginning; a later version may tell more behind.
    template <typename... Values>
    void read_items(const Json& json, Values&... values) {
        if (!expect(json.is_array() && json.size() >= sizeof...(values))) return;
        std::size_t i = 0;
        (read(json[i++], values), ...);
    }

    bool ok_ = true;
};

}  // namespace

std::string to_json(const NodeFigures& figures) {
    Json json = Json::object();
    for (const auto& row : text_rows) json[std::string(row.name)] = cut(figures.*row.member);
    for (const auto& row : number_rows) json[std::string(row.name)] = figures.*row.member;
    for (const auto& row : flag_rows) json[std::string(row.name)] = figures.*row.member;
    json["totals"] = totals_json(figures.totals);
    if (figures.sleep.size() <= NodeFigures::sleep_bytes_max) json["sleep"] = figures.sleep;
    if (figures.calibration.size() <= NodeFigures::calibration_bytes_max)
        json["calibration"] = figures.calibration;
    std::string out = dump(json);
    out.pop_back();
    // Room for some of each: the later lists get what the earlier ones leave, and at least this.
    constexpr std::size_t for_recent = 12 << 10, for_limits = 10 << 10, for_minutes = 28 << 10;
    append_list(out, "upstreams", figures.upstreams, for_recent + for_limits + for_minutes,
                [](const UpstreamFigures& upstream) { return dump(upstream_json(upstream)); });
    append_list(out, "minutes", figures.minutes, for_recent + for_limits,
                [](const KeyActivity::OwnMinute& minute) { return dump(minute_json(minute)); });
    append_list(out, "limits", figures.limits, for_recent,
                [](const LimitLevel& level) { return dump(limit_json(level)); });
    append_list(out, "recent", figures.recent, 0,
                [](const RecentRow& row) { return "[" + std::to_string(row.at_us) + "," + row.json + "]"; });
    out += '}';
    return out;
}

std::optional<NodeFigures> parse_node_figures(std::string_view text) {
    if (text.size() > NodeFigures::json_bytes_max) return std::nullopt;
    const auto is_shallow = [](int depth, Json::parse_event_t, const Json&) { return depth <= depth_max; };
    const Json json = Json::parse(text, is_shallow, false);
    if (!json.is_object()) return std::nullopt;
    NodeFigures figures;
    Reader reader;
    for (const auto& row : text_rows) reader.member(json, row.name, figures.*row.member);
    for (const auto& row : number_rows) reader.member(json, row.name, figures.*row.member);
    for (const auto& row : flag_rows) reader.member(json, row.name, figures.*row.member);
    reader.member(json, "totals", figures.totals);
    reader.text(json, "sleep", NodeFigures::sleep_bytes_max, figures.sleep);
    reader.text(json, "calibration", NodeFigures::calibration_bytes_max, figures.calibration);
    reader.list(json, "upstreams", upstreams_max, figures.upstreams);
    reader.list(json, "minutes", 2 * NodeFigures::keys_max, figures.minutes);
    reader.list(json, "limits", NodeFigures::limits_max, figures.limits);
    reader.list(json, "recent", RecentRequests::rows_kept, figures.recent);
    if (!reader.ok() || figures.name.empty()) return std::nullopt;
    return figures;
}

void take_minutes(const NodeFigures& figures, std::int64_t now_us, KeyActivity& activity) {
    constexpr std::int64_t minute_us = 60'000'000;
    constexpr std::int64_t apart_max = 2;
    for (const KeyActivity::OwnMinute& minute : figures.minutes) {
        const bool is_about_now = std::abs(minute.minute - now_us / minute_us) <= apart_max &&
                                  std::abs(minute.last_seen_us - now_us) <= (apart_max + 1) * minute_us;
        if (!is_about_now) continue;
        activity.replace(figures.name, minute.id, minute.minute, minute.amounts, minute.last_seen_us,
                         minute.refused_by, minute.refused_by_limit);
    }
}

}  // namespace weir::observe
