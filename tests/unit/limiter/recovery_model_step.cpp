// A deterministic store, and nodes of which everything but the recovery itself is simple.
#include "recovery_model_step.hpp"

#include <algorithm>
#include <utility>

namespace weir::testing {

namespace {

using recovery::Step;

constexpr std::int64_t heartbeat_ms = 1'000;
constexpr std::int64_t steady_us = 1;

bool is_heartbeat(Step step) {
    return step == Step::heartbeating || step == Step::confirming || step == Step::saying_goodbye;
}

bool is_replay(const ModelNode& node) {
    return node.state.step == Step::replaying ||
           (node.state.step == Step::writing_last && node.meanwhile != Meanwhile::being_written);
}

bool is_write(Step step) {
    return step == Step::replaying || step == Step::writing_pending || step == Step::writing_rest ||
           step == Step::writing_last;
}

bool is_pending(const ModelNode& node) {
    return node.meanwhile != Meanwhile::nothing && node.meanwhile != Meanwhile::not_pending;
}

std::int64_t living(const World& world) {
    return std::count_if(world.nodes.begin(), world.nodes.end(),
                         [](const ModelNode& node) { return node.life == Life::up; });
}

void add_one(std::int64_t& count) {
    count = std::min<std::int64_t>(count + 1, 2);  // more than once is all that matters
}

}  // namespace

const char* name_of(Loss loss) {
    switch (loss) {
        case Loss::emptied:
            return "the store is emptied";
        case Loss::restarted_empty:
            return "the store restarts empty";
        case Loss::failed_over_empty:
            return "a replica without the charges takes over";
        case Loss::failed_over:
            return "a replica takes over";
    }
    return "";
}

bool knows_store(const World& world, const ModelNode& node) {
    return node.state.run_id == std::string(1, world.store.run_id) &&
           node.state.store_epoch == world.store.epoch;
}

std::string what_is_missing(const World& world, std::size_t i) {
    const ModelNode& node = world.nodes[i];
    const auto& counts = world.store.counts[i];
    if (node.holds_before && counts[item_before] == 0) return "what a node held is missing";
    const bool has_admitted = node.meanwhile != Meanwhile::nothing;
    if (has_admitted && counts[item_meanwhile] == 0) return "what a node admitted meanwhile is missing";
    return {};
}

void ModelStep::execute(std::size_t i, Fault fault) {
    ModelNode& one = node(i);
    if (fault != Fault::none) --change_.world.failures;
    const Step step = one.state.step;
    if (is_write(step)) return execute_write(i, fault);
    if (fault == Fault::none || fault == Fault::done) {
        if (is_heartbeat(step)) execute_heartbeat(i);
        one.run_id = change_.world.store.run_id;
        if (step == Step::identifying) one.flight = Flight::identified;
        if (step == Step::checking_eviction) one.flight = Flight::done;
    }
    if (fault != Fault::none) one.flight = Flight::failed;
}

void ModelStep::execute_heartbeat(std::size_t i) {
    ModelNode& one = node(i);
    ModelStore& store = change_.world.store;
    const std::int64_t now = store.time += 2;
    ModelStore::Heartbeat& own = store.heartbeats[i];
    own = one.heartbeat.leaving
              ? ModelStore::Heartbeat{}
              : ModelStore::Heartbeat{
                    .at = now, .replayed_epoch = one.heartbeat.replayed_epoch, .is_alive = true};
    // What is admitted while a heartbeat is on its way counts as admitted after it.
    if (std::exchange(one.admitted_too_late, false)) one.admitted_at = now;
    one.heard = {.now_us = now, .epoch = store.epoch};
    for (const ModelStore::Heartbeat& heartbeat : store.heartbeats) {
        if (!heartbeat.is_alive) continue;
        ++one.heard.alive;
        const bool is_recent = heartbeat.at >= one.heartbeat.since_us;
        if (is_recent && heartbeat.replayed_epoch == store.epoch) ++one.heard.alive_replayed;
    }
    store.alive_most = one.heard.alive_most = std::max(store.alive_most, one.heard.alive);
    one.flight = Flight::heard;
}

/// The calls of a write name the epoch that the node knows: under another one they do nothing.
void ModelStep::execute_write(std::size_t i, Fault fault) {
    ModelNode& one = node(i);
    ModelStore& store = change_.world.store;
    one.flight = fault == Fault::none ? Flight::done : Flight::failed;
    if (!has_to_send(one)) {
        one.flight = Flight::done;
        return;
    }
    if (fault == Fault::not_done) return;
    if (one.store_epoch != 0 && one.store_epoch != store.epoch) {
        one.flight = Flight::failed;
        if (fault != Fault::none) return;
        one.lost_epoch = one.store_epoch;
        one.trusts = false;
        return;
    }
    if (fault != Fault::none) one.may_be_doubled = true;
    const bool is_all = is_replay(one);
    if (is_all && one.holds_before) add_one(store.counts[i][item_before]);
    const bool is_whole = fault != Fault::half_done || !is_all;
    const bool has_meanwhile =
        one.meanwhile == Meanwhile::being_written || one.meanwhile == Meanwhile::being_replayed;
    if (is_whole && has_meanwhile) add_one(store.counts[i][item_meanwhile]);
}

bool ModelStep::has_to_send(const ModelNode& one) const {
    if (!is_write(one.state.step)) return one.state.step != Step::waiting;
    if (one.meanwhile == Meanwhile::being_written || one.meanwhile == Meanwhile::being_replayed) return true;
    return one.state.step != Step::writing_pending && one.state.step != Step::writing_rest &&
           one.holds_before;
}

recovery::Event ModelStep::take_event(ModelNode& one) {
    const Flight flight = one.flight;
    one.flight = Flight::none;
    if (is_write(one.state.step)) {
        const bool failed = flight == Flight::failed;
        if (one.state.step == Step::writing_last) one.last_failed = failed;
        if (one.meanwhile == Meanwhile::being_written) {
            one.meanwhile = failed ? Meanwhile::pending : Meanwhile::not_pending;
        } else if (one.meanwhile == Meanwhile::being_replayed) {
            one.meanwhile = Meanwhile::not_pending;
        }
    }
    switch (flight) {
        case Flight::none:
            return recovery::Woke{};
        case Flight::failed:
            return recovery::Failed{};
        case Flight::done:
            return recovery::Done{};
        case Flight::identified:
            return recovery::Identified{std::string(1, one.run_id)};
        case Flight::heard:
            return one.heard;
    }
    return recovery::Failed{};
}

void ModelStep::deliver(std::size_t i) {
    ModelNode& one = node(i);
    if (one.state.step == Step::saying_goodbye && one.flight == Flight::failed) one.last_failed = true;
    const recovery::Event event = take_event(one);
    const ModelNode before = one;
    const recovery::Seen seen{.steady_us = one.has_waited ? steady_us + 2 * heartbeat_ms * 1000 : steady_us,
                              .connection = one.connection,
                              .trusts = one.trusts,
                              .lost_epoch = std::exchange(one.lost_epoch, 0),
                              .has_pending = one.meanwhile == Meanwhile::pending,
                              .nodes_known = one.nodes,
                              .stopping = one.stopping};
    const recovery::Settings settings{.heartbeat_ms = heartbeat_ms,
                                      .falls_back_locally = bounds_.falls_back_locally};
    for (const recovery::Action& action : recovery::advance(one.state, settings, seen, event)) {
        perform(i, action, before);
    }
    if (one.state.waits_since_us == 0) one.has_waited = false;
    // Which server answers can't change on one connection: to ask that is no event of its own.
    const Step step = one.state.step;
    if (step != Step::identifying && step != Step::checking_eviction) return;
    execute(i, Fault::none);
    deliver(i);
}

void ModelStep::perform(std::size_t i, const recovery::Action& action, const ModelNode& before) {
    ModelNode& one = node(i);
    if (std::holds_alternative<recovery::NoteLoss>(action)) one.trusts = false;
    if (const auto* noted = std::get_if<recovery::NoteStore>(&action)) return note_store(one, *noted);
    if (const auto* trusted = std::get_if<recovery::Trust>(&action)) return trust(i, trusted->epoch, before);
    if (const auto* heartbeat = std::get_if<recovery::Heartbeat>(&action)) one.heartbeat = *heartbeat;
    if (std::holds_alternative<recovery::Replay>(action) && one.meanwhile != Meanwhile::nothing) {
        one.meanwhile = Meanwhile::being_replayed;
    }
    if (std::holds_alternative<recovery::WritePending>(action) && one.meanwhile == Meanwhile::pending) {
        one.meanwhile = Meanwhile::being_written;
    }
    if (std::holds_alternative<recovery::End>(action)) return end(i);
    const bool is_note = std::holds_alternative<recovery::NoteLoss>(action);
    if (!is_note && one.connection == 0 && has_to_send(one)) one.flight = Flight::failed;
}

void ModelStep::note_store(ModelNode& one, const recovery::NoteStore& noted) {
    if (one.state.has_lost && noted.nodes < one.nodes)
        change_.violation = "a node forgets how many there are";
    one.store_epoch = noted.epoch;
    one.nodes = noted.nodes;
}

void ModelStep::trust(std::size_t i, std::int64_t epoch, const ModelNode& before) {
    ModelNode& one = node(i);
    if (one.lost_epoch == epoch) return;
    one.trusts = true;
    one.has_given_up = one.has_given_up || before.has_waited;
    const World& world = change_.world;
    if (!knows_store(world, one)) return;
    if (one.holds_before && world.store.counts[i][item_before] == 0) {
        change_.violation = "a node trusts the store before it has replayed";
    }
    // Who has never trusted the store knows nothing of what was before, nor of whom it has not heard.
    if (!before.state.has_trusted || before.nodes < living(world)) return;
    for (std::size_t k = 0; k < model_nodes_max; ++k) {
        const ModelNode& other = world.nodes[k];
        if (k == i || other.life != Life::up) continue;
        if (!one.has_given_up && other.holds_before && world.store.counts[k][item_before] == 0) {
            change_.violation = "a node trusts the store before another has replayed";
        }
        const bool is_older = other.admitted_at < before.state.back_since_us;
        const bool is_missing = is_pending(other) && world.store.counts[k][item_meanwhile] == 0;
        if (!before.has_waited && is_older && is_missing) {
            change_.violation = "a node trusts the store before another has written what is pending";
        }
    }
}

void ModelStep::end(std::size_t i) {
    ModelNode& one = node(i);
    one.life = Life::ended;
    const World& world = change_.world;
    if (one.connection == 0 || one.last_failed || !knows_store(world, one)) return;
    const std::string missing = what_is_missing(world, i);
    if (!missing.empty()) change_.violation = missing + " after it has left";
}

void ModelStep::connect(std::size_t i) {
    node(i).connection = node(i).state.connection + 1;
}

void ModelStep::cut(std::size_t i, bool is_counted) {
    ModelNode& one = node(i);
    if (is_counted) --change_.world.cuts;
    one.connection = 0;
    one.trusts = false;
    const bool is_done = one.flight == Flight::done && is_write(one.state.step);
    if (is_done && has_to_send(one)) one.may_be_doubled = true;
    if (one.flight != Flight::none || has_to_send(one)) {
        if (one.state.step != Step::waiting) one.flight = Flight::failed;
    }
}

void ModelStep::see_loss(std::size_t i) {
    --change_.world.reports;
    node(i).reports_epoch = node(i).store_epoch;
}

void ModelStep::report(std::size_t i) {
    node(i).lost_epoch = std::exchange(node(i).reports_epoch, 0);
    node(i).trusts = false;
}

void ModelStep::admit(std::size_t i) {
    --change_.world.admissions;
    node(i).meanwhile = Meanwhile::pending;
    node(i).admitted_too_late = is_heartbeat(node(i).state.step) && node(i).flight == Flight::none;
    node(i).admitted_at = change_.world.store.time;
}

void ModelStep::stop(std::size_t i) {
    --change_.world.stops;
    node(i).stopping = true;
}

void ModelStep::die(std::size_t i) {
    --change_.world.deaths;
    node(i).life = Life::dead;
}

void ModelStep::expire(std::size_t i) {
    change_.world.store.heartbeats[i].is_alive = false;
}

void ModelStep::lose(Loss loss) {
    World& world = change_.world;
    --world.losses;
    for (ModelNode& one : world.nodes) one.has_given_up = false;
    const bool has_charges = loss == Loss::failed_over;
    if (!has_charges) world.store.counts = {};
    if (loss == Loss::emptied || loss == Loss::restarted_empty) {
        ++world.store.epoch;
        world.store.heartbeats = {};
        world.store.alive_most = 0;
    }
    if (loss == Loss::emptied) return;
    ++world.store.run_id;
    for (std::size_t i = 0; i < model_nodes_max; ++i) {
        if (node(i).life != Life::up) continue;
        if (node(i).connection != 0) cut(i, false);
        if (has_charges) node(i).may_be_doubled = true;
    }
}

}  // namespace weir::testing
