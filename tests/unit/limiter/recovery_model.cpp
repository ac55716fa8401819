// What can happen next in a world, and what it leads to.
#include "recovery_model.hpp"

#include <algorithm>

#include "recovery_model_step.hpp"

namespace weir::testing {

namespace {

bool waits(const ModelNode& node) {
    return node.state.step == recovery::Step::waiting;
}

}  // namespace

World RecoveryModel::first() const {
    World world;
    world.losses = bounds_.losses;
    world.cuts = bounds_.cuts;
    world.failures = bounds_.failures;
    world.deaths = bounds_.deaths;
    world.stops = bounds_.stops;
    world.admissions = bounds_.admissions;
    world.reports = bounds_.reports;
    const std::int64_t known = bounds_.nodes - bounds_.fresh;
    world.store.alive_most = known;
    for (std::size_t i = 0; i < model_nodes_max; ++i) {
        ModelNode& node = world.nodes[i];
        if (i >= count()) node.life = Life::ended;
        if (i >= static_cast<std::size_t>(known)) continue;
        node.state.run_id = std::string(1, world.store.run_id);
        node.state.store_epoch = node.state.replayed_epoch = 1;
        node.state.has_trusted = true;
        node.connection = 1;
        node.store_epoch = 1;
        node.nodes = known;
        node.trusts = node.holds_before = true;
        world.store.heartbeats[i] = {.at = 1, .replayed_epoch = 1, .is_alive = true};
        world.store.counts[i][item_before] = 1;
    }
    return world;
}

std::vector<Change> RecoveryModel::changes(const World& world) const {
    std::vector<Change> found;
    found.reserve(32);
    const auto offer = [&](const char* name, std::size_t node, bool is_benign, const auto& act) {
        Change change{.name = name, .node = node, .is_benign = is_benign, .world = world, .violation = {}};
        ModelStep step(change, bounds_);
        act(step, node);
        found.push_back(std::move(change));
    };
    const auto offer_all = [&](std::size_t i) {
        const ModelNode& node = world.nodes[i];
        if (node.flight != Flight::none || waits(node)) {
            offer("hears", i, true, [](ModelStep& step, std::size_t n) { step.deliver(n); });
        } else if (bounds_.is_split) {
            offer("is served", i, true, [](ModelStep& step, std::size_t n) { step.execute(n, Fault::none); });
        } else {
            offer("asks", i, true, [](ModelStep& step, std::size_t n) {
                step.execute(n, Fault::none);
                step.deliver(n);
            });
        }
        if (node.flight == Flight::none && !waits(node) && world.failures > 0) {
            for (const Fault fault : {Fault::not_done, Fault::half_done, Fault::done}) {
                offer("fails", i, false, [fault](ModelStep& step, std::size_t n) { step.execute(n, fault); });
            }
        }
        if (node.connection == 0 && node.flight == Flight::none) {
            offer("connects", i, true, [](ModelStep& step, std::size_t n) { step.connect(n); });
        } else if (node.connection != 0 && world.cuts > 0) {
            offer("is cut off", i, false, [](ModelStep& step, std::size_t n) { step.cut(n, true); });
        }
        if (node.state.waits_since_us != 0 && !node.has_waited) {
            offer("has waited", i, true,
                  [](ModelStep& step, std::size_t n) { step.node(n).has_waited = true; });
        }
        if (node.trusts && world.reports > 0 && node.store_epoch != world.store.epoch &&
            node.reports_epoch == 0) {
            offer("sees a loss", i, false, [](ModelStep& step, std::size_t n) { step.see_loss(n); });
        }
        if (node.reports_epoch != 0) {
            offer("reports a loss", i, true, [](ModelStep& step, std::size_t n) { step.report(n); });
        }
        if (!node.trusts && node.meanwhile == Meanwhile::nothing && world.admissions > 0 &&
            bounds_.falls_back_locally && node.nodes > 0) {
            offer("admits", i, false, [](ModelStep& step, std::size_t n) { step.admit(n); });
        }
        if (!node.stopping && world.stops > 0) {
            offer("stops", i, false, [](ModelStep& step, std::size_t n) { step.stop(n); });
        }
        if (world.deaths > 0) {
            offer("dies", i, false, [](ModelStep& step, std::size_t n) { step.die(n); });
        }
    };
    for (std::size_t i = 0; i < count(); ++i) {
        if (world.nodes[i].life == Life::up) offer_all(i);
        const bool is_silent = world.nodes[i].life != Life::up || world.nodes[i].connection == 0;
        if (is_silent && world.store.heartbeats[i].is_alive) {
            offer("is no longer alive", i, true, [](ModelStep& step, std::size_t n) { step.expire(n); });
        }
    }
    if (world.losses == 0) return found;
    for (const auto& [is_tried, loss] :
         {std::pair{bounds_.empties, Loss::emptied}, std::pair{bounds_.restarts, Loss::restarted_empty},
          std::pair{bounds_.fails_over, Loss::failed_over_empty},
          std::pair{bounds_.fails_over, Loss::failed_over}}) {
        if (!is_tried) continue;
        offer(name_of(loss), 0, false, [kind = loss](ModelStep& step, std::size_t) { step.lose(kind); });
    }
    return found;
}

bool RecoveryModel::is_settled(const World& world) const {
    return std::all_of(world.nodes.begin(), world.nodes.end(), [&](const ModelNode& node) {
        if (node.life != Life::up) return true;
        return !node.stopping && node.trusts && waits(node) && node.connection != 0 &&
               knows_store(world, node) && node.state.replayed_epoch == world.store.epoch &&
               node.meanwhile != Meanwhile::pending;
    });
}

std::string RecoveryModel::what_is_wrong(const World& world) const {
    for (std::size_t i = 0; i < count(); ++i) {
        const ModelNode& node = world.nodes[i];
        if (node.life != Life::up) continue;
        const std::string wrong = what_is_missing(world, i);
        if (!wrong.empty()) return wrong;
        const auto& counts = world.store.counts[i];
        if (!node.may_be_doubled && (counts[item_before] > 1 || counts[item_meanwhile] > 1)) {
            return "something was written twice";
        }
    }
    return {};
}

}  // namespace weir::testing
