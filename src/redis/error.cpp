// The names as src/server.c and src/cluster.c of Redis 7 write them.
#include "redis/error.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::redis {

namespace {

constexpr std::array<std::pair<std::string_view, ErrorKind>, 14> kinds{{
    {"NOSCRIPT", ErrorKind::no_script},
    {"LOADING", ErrorKind::loading},
    {"READONLY", ErrorKind::read_only},
    {"MASTERDOWN", ErrorKind::master_down},
    {"CLUSTERDOWN", ErrorKind::cluster_down},
    {"TRYAGAIN", ErrorKind::try_again},
    {"MOVED", ErrorKind::moved},
    {"ASK", ErrorKind::ask},
    {"OOM", ErrorKind::out_of_memory},
    {"MISCONF", ErrorKind::misconfigured},
    {"BUSY", ErrorKind::busy},
    {"NOREPLICAS", ErrorKind::too_few_replicas},
    {"NOAUTH", ErrorKind::no_authentication},
    {"WRONGPASS", ErrorKind::wrong_password},
}};

}  // namespace

// "ERR Error running script (call to f_<sha>): @user_script:1: @user_script: 1: -OOM command not allowed …"
std::string_view inner_error_of(std::string_view text) noexcept {
    if (!text.starts_with("ERR Error running script")) return text;
    constexpr std::string_view marker = ": -";
    const auto found = text.find(marker);
    return found == std::string_view::npos ? text : text.substr(found + marker.size());
}

ErrorKind classify(std::string_view text) noexcept {
    const std::string_view inner = inner_error_of(text);
    const std::string_view name = inner.substr(0, inner.find(' '));
    const auto* const known =
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.first == name; });
    return known == kinds.end() ? ErrorKind::other : known->second;
}

ErrorAction action_for(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::no_script:
            return ErrorAction::retry_after_load;
        case ErrorKind::read_only:
        case ErrorKind::master_down:
        case ErrorKind::no_authentication:
            return ErrorAction::reconnect;
        case ErrorKind::moved:
        case ErrorKind::ask:
            return ErrorAction::redirect;
        case ErrorKind::try_again:
            return ErrorAction::try_again;
        case ErrorKind::cluster_down:
            return ErrorAction::ask_for_slots;
        default:
            return ErrorAction::fail;
    }
}

}  // namespace weir::redis
