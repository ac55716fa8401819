// One event of the model, as it changes a world.
#pragma once

#include "recovery_model.hpp"

namespace weir::testing {

enum class Fault : std::uint8_t {
    none,
    not_done,
    half_done,
    done
};  ///< in all but the first no answer comes

enum class Loss : std::uint8_t {
    emptied,            ///< FLUSHALL
    restarted_empty,    ///< another run id, and nothing of before
    failed_over_empty,  ///< a replica that has the epoch and the heartbeats, but not the charges
    failed_over,        ///< a replica that has everything
};
const char* name_of(Loss loss);

/// The node has noticed every loss.
bool knows_store(const World& world, const ModelNode& node);
/// Of what this node holds; empty: nothing.
std::string what_is_missing(const World& world, std::size_t node);

class ModelStep {
public:
    ModelStep(Change& change, const Bounds& bounds) : change_(change), bounds_(bounds) {}

    ModelNode& node(std::size_t i) { return change_.world.nodes[i]; }
    /// The store does what node i has sent.
    void execute(std::size_t i, Fault fault);
    /// Node i hears how its last action ended, and begins the next one.
    void deliver(std::size_t i);
    void connect(std::size_t i);
    void cut(std::size_t i, bool is_counted);
    void see_loss(std::size_t i);
    void report(std::size_t i);
    void admit(std::size_t i);
    void stop(std::size_t i);
    void die(std::size_t i);
    void expire(std::size_t i);
    void lose(Loss loss);

private:
    void execute_heartbeat(std::size_t i);
    void execute_write(std::size_t i, Fault fault);
    bool has_to_send(const ModelNode& node) const;
    recovery::Event take_event(ModelNode& node);

    void perform(std::size_t i, const recovery::Action& action, const ModelNode& before);
    void note_store(ModelNode& node, const recovery::NoteStore& noted);
    void trust(std::size_t i, std::int64_t epoch, const ModelNode& before);
    void end(std::size_t i);

    Change& change_;
    const Bounds& bounds_;
};

}  // namespace weir::testing
