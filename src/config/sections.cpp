// The sections that hold nothing but bounds and choices: store, cluster, limits_of_weir, timeouts_ms, log.
#include <algorithm>
#include <array>

#include "config/draft.hpp"

namespace weir::config {

namespace {

constexpr Range store_timeout_ms_range{1, 60'000};
constexpr Range max_ledgers_range{1, 1'000'000'000};
constexpr Range nodes_range{0, 10'000};
constexpr Range bytes_range{1, 1LL << 40};
constexpr Range header_bytes_range{256, 1 << 20};
constexpr Range header_fields_range{1, 10'000};
constexpr Range connections_range{1, 10'000'000};
constexpr Range timeout_ms_range{1, 86'400'000};

void read_store_members(const Field& field, Config& config) {
    std::optional<ObjectReader> object = field.object();
    if (!object) return;
    if (const auto url = object->field("url")) {
        if (const auto parsed = url->parsed(parse_store_url)) config.store = *parsed;
    }
    object->integer("timeout_ms", store_timeout_ms_range, config.store_timeout_ms);
    if (const auto on_failure = object->field("on_failure")) {
        constexpr std::array<OnFailure, 3> choices{OnFailure::local, OnFailure::open, OnFailure::closed};
        if (const auto choice = on_failure->choice({"local", "open", "closed"})) {
            config.on_failure = choices[*choice];
        }
    }
    object->integer("max_ledgers", max_ledgers_range, config.store_max_ledgers);
    object->finish();
}

void read_weir_limits(const Field& field, WeirLimits& limits) {
    std::optional<ObjectReader> object = field.object();
    if (!object) return;
    object->integer("max_body_bytes", bytes_range, limits.max_body_bytes);
    object->integer("max_buffered_bytes", bytes_range, limits.max_buffered_bytes);
    object->integer("max_header_bytes", header_bytes_range, limits.max_header_bytes);
    object->integer("max_header_fields", header_fields_range, limits.max_header_fields);
    if (const auto connections = object->field("max_connections")) {
        limits.max_connections_given = true;
        limits.max_connections = connections->integer(connections_range).value_or(limits.max_connections);
    }
    object->finish();
}

void read_timeouts(const Field& field, Timeouts& timeouts) {
    std::optional<ObjectReader> object = field.object();
    if (!object) return;
    object->integer("header", timeout_ms_range, timeouts.header_ms);
    object->integer("body", timeout_ms_range, timeouts.body_ms);
    object->integer("idle", timeout_ms_range, timeouts.idle_ms);
    object->integer("connect", timeout_ms_range, timeouts.connect_ms);
    object->integer("first_byte", timeout_ms_range, timeouts.first_byte_ms);
    object->integer("between_bytes", timeout_ms_range, timeouts.between_bytes_ms);
    object->integer("write", timeout_ms_range, timeouts.write_ms);
    object->integer("drain", timeout_ms_range, timeouts.drain_ms);
    object->finish();
}

}  // namespace

void read_store(ObjectReader& root, Draft& draft) {
    if (const auto store = root.field("store")) read_store_members(*store, draft.config);
    const auto cluster = root.field("cluster");
    if (!cluster) return;
    std::optional<ObjectReader> object = cluster->object();
    if (!object) return;
    object->integer("nodes", nodes_range, draft.config.cluster_nodes);
    object->finish();
}

void read_bounds(ObjectReader& root, Draft& draft) {
    if (const auto limits = root.field("limits_of_weir")) {
        read_weir_limits(*limits, draft.config.limits_of_weir);
    }
    if (const auto timeouts = root.field("timeouts_ms")) read_timeouts(*timeouts, draft.config.timeouts);
}

std::string parse_log_level(const std::string& text) {
    constexpr std::array<std::string_view, 6> levels{"trace", "debug", "info", "warning", "error", "off"};
    if (text == "warn") return "warning";
    if (std::find(levels.begin(), levels.end(), text) != levels.end()) return text;
    throw Unexpected(R"(expected "trace", "debug", "info", "warning", "error" or "off")");
}

void read_log(ObjectReader& root, Draft& draft) {
    const auto log = root.field("log");
    if (!log) return;
    std::optional<ObjectReader> object = log->object();
    if (!object) return;
    if (const auto level = object->field("level")) {
        draft.config.log_level = level->parsed(parse_log_level).value_or(draft.config.log_level);
    }
    if (const auto format = object->field("format")) {
        if (const auto choice = format->choice({"json", "text"})) draft.config.log_json = *choice == 0;
    }
    object->boolean("access", draft.config.log_access);
    object->finish();
}

}  // namespace weir::config
