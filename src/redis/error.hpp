// The errors that Redis answers, told apart by name, and what to do about each.
#pragma once

#include <string_view>

namespace weir::redis {

enum class ErrorKind {
    no_script,          ///< NOSCRIPT: the script is not in the cache
    loading,            ///< LOADING: reads its data from disk after a start
    read_only,          ///< READONLY: a replica
    master_down,        ///< MASTERDOWN: a replica that has lost its master
    cluster_down,       ///< CLUSTERDOWN: slots are not served
    try_again,          ///< TRYAGAIN: keys are being moved to another node
    moved,              ///< MOVED: another node of a cluster has the key
    ask,                ///< ASK: another node may have the key
    out_of_memory,      ///< OOM: maxmemory is reached
    misconfigured,      ///< MISCONF: can't write to its disk
    busy,               ///< BUSY: a script runs for too long
    too_few_replicas,   ///< NOREPLICAS: min-replicas-to-write is not met
    no_authentication,  ///< NOAUTH: a password is required
    wrong_password,     ///< WRONGPASS
    other,
};

enum class ErrorAction {
    retry_after_load,  ///< load the script, and send the command once more
    reconnect,         ///< this is not the server to talk to: look the address up again
    fail,              ///< the command was not executed, and sending it again at once would not help
    // Of a cluster's servers alone; whoever speaks to one server takes them for `fail`.
    redirect,       ///< ask the server that is named (redirect.hpp)
    try_again,      ///< the same server will know in a moment
    ask_for_slots,  ///< the slots are not served, or by others than before: ask again which are whose
};

/// By the first word of the error. Redis before 7 wraps what happened inside of a script; that is looked
/// through.
ErrorKind classify(std::string_view text) noexcept;

/// The error without that wrapping, where it has one: "MOVED 3999 …".
std::string_view inner_error_of(std::string_view text) noexcept;

ErrorAction action_for(ErrorKind kind) noexcept;

}  // namespace weir::redis
