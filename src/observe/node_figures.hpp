// What one node tells the others each second, and its JSON. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "observe/key_activity.hpp"
#include "observe/recent_requests.hpp"
#include "observe/totals.hpp"

namespace weir::observe {

/// One upstream, as one node sees it.
struct UpstreamFigures {
    std::string name;
    std::string url;  ///< free of secrets
    bool healthy = true;
    std::int64_t since_us = 0;
    std::uint64_t answers = 0;  ///< since the node's start
    std::uint64_t errors = 0;
    bool ejected = false;  ///< others are asked before it
    bool asleep = false;   ///< it takes nothing for a while, for one model at least
    bool operator==(const UpstreamFigures&) const = default;
};

/// How one dimension of one ledger stands, by the names that people know.
struct LimitLevel {
    std::string name;   ///< "key/output_tokens/1m": scope, dimension, window; "key/in_flight" has none
    std::string owner;  ///< id of the key, name of the group or upstream
    std::int64_t limit = 0;
    std::int64_t used = 0;
    std::int64_t reset_us = 0;
    bool enforced = true;
    bool operator==(const LimitLevel&) const = default;
};

/// All times are of the wall clock. What does not fit is left out from the end: the lists begin with what
/// counts most.
struct NodeFigures {
    static constexpr std::size_t json_bytes_max = 64 << 10;
    static constexpr std::size_t keys_max = 200;
    static constexpr std::size_t limits_max = 60;
    static constexpr std::size_t sleep_bytes_max = 4 << 10;
    static constexpr std::size_t calibration_bytes_max = 4 << 10;

    std::string name;    ///< unique in the cluster, never empty
    std::string host;    ///< of the machine
    std::string listen;  ///< "0.0.0.0:8000"
    std::string version;
    std::int64_t started_us = 0;
    std::int64_t made_us = 0;  ///< these figures; never the same twice
    std::string mode;          ///< what decides: StoreFigures::mode
    std::int64_t mode_since_us = 0;
    std::string store_server;  ///< "redis:6379", free of secrets; empty: none
    std::string store_remark;  ///< what is amiss with the store; empty: nothing
    bool ready = true;
    std::string remark;  ///< why it is not ready, or what is amiss all the same
    bool draining = false;
    std::string config_hash;
    std::int64_t runtime_version = 0;
    std::vector<UpstreamFigures> upstreams;
    std::string sleep;  ///< which upstreams have asked this node for a pause: proxy::UpstreamSleep::text
    std::int64_t waiting = 0;  ///< requests that wait for room
    std::string calibration;   ///< how far this node's estimates were off: learning::Calibration::text
    Totals totals;
    std::vector<KeyActivity::OwnMinute> minutes;  ///< KeyActivity::own_minutes(now_us, keys_max)
    std::vector<LimitLevel> limits;
    std::vector<RecentRow> recent;  ///< the newest first
};

/// One line of at most json_bytes_max bytes.
std::string to_json(const NodeFigures& figures);
/// nullopt: it is too long, no JSON object, or a member is not what it should be. Members that are missing
/// stay as they are in NodeFigures{}, unknown ones are ignored, so that nodes of several versions understand
/// each other. `text` comes from a store that others may write to.
std::optional<NodeFigures> parse_node_figures(std::string_view text);

/// Writes down what another node says of its keys: minutes that lie about `now_us` alone.
void take_minutes(const NodeFigures& figures, std::int64_t now_us, KeyActivity& activity);

}  // namespace weir::observe
