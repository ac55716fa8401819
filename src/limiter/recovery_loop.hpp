// Performs what the recovery of a shared store decides, on behalf of a whole node: heartbeats, probes while
// the store is away, and replays when it is back.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "limiter/heartbeat_place.hpp"
#include "limiter/recovery.hpp"
#include "limiter/redis_master.hpp"
#include "limiter/redis_windows.hpp"

namespace weir {

/// One thread: that of its context. The only one who closes the breaker. Decides nothing: see recovery.hpp.
class RecoveryLoop {
public:
    /// `redirects`: of a cluster; outlives it.
    RecoveryLoop(RedisMaster& master, boost::asio::io_context& context, Redirects* redirects = nullptr);

    /// Until `stop`; to be spawned once.
    awaitable<void> run();
    void stop();

private:
    using Event = recovery::Event;

    recovery::Seen see();
    awaitable<Event> perform(recovery::NoteLoss loss);
    awaitable<Event> perform(recovery::NoteStore store);
    awaitable<Event> perform(recovery::Trust trust);
    awaitable<Event> perform(recovery::Identify);
    awaitable<Event> perform(recovery::CheckEviction);
    awaitable<Event> perform(recovery::Heartbeat heartbeat);
    awaitable<Event> perform(recovery::Replay);
    awaitable<Event> perform(recovery::WritePending);
    awaitable<Event> perform(recovery::Wait wait);
    awaitable<Event> perform(recovery::End);

    enum class Writes : bool { pending, everything };
    /// False: not all of it was written.
    awaitable<bool> write(Writes what);
    awaitable<bool> write_parts(const std::vector<LocalCopy::Part>& parts, Writes what);

    RedisMaster& master_;
    RedisNode& node_;
    boost::asio::io_context& context_;
    RedisWindows windows_;
    HeartbeatPlace place_;
    Timer pause_;
    const std::string name_;  ///< of this node, random
    const recovery::Settings settings_;
    recovery::State state_;
    std::int64_t connections_ = 0;  ///< made so far
    bool stopping_ = false;
};

}  // namespace weir
