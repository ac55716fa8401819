// Each node's counters are subtracted from its own earlier ones; then nodes are added up.
#include "observe/cluster_figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "text/times.hpp"

namespace weir::observe {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t rate_window_us = 5'000'000;
constexpr std::int64_t quantile_window_us = 10'000'000;
constexpr std::size_t samples_max = 64;
constexpr std::size_t refused_keys_max = 10;
constexpr std::array<Scope, scope_count> all_scopes{Scope::key, Scope::group, Scope::key_on_model,
                                                    Scope::upstream};

std::string time_text(std::int64_t time_us) {
    std::string text;
    text::append_timestamp(text, time_us);
    return text;
}

Json text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

/// Figures for people: a tenth of a thousandth is enough.
double rounded(double value) {
    return std::round(value * 1e4) / 1e4;
}

double per_second(std::uint64_t count, std::int64_t duration_us) {
    return static_cast<double>(count) * 1e6 / static_cast<double>(duration_us);
}

Json quantiles_json(const BucketCounts& buckets) {
    const auto milliseconds = [&](double part) {
        const auto value_us = quantile_us(buckets, part);
        return value_us ? Json(rounded(*value_us / 1e3)) : Json(nullptr);
    };
    return {{"p50", milliseconds(0.5)}, {"p99", milliseconds(0.99)}, {"count", count_of(buckets)}};
}

/// How full it is; above 1: debt. What a limit of 0 blocks is full.
double fullness(const LimitLevel& level) {
    return level.limit > 0 ? static_cast<double>(level.used) / static_cast<double>(level.limit) : 1.0;
}

Json level_json(const LimitLevel& level) {
    // Of requests in flight, which have no window, there are two parts.
    std::array<std::string, 3> parts;
    std::istringstream name(level.name);
    for (std::string& part : parts) std::getline(name, part, '/');
    return {{"name", level.name},
            {"scope", parts[0]},
            {"owner", level.owner},
            {"dimension", parts[1]},
            {"window", parts[2]},
            {"limit", level.limit},
            {"used", level.used},
            {"remaining", std::max<std::int64_t>(level.limit - level.used, 0)},
            {"reset_ms", (level.reset_us + 999) / 1000},
            {"enforced", level.enforced}};
}

/// The cluster's answers or errors of one upstream.
struct UpstreamSum {
    std::string url;
    bool healthy = true;
    std::int64_t since_us = 0;
    bool ejected = false;
    bool asleep = false;
    double answers_per_s = 0;
    double errors_per_s = 0;

    /// One node that sees it ill, ejected or asleep is enough; ill since the first saw it, well since the
    /// last did.
    void add_health(const UpstreamFigures& upstream) {
        if (url.empty()) url = upstream.url;
        ejected = ejected || upstream.ejected;
        asleep = asleep || upstream.asleep;
        if (upstream.healthy != healthy) {
            if (!healthy) return;
            healthy = false;
            since_us = upstream.since_us;
            return;
        }
        since_us = healthy ? std::max(since_us, upstream.since_us) : std::min(since_us, upstream.since_us);
    }
};

}  // namespace

void ClusterFigures::take(NodeFigures figures, std::int64_t now_us) {
    auto place = nodes_.find(figures.name);
    if (place == nodes_.end()) {
        if (nodes_.size() >= nodes_max) return;
        place = nodes_.emplace(figures.name, Node()).first;
    }
    Node& node = place->second;
    const bool is_known = !node.samples.empty() && node.latest.started_us == figures.started_us;
    if (is_known && node.latest.made_us == figures.made_us) return;
    const bool goes_on = is_known && figures.made_us > node.samples.back().made_us &&
                         since(figures.totals, node.samples.back().totals).has_value();
    if (!goes_on) node.samples.clear();
    node.samples.push_back({figures.made_us, figures.totals, figures.upstreams});
    while (node.samples.size() > samples_max ||
           node.samples.front().made_us < figures.made_us - quantile_window_us - rate_window_us) {
        node.samples.pop_front();
    }
    node.latest = std::move(figures);
    node.heard_us = now_us;
}

void ClusterFigures::forget_silent(std::int64_t now_us) {
    std::erase_if(nodes_, [&](const auto& node) { return now_us - node.second.heard_us > silent_us_max; });
}

/// The nodes that are not silent, at one moment.
class ClusterFigures::View {
public:
    View(const ClusterFigures& figures, std::int64_t now_us) : now_us_(now_us) {
        for (const auto& [name, node] : figures.nodes_) {
            if (now_us - node.heard_us <= silent_us_max) nodes_.push_back(&node);
        }
    }

    Json nodes() const {
        Json nodes = Json::array();
        for (const Node* node : nodes_) nodes.push_back(node_json(*node));
        return nodes;
    }

    Json store(std::string_view self) const {
        for (const Node* node : nodes_) {
            const NodeFigures& latest = node->latest;
            if (latest.name != self) continue;
            return {{"mode", latest.mode},
                    {"since", time_text(latest.mode_since_us)},
                    {"remark", latest.store_remark},
                    {"server", text_or_null(latest.store_server)}};
        }
        return nullptr;
    }

    Json upstreams() const {
        std::map<std::string, UpstreamSum> sums;
        for (const Node* node : nodes_) {
            const Sample& before = earlier(*node, rate_window_us);
            const std::int64_t passed_us = node->latest.made_us - before.made_us;
            for (const UpstreamFigures& upstream : node->latest.upstreams) {
                UpstreamSum& sum = sums[upstream.name];
                sum.add_health(upstream);
                const auto old = std::find_if(before.upstreams.begin(), before.upstreams.end(),
                                              [&](const auto& other) { return other.name == upstream.name; });
                if (passed_us <= 0 || old == before.upstreams.end()) continue;
                if (upstream.answers < old->answers || upstream.errors < old->errors) continue;
                sum.answers_per_s += per_second(upstream.answers - old->answers, passed_us);
                sum.errors_per_s += per_second(upstream.errors - old->errors, passed_us);
            }
        }
        Json upstreams = Json::array();
        for (const auto& [name, sum] : sums) {
            upstreams.push_back({{"name", name},
                                 {"url", sum.url},
                                 {"healthy", sum.healthy},
                                 {"since", time_text(sum.since_us)},
                                 {"ejected", sum.ejected},
                                 {"asleep", sum.asleep},
                                 {"answers_per_s", rounded(sum.answers_per_s)},
                                 {"errors_per_s", rounded(sum.errors_per_s)}});
        }
        return upstreams;
    }

    /// "rates", "refusals" and "shadow".
    void add_rates(Json& json) const {
        std::array<double, totals_rows.size()> rates{};
        std::array<std::array<double, dimension_count>, scope_count> refusals{}, shadow{};
        for (const Node* node : nodes_) {
            const Sample& before = earlier(*node, rate_window_us);
            const std::int64_t passed_us = node->latest.made_us - before.made_us;
            const auto added = since(node->latest.totals, before.totals);
            if (passed_us <= 0 || !added) continue;
            for (std::size_t i = 0; i < totals_rows.size(); ++i)
                rates[i] += per_second(*added.*totals_rows[i].member, passed_us);
            for (std::size_t scope = 0; scope < scope_count; ++scope) {
                for (std::size_t i = 0; i < dimension_count; ++i) {
                    refusals[scope][i] += per_second(added->refusals[scope][i], passed_us);
                    shadow[scope][i] += per_second(added->shadow[scope][i], passed_us);
                }
            }
        }
        Json& all = json["rates"] = Json::object();
        for (std::size_t i = 0; i < totals_rows.size(); ++i)
            all[std::string(totals_rows[i].name)] = rounded(rates[i]);
        json["refusals"] = limits_per_second(refusals);
        json["shadow"] = limits_per_second(shadow);
    }

    std::int64_t waiting() const {
        std::int64_t sum = 0;
        for (const Node* node : nodes_) sum += std::max<std::int64_t>(node->latest.waiting, 0);
        return sum;
    }

    Json latency() const {
        Totals sum;
        for (const Node* node : nodes_) {
            const auto added = since(node->latest.totals, earlier(*node, quantile_window_us).totals);
            if (added) sum += *added;
        }
        Json latency = Json::object();
        for (const BucketsRow& row : buckets_rows)
            latency[std::string(row.name)] = quantiles_json(sum.*row.member);
        return latency;
    }

    /// Nodes share their ledgers: of two that say how one stands, the fuller one is the newer.
    Json limits() const {
        std::vector<const LimitLevel*> levels;
        for (const Node* node : nodes_) {
            for (const LimitLevel& level : node->latest.limits) levels.push_back(&level);
        }
        std::stable_sort(levels.begin(), levels.end(), [](const LimitLevel* left, const LimitLevel* right) {
            return fullness(*left) > fullness(*right);
        });
        std::set<std::pair<std::string_view, std::string_view>> seen;
        Json limits = Json::array();
        for (const LimitLevel* level : levels) {
            if (limits.size() >= NodeFigures::limits_max) break;
            if (seen.emplace(level->owner, level->name).second) limits.push_back(level_json(*level));
        }
        return limits;
    }

    /// JSON text of the newest rows of all nodes.
    std::string recent() const {
        std::vector<const RecentRow*> rows;
        for (const Node* node : nodes_) {
            for (const RecentRow& row : node->latest.recent) rows.push_back(&row);
        }
        std::stable_sort(rows.begin(), rows.end(), [](const RecentRow* left, const RecentRow* right) {
            return left->at_us > right->at_us;
        });
        rows.resize(std::min(rows.size(), RecentRequests::rows_kept));
        std::string text = "[";
        for (const RecentRow* row : rows) text.append(text.size() > 1 ? "," : "").append(row->json);
        return text + "]";
    }

private:
    /// The oldest sample within the time before the newest; the newest itself where there is no other.
    static const Sample& earlier(const Node& node, std::int64_t window_us) {
        const std::int64_t since_us = node.latest.made_us - window_us - window_us / 20;
        return *std::find_if(node.samples.begin(), node.samples.end() - 1,
                             [&](const Sample& sample) { return sample.made_us >= since_us; });
    }

    static Json limits_per_second(const std::array<std::array<double, dimension_count>, scope_count>& rates) {
        Json rows = Json::array();
        for (const Scope scope : all_scopes) {
            for (const Dimension dimension : all_dimensions) {
                const double per_s =
                    rates[static_cast<std::size_t>(scope)][static_cast<std::size_t>(dimension)];
                if (per_s <= 0) continue;
                rows.push_back({{"scope", to_string(scope)},
                                {"dimension", to_string(dimension)},
                                {"per_s", rounded(per_s)}});
            }
        }
        return rows;
    }

    Json node_json(const Node& node) const {
        const NodeFigures& latest = node.latest;
        return {{"name", latest.name},
                {"host", latest.host},
                {"listen", latest.listen},
                {"version", latest.version},
                {"started", time_text(latest.started_us)},
                {"mode", latest.mode},
                {"mode_since", time_text(latest.mode_since_us)},
                {"ready", latest.ready},
                {"remark", latest.remark},
                {"draining", latest.draining},
                {"config_hash", latest.config_hash},
                {"runtime_version", latest.runtime_version},
                {"age_ms", std::max<std::int64_t>(now_us_ - node.heard_us, 0) / 1000}};
    }

    std::vector<const Node*> nodes_;
    std::int64_t now_us_;
};

std::string ClusterFigures::figures_json(std::string_view self, const KeyActivity& activity,
                                         const std::function<KeyFacts(std::string_view)>& facts_of,
                                         std::int64_t now_us) const {
    const View view(*this, now_us);
    Json json{{"now", time_text(now_us)}, {"node", self}};
    json["store"] = view.store(self);
    json["nodes"] = view.nodes();
    json["upstreams"] = view.upstreams();
    view.add_rates(json);
    json["waiting"] = view.waiting();
    Json& keys = json["refused_keys"] = Json::array();
    for (const KeyRecent& key : activity.ranked(KeyOrder::refused, now_us, refused_keys_max)) {
        if (key.last_minute.refused == 0) break;
        const KeyFacts facts = facts_of(key.id);
        keys.push_back({{"id", key.id},
                        {"known", facts.known},
                        {"tier", facts.known ? facts.tier : "default"},
                        {"refused_last_minute", key.last_minute.refused},
                        {"requests_last_minute", key.last_minute.requests},
                        {"limit", text_or_null(key.refused_by)},
                        {"limit_value", key.refused_by_limit}});
    }
    json["limits"] = view.limits();
    json["latency_ms"] = view.latency();
    std::string text = json.dump(-1, ' ', true, Json::error_handler_t::replace);
    text.pop_back();
    return text + ",\"recent\":" + view.recent() + "}";
}

std::string ClusterFigures::nodes_json(std::int64_t now_us) const {
    const Json json{{"nodes", View(*this, now_us).nodes()}};
    return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace weir::observe
