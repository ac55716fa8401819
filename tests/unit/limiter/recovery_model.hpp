// A model of several nodes around one store, small enough that every order of events can be tried: the nodes
// recover by limiter/recovery, the store is what lua/heartbeat.lua and lua/window.lua make of it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "limiter/recovery.hpp"

namespace weir::testing {

inline constexpr std::size_t model_nodes_max = 3;

/// What may happen, and how often, in one exploration.
struct Bounds {
    int nodes = 2;
    int fresh = 0;  ///< of these, those that have not been started yet
    int losses = 0;
    int cuts = 0;      ///< of one node's connection
    int failures = 0;  ///< of a command, each one done, half done or not done
    int deaths = 0;
    int stops = 0;
    int admissions = 0;  ///< that a node makes while it does not trust the store
    int reports = 0;     ///< of a loss, by a request that was on its way
    bool empties = true, restarts = true, fails_over = true;  ///< the kinds of loss that are tried
    bool is_split = true;  ///< what the store does and what the node hears of it are two events
    bool falls_back_locally = true;
};

/// Two parts of a node's local copy.
enum Item : std::uint8_t { item_before, item_meanwhile, items_max };

/// Of what the node admitted while it did not trust the store.
enum class Meanwhile : std::uint8_t { nothing, pending, being_written, being_replayed, not_pending };
enum class Life : std::uint8_t { up, dead, ended };
enum class Flight : std::uint8_t { none, failed, done, identified, heard };

struct ModelNode {
    recovery::State state;
    Life life = Life::up;
    Flight flight = Flight::none;   ///< how the action ended that the node has not heard of yet
    recovery::Heard heard;          ///< where it was a heartbeat
    char run_id = 0;                ///< where it was an identification
    recovery::Heartbeat heartbeat;  ///< as it was sent
    std::int64_t connection = 0, connections = 0;
    std::int64_t lost_epoch = 0, reports_epoch = 0;  ///< noted in the breaker; still on its way
    std::int64_t store_epoch = 0, nodes = 0;         ///< as noted for requests
    bool trusts = false;
    bool stopping = false;
    bool has_waited = false;    ///< two heartbeats, for the others
    bool has_given_up = false;  ///< has trusted the store because of that, since the last loss
    Meanwhile meanwhile = Meanwhile::nothing;
    std::int64_t admitted_at = 0;    ///< the store's time
    bool admitted_too_late = false;  ///< for a heartbeat that was on its way
    bool holds_before = false;       ///< this node holds something in the store from before
    bool may_be_doubled = false;     ///< a write failed ambiguously, or was repeated for a store that had it
    bool last_failed = false;        ///< of what was written before leaving
};

struct ModelStore {
    char run_id = 'a';
    std::int64_t epoch = 1, time = 1, alive_most = 0;
    struct Heartbeat {
        std::int64_t at = 0, replayed_epoch = 0;  ///< 0: there is none
        bool is_alive = false;
    };
    std::array<Heartbeat, model_nodes_max> heartbeats{};
    std::array<std::array<std::int64_t, items_max>, model_nodes_max> counts{};
};

struct World {
    ModelStore store;
    std::array<ModelNode, model_nodes_max> nodes{};
    std::int64_t losses = 0, cuts = 0, failures = 0, deaths = 0, stops = 0, admissions = 0,
                 reports = 0;  ///< left
};

/// One event, and the world after it.
struct Change {
    const char* name = "";
    std::size_t node = 0;
    bool is_benign = true;  ///< happens by itself sooner or later, and takes nothing away
    World world;
    std::string violation;  ///< empty: none
};

class RecoveryModel {
public:
    explicit RecoveryModel(Bounds bounds) : bounds_(bounds) {}

    World first() const;
    std::vector<Change> changes(const World& world) const;

    /// Every node that lives trusts the store and knows which it is; whoever was to leave has left.
    bool is_settled(const World& world) const;
    /// Of a settled world: empty where everything is in the store, and once.
    std::string what_is_wrong(const World& world) const;

    /// As short as equal worlds are equal: what can't make a difference any more is left out.
    std::string encode(World world) const;
    World decode(const std::string& text) const;

private:
    std::size_t count() const { return static_cast<std::size_t>(bounds_.nodes); }
    Bounds bounds_;
};

}  // namespace weir::testing
