// One loop: a heartbeat, and what it shows to be missing.
#include "limiter/store_keeper.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <random>

#include "text/hex.hpp"

namespace weir {

namespace {

constexpr std::string_view nodes_key = "weir:1:nodes";
constexpr std::int64_t probe_ms = 100;          // between two looks at a store that is away
constexpr std::int64_t patience_ms = 500;       // nobody waits for the keeper
constexpr std::int64_t heartbeats_to_live = 3;  // a node that misses so many is gone

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

StoreKeeper::StoreKeeper(RedisNode& node, boost::asio::io_context& context)
    : node_(node),
      context_(context),
      windows_(node, context, [this] { pause_.cancel(); }),
      pause_(context),
      name_(text::random_hex(16)) {}

awaitable<void> StoreKeeper::run() {
    boost::asio::co_spawn(context_, windows_.connection().run(), boost::asio::detached);
    while (!stopped_) {
        bool is_there = false;
        if (windows_.connection().ready()) is_there = co_await keep();
        if (stopped_) break;
        if (!is_there) waits_since_us_ = back_since_us_ = 0;
        const bool asks_store = node_.health.asks_store();
        const std::int64_t wait_ms = jittered(asks_store ? node_.options.heartbeat_ms : probe_ms);
        pause_.expires_after(std::chrono::milliseconds(wait_ms));
        co_await pause_.async_wait(use_awaitable_as_tuple);
    }
    if (windows_.connection().ready()) {
        (void)co_await write(false);
        (void)co_await beat(true);
    }
    windows_.connection().stop();
}

void StoreKeeper::stop() {
    stopped_ = true;
    pause_.cancel();
}

awaitable<bool> StoreKeeper::keep() {
    const bool same_server = co_await is_same_server();
    if (!same_server) co_return false;
    auto heartbeat = co_await beat(false);
    if (!heartbeat) co_return false;
    if (node_.health.take_data_lost()) {
        node_.counters.data_losses.fetch_add(1, std::memory_order_relaxed);
        // The store has forgotten how many there were; this node has not.
        nodes_before_loss_ = node_.nodes_known();
        written_epoch_ = 0;
        waits_since_us_ = 0;
    }
    note_nodes(*heartbeat);
    const bool is_written = co_await write_what_is_missing(*heartbeat);
    if (!is_written || node_.health.asks_store()) co_return is_written;
    note_return(*heartbeat);
    heartbeat = co_await beat(false);
    if (!heartbeat) co_return false;
    note_nodes(*heartbeat);
    if (!heartbeat->is_quick || !others_have_written(*heartbeat)) co_return true;
    nodes_before_loss_ = waits_since_us_ = back_since_us_ = 0;
    has_asked_ = true;
    node_.health.note_recovered();
    // What was decided alone until just now.
    (void)co_await write(false);
    co_return true;
}

awaitable<bool> StoreKeeper::write_what_is_missing(const Heartbeat& heartbeat) {
    if (written_epoch_ != heartbeat.epoch) {
        const bool rewritten = co_await write(true);
        if (!rewritten) co_return false;
        written_epoch_ = heartbeat.epoch;
    }
    const bool written = co_await write(false);
    co_return written;
}

/// From here on the others are waited for: what they admitted alone is not in the store before they are back,
/// too. A node that has only just started knows of no others who were away.
void StoreKeeper::note_return(const Heartbeat& heartbeat) {
    if (waits_since_us_ != 0) return;
    waits_since_us_ = node_.clock.steady_us();
    const bool may_owe = node_.options.without_store == WithoutStore::local;
    back_since_us_ = has_asked_ && may_owe ? heartbeat.now_us : 0;
}

awaitable<bool> StoreKeeper::is_same_server() {
    // Asked again after each new connection, and cheap enough to be asked each time.
    const std::vector<std::string> words{"INFO", "server"};
    const auto answered = co_await windows_.command(words, patience_ms);
    if (!answered) co_return false;
    const std::string run_id = value_in(*answered, "run_id:");
    if (run_id == run_id_) co_return true;
    if (!run_id_.empty()) node_.health.note_data_lost("another Redis server answers");
    run_id_ = run_id;
    co_await check_eviction();
    co_return true;
}

awaitable<void> StoreKeeper::check_eviction() {
    const std::vector<std::string> words{"INFO", "memory"};
    const auto answered = co_await windows_.command(words, patience_ms);
    if (!answered || !node_.options.on_warning) co_return;
    const std::string policy = value_in(*answered, "maxmemory_policy:");
    if (policy.empty() || policy == "noeviction") co_return;
    node_.options.on_warning("Redis's maxmemory-policy is " + policy +
                             ": it may forget ledgers, and with them what was used; set noeviction");
}

awaitable<std::optional<StoreKeeper::Heartbeat>> StoreKeeper::beat(bool leaving) {
    const std::int64_t alive_us = heartbeats_to_live * node_.options.heartbeat_ms * 1000;
    const std::vector<std::string> words{"EVALSHA",
                                         node_.heartbeat_sha1,
                                         "2",
                                         std::string(nodes_key),
                                         std::string(store_epoch_key),
                                         name_,
                                         std::to_string(alive_us),
                                         std::to_string(windows_.fresh_epoch()),
                                         std::to_string(node_.journal.owes() ? 0 : written_epoch_),
                                         leaving ? "1" : "0",
                                         std::to_string(back_since_us_)};
    const std::int64_t sent_us = node_.clock.steady_us();
    const auto answered = co_await windows_.command(words, patience_ms);
    if (!answered) co_return std::nullopt;
    const auto numbers = integers_of(*answered);
    if (!numbers || numbers->size() != 5) co_return std::nullopt;
    node_.time.note(sent_us, (*numbers)[0]);
    const std::int64_t took_us = node_.clock.steady_us() - sent_us;
    const Heartbeat heartbeat{.now_us = (*numbers)[0],
                              .epoch = (*numbers)[1],
                              .alive = (*numbers)[2],
                              .alive_written = (*numbers)[3],
                              .alive_most = (*numbers)[4],
                              .is_quick = took_us <= node_.options.timeout_ms * 1000};
    const std::int64_t known_epoch = node_.store_epoch.exchange(heartbeat.epoch, std::memory_order_relaxed);
    if (known_epoch != 0 && known_epoch != heartbeat.epoch) node_.health.note_data_lost("Redis was emptied");
    co_return heartbeat;
}

void StoreKeeper::note_nodes(const Heartbeat& heartbeat) {
    node_.nodes.store(std::max(heartbeat.alive_most, nodes_before_loss_), std::memory_order_relaxed);
}

bool StoreKeeper::others_have_written(const Heartbeat& heartbeat) const {
    const std::int64_t known = back_since_us_ == 0 ? heartbeat.alive : heartbeat.alive_most;
    if (heartbeat.alive_written >= std::max(known, nodes_before_loss_)) return true;
    const std::int64_t waited_us = node_.clock.steady_us() - waits_since_us_;
    return waited_us >= 2 * node_.options.heartbeat_ms * 1000;
}

awaitable<bool> StoreKeeper::write(bool all) {
    if (!all && !node_.journal.owes()) co_return true;
    for (std::size_t shard = 0; shard < node_.journal.shard_count(); ++shard) {
        const std::int64_t now_us = node_.now_us();
        const std::vector<Journal::Part> parts =
            all ? node_.journal.take_all(shard, now_us) : node_.journal.take_owed(shard, now_us);
        const bool written = co_await write_parts(parts, all);
        if (written) continue;
        // Some of it may have been written: twice is the safe side.
        if (!all) node_.journal.give_back(parts, node_.now_us());
        co_return false;
    }
    co_return true;
}

awaitable<bool> StoreKeeper::write_parts(const std::vector<Journal::Part>& parts, bool all) {
    WindowCall call;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        call.ledgers.push_back({parts[i].key, parts[i].window_us, {}});
        for (std::size_t k = 0; k < parts[i].entries.size(); ++k) {
            const Window::Entry& entry = parts[i].entries[k];
            call.additions.push_back({call.ledgers.size() - 1, entry.bucket, entry.amounts});
            const bool is_last = i + 1 == parts.size() && k + 1 == parts[i].entries.size();
            if (!is_last && call.additions.size() < operations_max) continue;
            const auto reply = co_await windows_.run(call, patience_ms);
            if (!reply) co_return false;
            for (std::size_t n = 0; all && n < call.ledgers.size(); ++n) {
                node_.journal.note_written(call.ledgers[n].key, reply->ledgers[n].epoch);
            }
            call = {};
            if (k + 1 < parts[i].entries.size())
                call.ledgers.push_back({parts[i].key, parts[i].window_us, {}});
        }
    }
    co_return true;
}

}  // namespace weir
