// What is decided once, when the process starts.
#include <utility>

#include "config/config_store.hpp"

namespace weir::config {

namespace {

template <typename Value>
void keep(const char* where, const Value& running, Value& next, std::vector<Mistake>& notes) {
    if (running == next) return;
    notes.push_back({where, "changes with the next start: until then the old value stays"});
    next = running;
}

}  // namespace

std::vector<Mistake> keep_what_needs_a_restart(const Config& running, Config& next) {
    std::vector<Mistake> notes;
    keep("$.listen", running.listen, next.listen, notes);
    keep("$.admin.listen", running.admin_listen, next.admin_listen, notes);
    keep("$.state_dir", running.state_dir, next.state_dir, notes);
    keep("$.threads", running.threads, next.threads, notes);
    keep("$.store.url", running.store, next.store, notes);
    keep("$.store.timeout_ms", running.store_timeout_ms, next.store_timeout_ms, notes);
    keep("$.store.on_failure", running.on_failure, next.on_failure, notes);
    keep("$.store.max_ledgers", running.store_max_ledgers, next.store_max_ledgers, notes);
    keep("$.cluster.nodes", running.cluster_nodes, next.cluster_nodes, notes);
    keep("$.limits_of_weir.max_connections", running.limits_of_weir.max_connections,
         next.limits_of_weir.max_connections, notes);
    next.limits_of_weir.max_connections_given = running.limits_of_weir.max_connections_given;
    keep("$.log.format", running.log_json, next.log_json, notes);
    keep("$.log.access", running.log_access, next.log_access, notes);
    return notes;
}

}  // namespace weir::config
