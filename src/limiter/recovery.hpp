// What a node decides about its shared store: when to heartbeat, what the store has lost, what to write
// there, and from when on the store is trusted. Values only: whoever performs the actions has the sockets and
// clocks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weir::recovery {

struct Settings {
    std::int64_t heartbeat_ms = 1'000;
    std::int64_t timeout_ms = 20;  ///< a request waits no longer for the store
    /// Without the store, nodes decide by their local copies: what they admit is pending until it is back.
    bool falls_back_locally = true;
};

/// What is true at the moment of an event.
struct Seen {
    std::int64_t steady_us = 0;
    std::int64_t connection = 0;  ///< which one, counted from 1; 0: there is none
    bool trusts = false;          ///< the breaker is closed: requests ask the store
    std::int64_t lost_epoch =
        0;                     ///< a request has found that the store no longer has this epoch; 0: none has
    bool was_filled = false;   ///< by masters that were trusted: what this node holds came with it
    bool has_pending = false;  ///< something is to be written
    std::int64_t nodes_known = 0;  ///< that share the store; 0: not known
    bool stopping = false;         ///< the node is about to leave
};

/// The wait is over, or was cut short: a connection was made, or the node stops. Also the first event of all.
struct Woke {};
struct Identified {
    std::string run_id;
};
struct Heard {
    std::int64_t now_us = 0;  ///< the store's time
    std::int64_t epoch = 0;   ///< of the store; without one, from 1 on, it is no answer
    std::int64_t alive = 0;
    std::int64_t alive_replayed = 0;  ///< of these, those whose local copy is in the store
    std::int64_t alive_most = 0;      ///< at once within the last hour
    std::int64_t took_us = 0;         ///< until the answer was there
    std::int64_t place = 0;           ///< in the store, where the epoch and the heartbeats lie
};
/// Everything was written, or checked.
struct Done {};
/// The store did not answer, or not everything; some of it may have been done.
struct Failed {};
/// How the last action ended.
using Event = std::variant<Woke, Identified, Heard, Done, Failed>;

// Actions that are done at once.

/// Opens the breaker, and counts the loss.
struct NoteLoss {
    std::string_view why;
};
struct NoteStore {
    std::int64_t epoch = 0;
    std::int64_t nodes = 0;  ///< the most of the last hour
    std::int64_t alive = 0;  ///< of these, now
};
/// Closes the breaker, unless somebody has found meanwhile that the store no longer has this epoch.
struct Trust {
    std::int64_t epoch = 0;
};

// Actions that take time, and end in an event.

/// Ends in Identified or Failed.
struct Identify {};
/// Warns where the server may evict ledgers. Ends in Done or Failed.
struct CheckEviction {};
/// Ends in Heard or Failed.
struct Heartbeat {
    std::int64_t alive_us = 0;        ///< a node lives for so long after its last heartbeat
    std::int64_t replayed_epoch = 0;  ///< under which all that this node holds is in the store; 0: not all is
    std::int64_t since_us = 0;        ///< earlier heartbeats of others say nothing of what they have replayed
    bool leaving = false;
};
/// Writes all that this node holds in the store; nothing is pending then. Ends in Done or Failed.
struct Replay {};
/// Writes what is pending; what fails is pending again. Ends in Done or Failed.
struct WritePending {};
/// For a random time of up to so long. Ends in Woke.
struct Wait {
    std::int64_t most_ms = 0;
};
/// Nothing is to be done any more.
struct End {};
using Action = std::variant<NoteLoss, NoteStore, Trust, Identify, CheckEviction, Heartbeat, Replay,
                            WritePending, Wait, End>;
/// In order. The last one takes time, all before it don't.
using Actions = std::vector<Action>;

enum class Step : std::uint8_t {
    waiting,
    identifying,
    checking_eviction,
    heartbeating,
    replaying,
    writing_pending,
    confirming,    ///< all is written; a second heartbeat shows whether the others have done the same
    writing_rest,  ///< what was decided locally until the store was trusted
    writing_last,
    saying_goodbye,
    ended,
};

/// Starts with a store of which nothing is known.
struct State {
    Step step = Step::waiting;
    std::int64_t connection = 0;      ///< on which this round of steps began
    std::string run_id;               ///< of the server; empty: not known
    std::int64_t store_epoch = 0;     ///< as last heard from this server; 0: not heard yet
    std::int64_t replayed_epoch = 0;  ///< under which all that this node holds is in the store
    std::int64_t place = 0;           ///< where it was heard
    std::int64_t heard_at_us = 0;     ///< the store's time
    std::int64_t waits_since_us = 0;  ///< steady clock: for the others to replay; 0: not yet
    std::int64_t back_since_us =
        0;  ///< the store's time: a node whose heartbeat is later knows that it is back; 0: any do
    std::int64_t nodes_before_loss = 0;  ///< that may hold what the store has lost; 0: nothing is lost
    bool has_lost = false;               ///< since the store was last trusted
    bool has_trusted = false;            ///< ever

    bool operator==(const State&) const = default;
};

/// The only function: one event, and what to do next.
Actions advance(State& state, const Settings& settings, const Seen& seen, const Event& event);

}  // namespace weir::recovery
