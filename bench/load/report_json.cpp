// The numbers of a run as report.hpp describes them.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "load/report.hpp"
#include "text/times.hpp"

namespace weir::load {
namespace {

using Json = nlohmann::ordered_json;

double rounded(double value) {
    return std::round(value * 1000) / 1000;
}

double percent(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : rounded(100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

Json options_json(const LoadOptions& options) {
    Json targets = Json::array();
    for (const Target& target : options.targets) targets.push_back(target.url());
    return {{"targets", targets},
            {"keys", options.keys.size()},
            {"path", options.path},
            {"model", options.model},
            {"stream", options.stream},
            {"input_tokens", text_of(options.input_tokens)},
            {"output_tokens", text_of(options.output_tokens)},
            {"concurrent", options.concurrent},
            {"rate", options.rate > 0 ? Json(options.rate) : Json()},
            {"burst", options.burst},
            {"duration_s", options.duration_s > 0 ? Json(options.duration_s) : Json()},
            {"requests", options.requests > 0 ? Json(options.requests) : Json()},
            {"warmup_s", options.warmup_s},
            {"timeout_ms", options.timeout_ms},
            {"threads", options.threads}};
}

Json counts_json(const Counts& counts) {
    return {{"sent", counts.sent},
            {"admitted", counts.admitted},
            {"refused", counts.refused},
            {"other", counts.other},
            {"failed", counts.failed},
            {"input_tokens", counts.input_tokens},
            {"output_tokens", counts.output_tokens}};
}

Json percent_json(const Tally& tally) {
    const Counts& total = tally.total;
    return {{"admitted", percent(total.admitted, total.sent)},
            {"refused", percent(total.refused, total.sent)},
            {"other", percent(total.other, total.sent)},
            {"failed", percent(total.failed, total.sent)},
            {"unsent", percent(tally.unsent, total.sent + tally.unsent)}};
}

Json latency_json(const Histogram& latency, Detail detail) {
    Json json{{"count", latency.count()},     {"avg_us", rounded(latency.mean())},
              {"p50_us", latency.at(0.5)},    {"p90_us", latency.at(0.9)},
              {"p95_us", latency.at(0.95)},   {"p99_us", latency.at(0.99)},
              {"p999_us", latency.at(0.999)}, {"max_us", latency.max()}};
    if (detail == Detail::summary) return json;
    Json buckets = Json::array();
    latency.each([&](std::uint64_t edge, std::uint64_t count) { buckets.push_back({edge, count}); });
    json["buckets"] = std::move(buckets);
    return json;
}

Json keys_json(const LoadOptions& options, const Result& result) {
    Json keys = Json::array();
    for (std::size_t i = 0; i < options.keys.size(); ++i) {
        Json key{{"key", shown_key(options.keys[i])}};
        key.update(counts_json(result.tally.keys[i]));
        key["admitted_per_second"] =
            rounded(static_cast<double>(result.tally.keys[i].admitted) / result.elapsed_s);
        keys.push_back(std::move(key));
    }
    return keys;
}

Json seconds_json(const Timeline& timeline) {
    Json seconds = Json::array();
    for (const SecondRow& row : timeline.rows()) {
        seconds.push_back({{"sent", row.sent},
                           {"admitted", row.admitted},
                           {"refused", row.refused},
                           {"other", row.other},
                           {"failed", row.failed},
                           {"admitted_p50_us", row.admitted_us.at(0.5)},
                           {"admitted_p99_us", row.admitted_us.at(0.99)},
                           {"refused_p50_us", row.refused_us.at(0.5)},
                           {"refused_p99_us", row.refused_us.at(0.99)}});
    }
    return seconds;
}

void add_refusals(Json& json, const Tally& tally) {
    Json by_dimension = Json::object();
    Json by_scope = Json::object();
    const auto add = [](Json& sums, const std::string& name, std::uint64_t count) {
        if (name.empty()) return;
        sums[name] = sums.value(name, std::uint64_t{0}) + count;
    };
    for (const auto& [name, count] : tally.refused_by) {
        const LimitName limit = limit_name_in(name);
        add(by_dimension, limit.dimension, count);
        add(by_scope, limit.scope, count);
    }
    json["refused_by"] = tally.refused_by;
    json["refused_by_dimension"] = std::move(by_dimension);
    json["refused_by_scope"] = std::move(by_scope);
}

Json latencies_json(const Tally& tally, Detail detail) {
    return {{"answered", latency_json(tally.answered_us(), detail)},
            {"admitted", latency_json(tally.admitted_us, detail)},
            {"refused", latency_json(tally.refused_us, detail)},
            {"other", latency_json(tally.other_us, detail)},
            {"first_token", latency_json(tally.first_token_us, detail)},
            {"waited", latency_json(tally.waited_us, detail)},
            {"late", latency_json(tally.late_us, detail)}};
}

}  // namespace

std::string json_report(const LoadOptions& options, const Result& result, Detail detail) {
    const Tally& tally = result.tally;
    const auto per_second = [&](std::uint64_t count) {
        return rounded(static_cast<double>(count) / result.elapsed_s);
    };
    Json json{{"weir_load", WEIR_VERSION},
              {"started_at", text::rfc3339_seconds(result.started_at_us)},
              {"elapsed_s", result.elapsed_s},
              {"interrupted", result.interrupted},
              {"options", options_json(options)},
              {"total", counts_json(tally.total)},
              {"unfinished", tally.unfinished},
              {"unsent", tally.unsent},
              {"admitted_after_waiting", tally.admitted_waited},
              {"refused_after_waiting", tally.refused_waited},
              {"percent", percent_json(tally)},
              {"per_second",
               {{"answers", per_second(tally.total.answered())},
                {"admitted", per_second(tally.total.admitted)},
                {"refused", per_second(tally.total.refused)}}}};
    json["status"] = Json::object();
    for (const auto& [status, count] : tally.by_status()) json["status"][std::to_string(status)] = count;
    add_refusals(json, tally);
    json["failed_by"] = tally.failed_by;
    json["without_retry_after"] = tally.without_retry_after;
    json["connections"] = {{"opened", tally.connections.opened},
                           {"reused", tally.connections.reused},
                           {"failed", tally.connections.failed},
                           {"left_open", tally.connections.left_open}};
    const double requests = static_cast<double>(std::max<std::uint64_t>(tally.total.sent, 1));
    json["generator"] = {{"cpu_s", rounded(result.cpu_s)},
                         {"cpu_us_per_request", rounded(result.cpu_s * 1e6 / requests)}};
    json["latency"] = latencies_json(tally, detail);
    json["keys"] = keys_json(options, result);
    if (detail == Detail::everything) json["seconds"] = seconds_json(tally.timeline);
    const int indent = detail == Detail::summary ? 2 : -1;
    return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string shown_key(const std::string& key) {
    constexpr std::size_t shown_whole = 16;
    constexpr std::size_t shown_end = 4;
    if (key.size() <= shown_whole || key.starts_with("load-key-")) return key;
    return key.substr(0, shown_end) + "…" + key.substr(key.size() - shown_end);
}

LimitName limit_name_in(std::string_view text) {
    const std::size_t first = text.find('/');
    const std::size_t last = text.rfind('/');
    if (first == std::string_view::npos || first == last) return {std::string(text), {}, {}};
    return {std::string(text.substr(0, first)), std::string(text.substr(first + 1, last - first - 1)),
            std::string(text.substr(last + 1))};
}

}  // namespace weir::load
