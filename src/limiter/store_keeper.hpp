// Looks after the store on behalf of a whole node: heartbeats, probes while it is away, and everything that
// it has to be told when it is back.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "limiter/redis_node.hpp"
#include "limiter/redis_windows.hpp"

namespace weir {

/// One thread: that of its context. The only one who closes the breaker.
class StoreKeeper {
public:
    StoreKeeper(RedisNode& node, boost::asio::io_context& context);

    /// Until `stop`; to be spawned once.
    awaitable<void> run();
    void stop();

private:
    struct Heartbeat {
        std::int64_t now_us = 0;  ///< the store's time
        std::int64_t epoch = 0;
        std::int64_t alive = 0;
        std::int64_t alive_written = 0;  ///< of these, those whose journal is in the store
        std::int64_t alive_most = 0;     ///< within the last hour
        bool is_quick = false;           ///< a request would have waited for the answer
    };

    /// False: the store did not answer everything.
    awaitable<bool> keep();
    /// Writes all that this node holds, where the store does not have it, and what it owes.
    awaitable<bool> write_what_is_missing(const Heartbeat& heartbeat);
    void note_return(const Heartbeat& heartbeat);
    awaitable<std::optional<Heartbeat>> beat(bool leaving);
    void note_nodes(const Heartbeat& heartbeat);
    awaitable<bool> is_same_server();
    awaitable<void> check_eviction();
    /// Everything that this node holds (`all`) or owes. False: not finished.
    awaitable<bool> write(bool all);
    awaitable<bool> write_parts(const std::vector<Journal::Part>& parts, bool all);
    bool others_have_written(const Heartbeat& heartbeat) const;

    RedisNode& node_;
    boost::asio::io_context& context_;
    RedisWindows windows_;
    Timer pause_;
    std::string name_;                 ///< of this node, random
    std::string run_id_;               ///< of the server; empty: not known
    std::int64_t written_epoch_ = 0;   ///< under which all that this node holds is in the store
    bool has_asked_ = false;           ///< the store has decided before
    std::int64_t back_since_us_ = 0;   ///< the store's time: others who beat since then know that it is back
    std::int64_t waits_since_us_ = 0;  ///< steady clock: for the others to write; 0: not yet
    std::int64_t nodes_before_loss_ = 0;  ///< that may hold what the store has lost; 0: nothing is lost
    bool stopped_ = false;
};

}  // namespace weir
