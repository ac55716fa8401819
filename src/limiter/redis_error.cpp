// The names as src/server.c and src/cluster.c of Redis 7 write them.
#include "limiter/redis_error.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weir {

namespace {

constexpr std::array<std::pair<std::string_view, RedisErrorKind>, 14> kinds{{
    {"NOSCRIPT", RedisErrorKind::no_script},
    {"LOADING", RedisErrorKind::loading},
    {"READONLY", RedisErrorKind::read_only},
    {"MASTERDOWN", RedisErrorKind::master_down},
    {"CLUSTERDOWN", RedisErrorKind::cluster_down},
    {"TRYAGAIN", RedisErrorKind::try_again},
    {"MOVED", RedisErrorKind::moved},
    {"ASK", RedisErrorKind::ask},
    {"OOM", RedisErrorKind::out_of_memory},
    {"MISCONF", RedisErrorKind::misconfigured},
    {"BUSY", RedisErrorKind::busy},
    {"NOREPLICAS", RedisErrorKind::too_few_replicas},
    {"NOAUTH", RedisErrorKind::no_authentication},
    {"WRONGPASS", RedisErrorKind::wrong_password},
}};

// "ERR Error running script (call to f_<sha>): @user_script:1: @user_script: 1: -OOM command not allowed …"
std::string_view inner_error_of(std::string_view text) noexcept {
    if (!text.starts_with("ERR Error running script")) return text;
    constexpr std::string_view marker = ": -";
    const auto found = text.find(marker);
    return found == std::string_view::npos ? text : text.substr(found + marker.size());
}

}  // namespace

RedisErrorKind classify(std::string_view text) noexcept {
    const std::string_view inner = inner_error_of(text);
    const std::string_view name = inner.substr(0, inner.find(' '));
    const auto* const known =
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.first == name; });
    return known == kinds.end() ? RedisErrorKind::other : known->second;
}

RedisErrorAction action_for(RedisErrorKind kind) noexcept {
    switch (kind) {
        case RedisErrorKind::no_script:
            return RedisErrorAction::retry_after_load;
        case RedisErrorKind::read_only:
        case RedisErrorKind::master_down:
        case RedisErrorKind::no_authentication:
            return RedisErrorAction::reconnect;
        default:
            return RedisErrorAction::fail;
    }
}

}  // namespace weir
