// Any order of events in the model of several nodes around one store, longer and with more losses than all
// orders could be tried; and events that no store would send, at the state machine itself.
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "fuzz/bytes.hpp"
#include "fuzz/fuzz.hpp"
#include "limiter/recovery.hpp"
#include "unit/limiter/recovery_model.hpp"

namespace {

using namespace weir::testing;
using weir::fuzz::Bytes;
using weir::fuzz::require;
namespace recovery = weir::recovery;

/// Says what has happened before, since an input by itself does not.
void require_sound(const std::string& violation, const std::string& events) {
    if (violation.empty()) return;
    std::fprintf(stderr, "%s, after:%s\n", violation.c_str(), events.c_str());
    require(false, "no node trusts too early, nothing is lost or written twice");
}

/// By what happens by itself, each in its turn, until nothing more can be wrong.
void settle(const RecoveryModel& model, World world, std::string events) {
    constexpr std::size_t steps_max = 400;
    std::map<std::pair<std::size_t, std::string_view>, int> turns;
    for (std::size_t step = 0; step < steps_max; ++step) {
        if (model.is_settled(world)) return require_sound(model.what_is_wrong(world), events);
        std::vector<Change> changes = model.changes(world);
        std::erase_if(changes, [](const Change& change) { return !change.is_benign; });
        require(!changes.empty(), "something can happen until all is well");
        const auto turn_of = [&](const Change& change) -> int& { return turns[{change.node, change.name}]; };
        // A round under way goes on first: all is well where all nodes wait for their next one.
        const auto order_of = [&](const Change& change) {
            const bool waits = world.nodes[change.node].state.step == recovery::Step::waiting;
            return std::pair(waits, turn_of(change));
        };
        const auto next = std::min_element(
            changes.begin(), changes.end(),
            [&](const Change& one, const Change& other) { return order_of(one) < order_of(other); });
        ++turn_of(*next);
        events += "\n  node " + std::to_string(next->node) + " " + next->name;
        require_sound(next->violation, events);
        world = std::move(next->world);
    }
    std::fprintf(stderr, "after:%s\n", events.c_str());
    require(false, "all is well some time");
}

void explore(Bytes& bytes) {
    constexpr std::size_t steps_max = 600;
    const std::size_t nodes = 2 + bytes.below(2);
    const std::uint8_t kinds = bytes.byte();
    const auto has = [&](unsigned bit) { return (kinds >> bit & 1U) != 0; };
    const Bounds bounds{.nodes = static_cast<int>(nodes),
                        .fresh = static_cast<int>(bytes.below(nodes + 1)),
                        .losses = static_cast<int>(bytes.below(4)),
                        .cuts = static_cast<int>(bytes.below(6)),
                        .failures = static_cast<int>(bytes.below(6)),
                        .deaths = static_cast<int>(bytes.below(3)),
                        .stops = static_cast<int>(bytes.below(3)),
                        .admissions = static_cast<int>(bytes.below(4)),
                        .reports = static_cast<int>(bytes.below(4)),
                        .empties = has(0),
                        .restarts = has(1),
                        .fails_over = has(2),
                        .is_split = has(3),
                        .falls_back_locally = has(4)};
    const RecoveryModel model(bounds);
    World world = model.first();
    std::string events;
    for (std::size_t step = 0; step < steps_max && !bytes.empty(); ++step) {
        std::vector<Change> changes = model.changes(world);
        // A store is stopped once the threads that admit have ended (app/server.cpp).
        std::erase_if(changes, [&](const Change& change) {
            return change.name == std::string_view("admits") && world.nodes[change.node].stopping;
        });
        if (changes.empty()) break;
        Change& change = changes[bytes.below(changes.size())];
        events += "\n  node " + std::to_string(change.node) + " " + change.name;
        require_sound(change.violation, events);
        world = std::move(change.world);
        if (model.is_settled(world)) require_sound(model.what_is_wrong(world), events);
    }
    settle(model, std::move(world), std::move(events));
}

recovery::Event any_event(Bytes& bytes, recovery::Step step) {
    switch (step) {
        case recovery::Step::identifying:
            if (!bytes.flag()) return recovery::Failed{};
            return recovery::Identified{std::string(bytes.take(bytes.below(3)))};
        case recovery::Step::heartbeating:
        case recovery::Step::confirming:
        case recovery::Step::saying_goodbye: {
            if (!bytes.flag()) return recovery::Failed{};
            recovery::Heard heard;
            heard.now_us = bytes.number();
            heard.epoch = bytes.number(-1, 6);
            heard.alive = bytes.number();
            heard.alive_replayed = bytes.number();
            heard.alive_most = bytes.number();
            heard.took_us = bytes.number(0, INT64_MAX);
            heard.place = bytes.number(0, 2);
            return heard;
        }
        case recovery::Step::waiting:
            return recovery::Woke{};
        default:
            if (bytes.flag()) return recovery::Done{};
            return recovery::Failed{};
    }
}

template <typename Kind>
bool is(const recovery::Action& action) {
    return std::holds_alternative<Kind>(action);
}

void check_actions(const recovery::Actions& actions, const recovery::Seen& seen,
                   const recovery::State& after) {
    require(!actions.empty(), "there is always something to do next");
    bool is_lost = false;
    for (std::size_t i = 0; i < actions.size(); ++i) {
        const bool is_at_once = is<recovery::NoteLoss>(actions[i]) || is<recovery::NoteStore>(actions[i]) ||
                                is<recovery::Trust>(actions[i]);
        require(is_at_once == (i + 1 < actions.size()), "the last action takes time, and no other does");
        require(!is<recovery::NoteLoss>(actions[i]) || !is_lost, "a loss is noted once");
        is_lost = is_lost || is<recovery::NoteLoss>(actions[i]);
        if (!is<recovery::Trust>(actions[i])) continue;
        require(!is_lost, "what was just lost is not trusted");
        require(seen.connection != 0, "without a connection nothing is trusted");
        require(std::get<recovery::Trust>(actions[i]).epoch == after.store_epoch,
                "what was heard is trusted");
        require(after.replayed_epoch == after.store_epoch, "a store is trusted once all is in it");
    }
    if (is<recovery::End>(actions.back())) require(after.step == recovery::Step::ended, "the end is the end");
}

/// Whatever a server says, and however often.
void send_anything(Bytes& bytes) {
    constexpr int events_max = 500;
    recovery::State state;
    recovery::Settings settings;
    settings.falls_back_locally = bytes.flag();
    std::int64_t steady_us = 0;
    for (int i = 0; i < events_max && !bytes.empty(); ++i) {
        recovery::Seen seen;
        const std::uint8_t flags = bytes.byte();
        steady_us += flags % 8 == 0 ? bytes.number(0, 1LL << 40) : flags * 1'000;
        seen.steady_us = steady_us;
        seen.connection = flags % 16 == 1 ? 0 : 1 + (flags >> 6U);
        seen.trusts = (flags & 4U) != 0 && state.has_trusted;
        seen.has_pending = (flags & 8U) != 0;
        seen.was_filled = (flags & 16U) != 0;
        seen.stopping = i > 20 && (flags & 32U) != 0;
        seen.lost_epoch = flags % 5 == 0 ? bytes.number() : 0;
        seen.nodes_known = flags % 4;
        const recovery::Event event = any_event(bytes, state.step);
        const recovery::Actions actions = recovery::advance(state, settings, seen, event);
        check_actions(actions, seen, state);
        if (state.step == recovery::Step::ended) break;
    }
}

}  // namespace

/// The first byte says which of the two; then the bounds and the numbers of the events, or the events
/// themselves.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes bytes(data, size);
    if (bytes.byte() % 4 == 3) {
        send_anything(bytes);
    } else {
        explore(bytes);
    }
    return 0;
}
