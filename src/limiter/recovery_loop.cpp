// Each action is a command or two, or a note in what the threads of the node share.
#include "limiter/recovery_loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <random>

#include "limiter/integers.hpp"
#include "text/hex.hpp"

namespace weir {

namespace {

constexpr std::int64_t patience_ms = 500;  // no request waits for these answers

std::int64_t jittered(std::int64_t duration_ms) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_int_distribution<std::int64_t>(duration_ms / 2, duration_ms)(random);
}

/// The value of "name:value" out of INFO; empty where it is not there.
std::string value_in(const redis::Reply& reply, std::string_view name) {
    const std::string* text = reply.text();
    if (text == nullptr) return {};
    const std::string& info = *text;
    const std::size_t begin = info.find(name);
    if (begin == std::string::npos) return {};
    const std::size_t end = info.find_first_of("\r\n", begin);
    return info.substr(begin + name.size(), end - begin - name.size());
}

}  // namespace

RecoveryLoop::RecoveryLoop(RedisMaster& master, boost::asio::io_context& context, Redirects* redirects)
    : master_(master),
      node_(master.node),
      context_(context),
      windows_(master, context, redirects,
               [this] {
                   ++connections_;
                   pause_.cancel();
               }),
      pause_(context),
      name_(text::random_hex(16)),
      settings_{.heartbeat_ms = node_.options.heartbeat_ms,
                .timeout_ms = node_.options.timeout_ms,
                .falls_back_locally = node_.options.without_store == WithoutStore::local} {}

awaitable<void> RecoveryLoop::run() {
    boost::asio::co_spawn(context_, windows_.connection().run(), boost::asio::detached);
    Event event = recovery::Woke{};
    while (state_.step != recovery::Step::ended) {
        const recovery::Actions actions = recovery::advance(state_, settings_, see(), event);
        for (const recovery::Action& action : actions) {
            event = co_await std::visit([this](const auto& one) { return perform(one); }, action);
        }
    }
    windows_.connection().stop();
}

void RecoveryLoop::stop() {
    stopping_ = true;
    pause_.cancel();
}

recovery::Seen RecoveryLoop::see() {
    return {.steady_us = node_.clock.steady_us(),
            .connection = windows_.connection().ready() ? connections_ : 0,
            .trusts = master_.breaker.is_closed(),
            .lost_epoch = master_.breaker.take_lost_epoch(),
            .was_filled = master_.was_filled.load(std::memory_order_relaxed),
            .has_pending = node_.local_copy.has_pending(master_.index),
            .nodes_known = node_.nodes_known(),
            .stopping = stopping_};
}

awaitable<RecoveryLoop::Event> RecoveryLoop::perform(recovery::NoteLoss loss) {
    node_.counters.data_losses.fetch_add(1, std::memory_order_relaxed);
    master_.breaker.note_lost(loss.why);
    co_return recovery::Done{};
}

awaitable<RecoveryLoop::Event> RecoveryLoop::perform(recovery::NoteStore store) {
    master_.store_epoch.store(store.epoch, std::memory_order_relaxed);
    node_.nodes.note(master_.index, store.nodes, store.alive, node_.clock.steady_us());
    co_return recovery::Done{};
}

awaitable<RecoveryLoop::Event> RecoveryLoop::perform(recovery::Trust trust) {
    master_.breaker.close(trust.epoch);
    co_return recovery::Done{};
}

awaitable<RecoveryLoop::Event> RecoveryLoop::perform(recovery::Identify) {
    const std::vector<std::string> words{"INFO", "server"};
    const auto answered = co_await windows_.command(words, patience_ms);
    if (!answered) co_return recovery::Failed{};
    // It may even have the slots of some ledgers, and all of the heartbeats.
    if (!node_.owners.is_cluster() && value_in(*answered, "redis_mode:") == "cluster") {
        master_.breaker.note_lost(part_of_a_cluster);
        co_return recovery::Failed{};
    }
    co_return recovery::Identified{value_in(*answered, "run_id:")};
}

awaitable<RecoveryLoop::Event> RecoveryLoop::perform(recovery::CheckEviction) {
    const std::vector<std::string> words{"INFO", "memory"};
    const auto answered = co_await windows_.command(words, patience_ms);
    if (!answered) co_return recovery::Failed{};
    const std::string policy = value_in(*answered, "maxmemory_policy:");
    const bool is_safe = policy.empty() || policy == "noeviction";
    if (!is_safe && node_.options.on_warning) {
        node_.options.on_warning("Redis's maxmemory-policy is " + policy +
                                 ": it may forget ledgers, and with them what was used; set noeviction");
    }
    co_return recovery::Done{};
}

awaitable<RecoveryLoop::Event> RecoveryLoop::perform(recovery::Heartbeat heartbeat) {
    if (!place_.find(node_.owners, master_.index)) co_return recovery::Failed{};
    const std::vector<std::string> words{"EVALSHA",
                                         node_.heartbeat_sha1,
                                         "2",
                                         place_.nodes_key(),
                                         place_.epoch_key(),
                                         name_,
                                         std::to_string(heartbeat.alive_us),
                                         std::to_string(windows_.fresh_epoch()),
                                         std::to_string(heartbeat.replayed_epoch),
                                         heartbeat.leaving ? "1" : "0",
                                         std::to_string(heartbeat.since_us)};
    const std::int64_t place = place_.slot();
    const std::int64_t sent_us = node_.clock.steady_us();
    const auto answered = co_await windows_.command(words, patience_ms);
    if (!answered) co_return recovery::Failed{};
    const auto numbers = integers_of(*answered);
    if (!numbers || numbers->size() != 5) co_return recovery::Failed{};
    master_.time.note(sent_us, (*numbers)[0]);
    co_return recovery::Heard{.now_us = (*numbers)[0],
                              .epoch = (*numbers)[1],
                              .alive = (*numbers)[2],
                              .alive_replayed = (*numbers)[3],
                              .alive_most = (*numbers)[4],
                              .took_us = node_.clock.steady_us() - sent_us,
                              .place = place};
}

awaitable<RecoveryLoop::Event> RecoveryLoop::perform(recovery::Replay) {
    const bool written = co_await write(Writes::everything);
    co_return written ? Event{recovery::Done{}} : Event{recovery::Failed{}};
}

awaitable<RecoveryLoop::Event> RecoveryLoop::perform(recovery::WritePending) {
    const bool written = co_await write(Writes::pending);
    co_return written ? Event{recovery::Done{}} : Event{recovery::Failed{}};
}

awaitable<RecoveryLoop::Event> RecoveryLoop::perform(recovery::Wait wait) {
    pause_.expires_after(std::chrono::milliseconds(jittered(wait.most_ms)));
    co_await pause_.async_wait(use_awaitable_as_tuple);
    co_return recovery::Woke{};
}

awaitable<RecoveryLoop::Event> RecoveryLoop::perform(recovery::End) {
    co_return recovery::Done{};
}

awaitable<bool> RecoveryLoop::write(Writes what) {
    const bool all = what == Writes::everything;
    if (!all && !node_.local_copy.has_pending(master_.index)) co_return true;
    for (std::size_t shard = 0; shard < node_.local_copy.shard_count(); ++shard) {
        const std::int64_t now_us = master_.now_us();
        const std::vector<LocalCopy::Part> parts =
            all ? node_.local_copy.take_all(master_.index, shard, now_us)
                : node_.local_copy.take_pending(master_.index, shard, now_us);
        const bool written = co_await write_parts(parts, what);
        if (written) continue;
        // Some of it may have been written: twice is the safe side.
        if (!all) node_.local_copy.give_back(parts, master_.now_us());
        co_return false;
    }
    co_return true;
}

awaitable<bool> RecoveryLoop::write_parts(const std::vector<LocalCopy::Part>& parts, Writes what) {
    WindowCall call;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        call.ledgers.push_back({&parts[i].ledger, parts[i].window_us, {}});
        for (std::size_t k = 0; k < parts[i].entries.size(); ++k) {
            const Window::Entry& entry = parts[i].entries[k];
            call.additions.push_back({call.ledgers.size() - 1, entry.bucket, entry.amounts});
            const bool is_last_of_ledger = k + 1 == parts[i].entries.size();
            const bool is_last = is_last_of_ledger && i + 1 == parts.size();
            const bool leaves_slot =
                is_last_of_ledger && !is_last &&
                node_.owners.slot_of(parts[i].ledger) != node_.owners.slot_of(parts[i + 1].ledger);
            if (!is_last && !leaves_slot && call.additions.size() < operations_max) continue;
            const auto reply = co_await windows_.run(call, patience_ms);
            if (!reply) co_return false;
            for (std::size_t n = 0; n < call.ledgers.size(); ++n) {
                const LedgerName& name = *call.ledgers[n].name;
                const std::int64_t epoch = reply->ledgers[n].epoch;
                what == Writes::everything ? node_.local_copy.note_replayed(name, epoch)
                                           : node_.local_copy.note_pending_written(name, epoch);
            }
            call = {};
            if (k + 1 < parts[i].entries.size())
                call.ledgers.push_back({&parts[i].ledger, parts[i].window_us, {}});
        }
    }
    co_return true;
}

}  // namespace weir
