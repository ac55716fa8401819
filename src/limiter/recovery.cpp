// One round: identify the server, heartbeat, write what is missing there, and, while the store is not
// trusted, ask whether the others have done so too.
#include "limiter/recovery.hpp"

#include <algorithm>

namespace weir::recovery {

namespace {

constexpr std::int64_t probe_ms = 100;          // between two looks at a store that is not trusted
constexpr std::int64_t heartbeats_to_live = 3;  // a node that misses so many is gone
constexpr std::int64_t heartbeats_to_wait = 2;  // for others to replay
constexpr std::string_view emptied = "Redis was emptied";
constexpr std::string_view replaced = "another Redis server answers";

/// One event being handled.
class Turn {
public:
    Turn(State& state, const Settings& settings, const Seen& seen)
        : state_(state), settings_(settings), seen_(seen), trusts_(seen.trusts) {}

    Actions take(const Event& event);

private:
    void go_on(const Event& event);
    bool is_broken(const Event& event) const;
    void note_loss(std::string_view why);
    void start();
    void note_server(const std::string& run_id);
    void note_heartbeat(const Heard& heard);
    void heartbeat(Step step);
    void replay(Step step);
    void write_what_is_missing();
    void write_pending();
    void confirm();
    void judge(const Heard& heard);
    bool others_have_replayed(const Heard& heard) const;
    void end_round(bool is_there);
    void leave();
    void end();

    void await(Step step, Action action) {
        state_.step = step;
        actions_.push_back(action);
    }

    State& state_;
    const Settings& settings_;
    const Seen& seen_;
    Actions actions_;
    bool is_lost_ = false;  ///< noted in this turn
    bool trusts_;           ///< once the actions so far are done
};

Actions Turn::take(const Event& event) {
    const Heard* heard = std::get_if<Heard>(&event);
    const bool is_reported = seen_.lost_epoch != 0 && seen_.lost_epoch == state_.store_epoch;
    // A heartbeat that shows another epoch shows the same loss.
    if (is_reported && (heard == nullptr || heard->epoch == state_.store_epoch)) note_loss(emptied);
    switch (state_.step) {
        case Step::waiting:
            start();
            break;
        case Step::writing_rest:
            end_round(true);
            break;
        case Step::writing_last:
            heartbeat(Step::saying_goodbye);
            break;
        case Step::saying_goodbye:
        case Step::ended:
            end();
            break;
        default:
            is_broken(event) ? end_round(false) : go_on(event);
    }
    return std::move(actions_);
}

/// The next step of a round, in which nothing has failed so far.
void Turn::go_on(const Event& event) {
    switch (state_.step) {
        case Step::identifying:
            return note_server(std::get<Identified>(event).run_id);
        case Step::checking_eviction:
            return heartbeat(Step::heartbeating);
        case Step::heartbeating:
            note_heartbeat(std::get<Heard>(event));
            return write_what_is_missing();
        case Step::replaying:
            if (is_lost_) return end_round(true);
            state_.replayed_epoch = state_.store_epoch;
            return write_pending();
        case Step::writing_pending:
            return is_lost_ ? end_round(true) : confirm();
        default:
            note_heartbeat(std::get<Heard>(event));
            judge(std::get<Heard>(event));
    }
}

/// Another connection may be one to another server: everything is asked again.
bool Turn::is_broken(const Event& event) const {
    if (seen_.connection == 0 || seen_.connection != state_.connection) return true;
    const Heard* heard = std::get_if<Heard>(&event);
    if (heard != nullptr && heard->epoch <= 0)
        return true;  // it would be taken for one that was not heard yet
    return std::holds_alternative<Failed>(event) && state_.step != Step::checking_eviction;
}

void Turn::note_loss(std::string_view why) {
    if (is_lost_) return;
    is_lost_ = state_.has_lost = true;
    trusts_ = false;
    // The store has forgotten how many there were; this node has not.
    state_.nodes_before_loss = seen_.nodes_known;
    state_.replayed_epoch = state_.waits_since_us = state_.back_since_us = 0;
    actions_.push_back(NoteLoss{why});
}

void Turn::start() {
    if (seen_.stopping) return leave();
    if (seen_.connection == 0) return end_round(false);
    state_.connection = seen_.connection;
    await(Step::identifying, Identify{});
}

void Turn::note_server(const std::string& run_id) {
    if (run_id == state_.run_id) return heartbeat(Step::heartbeating);
    if (!state_.run_id.empty()) note_loss(replaced);
    state_.run_id = run_id;
    state_.store_epoch = 0;
    await(Step::checking_eviction, CheckEviction{});
}

void Turn::heartbeat(Step step) {
    await(step, Heartbeat{.alive_us = heartbeats_to_live * settings_.heartbeat_ms * 1000,
                          .replayed_epoch = seen_.has_pending ? 0 : state_.replayed_epoch,
                          .since_us = state_.back_since_us,
                          .leaving = step == Step::saying_goodbye});
}

void Turn::note_heartbeat(const Heard& heard) {
    if (state_.store_epoch != 0 && heard.place != state_.place) {
        // The same store by another epoch: what was in it is in it.
        if (state_.replayed_epoch == state_.store_epoch) state_.replayed_epoch = heard.epoch;
    } else if (state_.store_epoch != 0 && state_.store_epoch != heard.epoch) {
        note_loss(emptied);
    }
    const bool is_first = state_.store_epoch == 0 && !state_.has_trusted && !state_.has_lost;
    if (is_first && seen_.was_filled) state_.replayed_epoch = heard.epoch;
    state_.place = heard.place;
    state_.store_epoch = heard.epoch;
    state_.heard_at_us = heard.now_us;
    actions_.push_back(
        NoteStore{heard.epoch, std::max(heard.alive_most, state_.nodes_before_loss), heard.alive});
}

void Turn::write_what_is_missing() {
    if (state_.replayed_epoch == state_.store_epoch) return write_pending();
    await(Step::replaying, Replay{});
}

void Turn::write_pending() {
    if (!seen_.has_pending) return confirm();
    await(Step::writing_pending, WritePending{});
}

/// From here on the others are waited for: what they admitted locally is not in the store before they are
/// back, too. A node that has only just started knows of no others who were away.
void Turn::confirm() {
    if (trusts_) return end_round(true);
    if (state_.waits_since_us == 0) {
        state_.waits_since_us = seen_.steady_us;
        const bool others_may_have_pending = state_.has_trusted && settings_.falls_back_locally;
        // A server that takes over may remember heartbeats of before.
        const bool knows_what_is_recent = others_may_have_pending || state_.has_lost;
        state_.back_since_us = knows_what_is_recent ? state_.heard_at_us : 0;
    }
    heartbeat(Step::confirming);
}

void Turn::judge(const Heard& heard) {
    const bool is_quick = heard.took_us <= settings_.timeout_ms * 1000;
    if (is_lost_ || !is_quick || !others_have_replayed(heard)) return end_round(true);
    state_.nodes_before_loss = state_.waits_since_us = state_.back_since_us = 0;
    state_.has_lost = false;
    state_.has_trusted = true;
    actions_.push_back(Trust{state_.store_epoch});
    await(Step::writing_rest, WritePending{});
}

bool Turn::others_have_replayed(const Heard& heard) const {
    const std::int64_t known = state_.back_since_us == 0 ? heard.alive : heard.alive_most;
    if (heard.alive_replayed >= std::max(known, state_.nodes_before_loss)) return true;
    const std::int64_t waited_us = seen_.steady_us - state_.waits_since_us;
    return waited_us >= heartbeats_to_wait * settings_.heartbeat_ms * 1000;
}

/// `is_there`: the store has answered everything.
void Turn::end_round(bool is_there) {
    if (!is_there) state_.waits_since_us = state_.back_since_us = 0;
    if (seen_.stopping) return leave();
    await(Step::waiting, Wait{trusts_ ? settings_.heartbeat_ms : probe_ms});
}

void Turn::leave() {
    if (seen_.connection == 0) return end();
    // A replay that failed has taken what was pending with it.
    const bool is_replayed = state_.replayed_epoch != 0 && state_.replayed_epoch == state_.store_epoch;
    if (!is_replayed) return await(Step::writing_last, Replay{});
    if (seen_.has_pending) return await(Step::writing_last, WritePending{});
    heartbeat(Step::saying_goodbye);
}

void Turn::end() {
    await(Step::ended, End{});
}

}  // namespace

Actions advance(State& state, const Settings& settings, const Seen& seen, const Event& event) {
    return Turn(state, settings, seen).take(event);
}

}  // namespace weir::recovery
