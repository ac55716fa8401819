// A world as a short text, by which it is known again, and back.
#include <algorithm>
#include <string_view>

#include "recovery_model.hpp"

namespace weir::testing {

namespace {

using recovery::Step;

class Writer {
public:
    template <typename T>
    void operator()(T& value) {
        text_[size_++] = static_cast<char>(value);
    }
    void operator()(std::string& value) { text_[size_++] = value.empty() ? '\0' : value.front(); }
    std::string_view text() const { return {text_.data(), size_}; }

private:
    std::array<char, 128> text_;
    std::size_t size_ = 0;
};

class Reader {
public:
    explicit Reader(const std::string& text) : text_(text) {}
    template <typename T>
    void operator()(T& value) {
        value = static_cast<T>(static_cast<unsigned char>(text_[at_++]));
    }
    void operator()(std::string& value) {
        const char letter = text_[at_++];
        value = letter == '\0' ? std::string() : std::string(1, letter);
    }

private:
    const std::string& text_;
    std::size_t at_ = 0;
};

template <typename Io>
void visit_node(Io& io, World& world, std::size_t i) {
    ModelNode& node = world.nodes[i];
    recovery::State& state = node.state;
    io(state.step), io(state.connection), io(state.run_id), io(state.store_epoch), io(state.replayed_epoch);
    io(state.heard_at_us), io(state.waits_since_us), io(state.back_since_us), io(state.nodes_before_loss);
    io(state.has_lost), io(state.has_trusted);
    io(node.life), io(node.flight), io(node.run_id);
    io(node.heard.now_us), io(node.heard.epoch), io(node.heard.alive), io(node.heard.alive_replayed);
    io(node.heard.alive_most);
    io(node.heartbeat.replayed_epoch), io(node.heartbeat.since_us), io(node.heartbeat.leaving);
    io(node.connection), io(node.lost_epoch), io(node.reports_epoch), io(node.store_epoch), io(node.nodes);
    io(node.trusts), io(node.stopping), io(node.has_waited), io(node.has_given_up), io(node.meanwhile),
        io(node.admitted_at), io(node.admitted_too_late);
    io(node.holds_before), io(node.may_be_doubled), io(node.last_failed);
    ModelStore::Heartbeat& heartbeat = world.store.heartbeats[i];
    io(heartbeat.at), io(heartbeat.replayed_epoch), io(heartbeat.is_alive);
    for (std::int64_t& count : world.store.counts[i]) io(count);
}

template <typename Io>
void visit_rest(Io& io, World& world) {
    ModelStore& store = world.store;
    io(store.run_id), io(store.epoch), io(store.time), io(store.alive_most);
    io(world.losses), io(world.cuts), io(world.failures), io(world.deaths), io(world.stops);
    io(world.admissions), io(world.reports);
}

bool sends_heartbeat(Step step) {
    return step == Step::heartbeating || step == Step::confirming || step == Step::saying_goodbye;
}

/// Of what a node remembers but will never look at again nothing is kept.
void forget_what_is_past(World& world, std::size_t i) {
    ModelNode& node = world.nodes[i];
    if (node.life != Life::up) {
        node = {};
        node.life = Life::dead;
        world.store.counts[i] = {};
    }
    const Step step = node.state.step;
    if (node.flight != Flight::heard) node.heard = {};
    if (node.flight != Flight::identified) node.run_id = 0;
    if (!sends_heartbeat(step) || node.flight != Flight::none) node.heartbeat = {};
    if (step != Step::replaying && step != Step::writing_pending) node.state.heard_at_us = 0;
    if (step == Step::waiting && node.connection != 0) node.connection = node.state.connection;
    if (node.connection != 0) node.connection = node.connection == node.state.connection ? 1 : 2;
    node.state.connection = 1;
    if (node.meanwhile == Meanwhile::nothing || world.store.counts[i][item_meanwhile] > 0)
        node.admitted_at = 0;
    if (!sends_heartbeat(step) || node.flight != Flight::none) node.admitted_too_late = false;
    if (!world.store.heartbeats[i].is_alive) world.store.heartbeats[i] = {};
}

/// Times are compared, and that only with those that some node names as the begin of a wait: their order is
/// kept.
void shorten_times(World& world) {
    std::vector<std::int64_t> named;
    std::vector<std::int64_t*> names, times{&world.store.time};
    for (std::size_t i = 0; i < model_nodes_max; ++i) {
        ModelNode& node = world.nodes[i];
        for (std::int64_t* time : {&node.state.heard_at_us, &node.state.back_since_us, &node.heard.now_us,
                                   &node.heartbeat.since_us}) {
            if (*time == 0) continue;
            names.push_back(time);
            named.push_back(*time);
        }
        for (std::int64_t* time : {&node.admitted_at, &world.store.heartbeats[i].at}) {
            if (*time != 0) times.push_back(time);
        }
    }
    std::sort(named.begin(), named.end());
    named.erase(std::unique(named.begin(), named.end()), named.end());
    const auto up_to = [&](std::int64_t time) {
        return std::upper_bound(named.begin(), named.end(), time) - named.begin();
    };
    for (std::int64_t* time : names) *time = 2 * up_to(*time);
    for (std::int64_t* time : times) *time = 2 * up_to(*time) + 1;
}

}  // namespace

std::string RecoveryModel::encode(World world) const {
    for (std::size_t i = 0; i < model_nodes_max; ++i) forget_what_is_past(world, i);
    shorten_times(world);
    // It makes no difference which node is which.
    std::vector<std::string> nodes(count());
    for (std::size_t i = 0; i < count(); ++i) {
        Writer writer;
        visit_node(writer, world, i);
        nodes[i] = writer.text();
    }
    std::sort(nodes.begin(), nodes.end());
    std::string text;
    for (const std::string& node : nodes) text += node;
    Writer rest;
    visit_rest(rest, world);
    return text.append(rest.text());
}

World RecoveryModel::decode(const std::string& text) const {
    World world;
    for (ModelNode& node : world.nodes) node.life = Life::ended;
    Reader reader(text);
    for (std::size_t i = 0; i < count(); ++i) visit_node(reader, world, i);
    visit_rest(reader, world);
    return world;
}

}  // namespace weir::testing
