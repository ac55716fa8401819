// EVALSHA, and once more where the script has to be loaded first, or where another server has the slot.
#include "limiter/redis_windows.hpp"

#include "limiter/integers.hpp"
#include "limiter/scripts.hpp"
#include "redis/error.hpp"

namespace weir {

namespace {

redis::Connection::Events events_of(RedisMaster& master, std::function<void()> on_ready) {
    return {
        .on_ready =
            [&master, on_ready = std::move(on_ready)] {
                master.obstacle.store(RedisObstacle::passing, std::memory_order_relaxed);
                if (on_ready) on_ready();
            },
        .on_lost = [&master](std::string_view why) { master.breaker.note_lost(why); },
        .on_failed_attempt =
            [&master](bool is_error, RedisObstacle obstacle) {
                master.obstacle.store(obstacle, std::memory_order_relaxed);
                auto& counters = master.node.counters;
                (is_error ? counters.errors : counters.unreachable).fetch_add(1, std::memory_order_relaxed);
            }};
}

/// Answers that say where else to ask, or when.
bool is_of_cluster(std::string_view error) {
    switch (redis::action_for(redis::classify(error))) {
        case redis::ErrorAction::redirect:
        case redis::ErrorAction::try_again:
        case redis::ErrorAction::ask_for_slots:
            return true;
        default:
            return false;
    }
}

/// "CLUSTERDOWN Hash slot not served": the server has some, and knows of no other for this one.
bool is_of_one_slot(std::string_view cluster_down) {
    return cluster_down.find("slot not served") != std::string_view::npos;
}

redis::ServerFinder finder_of(const RedisMaster& master) {
    if (!master.node.owners.is_cluster()) return {};
    return [&master] { return master.server(); };
}

}  // namespace

RedisWindows::RedisWindows(RedisMaster& master, boost::asio::io_context& context, Redirects* redirects,
                           std::function<void()> on_ready)
    : master_(master),
      node_(master.node),
      redirects_(redirects),
      connection_(context, node_.clock, node_.options.address, redis::Options{},
                  events_of(master, std::move(on_ready)), finder_of(master)),
      random_(std::random_device{}()) {}

RedisWindows::~RedisWindows() = default;

awaitable<result<WindowReply>> RedisWindows::run(WindowCall call, std::int64_t timeout_ms) {
    const std::int64_t sent_us = node_.clock.steady_us();
    const std::int64_t sent_local_us = node_.local_us();
    call.fresh_epoch = fresh_epoch();
    // In a cluster its key may lie in another slot: there a loss shows with the next heartbeat, or in a
    // ledger.
    if (!node_.owners.is_cluster()) call.store_epoch = master_.store_epoch.load(std::memory_order_relaxed);
    if (node_.options.time_us) {
        call.now_us = node_.options.time_us();
    } else {
        call.not_after_us = master_.time.earliest_now_us() + timeout_ms * 1000;
    }
    const std::vector<std::string> words = encode(call, node_.script_sha1);
    const Answer answer = co_await ask(words, sent_us + timeout_ms * 1000);
    if (!answer.reply) co_return answer.reply.error();
    const auto numbers = integers_of(*answer.reply);
    auto reply = numbers ? decode(call, *numbers) : std::nullopt;
    if (!reply) {
        node_.counters.errors.fetch_add(1, std::memory_order_relaxed);
        master_.breaker.note_failure("an answer that makes no sense");
        co_return errc::store_unavailable;
    }
    if (!answer.by_other) {
        master_.time.note(sent_us, reply->now_us);
        note_answered(sent_us);
    }
    if (reply->other_store_epoch) {
        master_.breaker.note_data_lost(call.store_epoch, "Redis was emptied");
        co_return errc::store_unavailable;
    }
    reply->sent_us = sent_local_us;
    co_return std::move(*reply);
}

awaitable<result<redis::Reply>> RedisWindows::command(std::vector<std::string> words,
                                                      std::int64_t timeout_ms) {
    const std::int64_t sent_us = node_.clock.steady_us();
    Answer answer = co_await ask(words, sent_us + timeout_ms * 1000);
    // A server may answer INFO that can do nothing else.
    if (answer.reply && !answer.by_other && words.front() != "INFO") note_answered(sent_us);
    result<redis::Reply> reply = std::move(answer.reply);
    co_return reply;
}

awaitable<RedisWindows::Answer> RedisWindows::ask(const std::vector<std::string>& words,
                                                  std::int64_t deadline_us) {
    look_where_it_is();
    result<redis::Reply> reply = co_await send_script(words, deadline_us);
    const redis::Reply::Error* error = reply ? reply->error() : nullptr;
    const bool is_by_other = error != nullptr && redirects_ != nullptr && is_of_cluster(error->text);
    if (is_by_other) {
        redis::Reply redirect = std::move(*reply);
        reply = co_await redirects_->follow(*this, std::move(redirect), words, deadline_us);
        error = reply ? reply->error() : nullptr;
    }
    if (error != nullptr) reply = note_error(error->text);
    co_return Answer(std::move(reply), is_by_other);
}

boost::system::error_code RedisWindows::note_error(const std::string& text) {
    node_.counters.errors.fetch_add(1, std::memory_order_relaxed);
    switch (redis::action_for(redis::classify(text))) {
        case redis::ErrorAction::reconnect:
            connection_.reconnect(text);
            break;
        case redis::ErrorAction::redirect:
        case redis::ErrorAction::try_again:
            // A slot is on its way, or has left. One server alone has nowhere to send anybody.
            if (node_.owners.is_cluster()) {
                note_slot_error(text);
            } else {
                master_.breaker.note_failure(part_of_a_cluster);
            }
            break;
        case redis::ErrorAction::ask_for_slots:
            if (is_of_one_slot(text)) {
                note_slot_error(text);
            } else {
                master_.breaker.note_failure(text);
            }
            break;
        default:
            master_.breaker.note_failure(text);
    }
    return errc::store_unavailable;
}

/// It says nothing about the slots that the master decides about. One that decides about none so far is told
/// why; the kind alone, because each slot has a text of its own.
void RedisWindows::note_slot_error(const std::string& text) {
    if (master_.breaker.is_closed()) return node_.warn_of_slot(master_.server(), text);
    master_.breaker.note_failure("it answers " + text.substr(0, text.find(' ')));
}

void RedisWindows::look_where_it_is() {
    const std::uint64_t moves = master_.moves();
    if (moves == moves_seen_) return;
    moves_seen_ = moves;
    if (connection_.ready() && connection_.server() != master_.server())
        connection_.reconnect("another server is the master");
}

void RedisWindows::note_answered(std::int64_t sent_us) noexcept {
    // An answer that only the recovery loop had the patience for is no comfort to requests.
    const std::int64_t took_us = node_.clock.steady_us() - sent_us;
    if (took_us <= node_.options.timeout_ms * 1000) master_.breaker.note_success();
}

awaitable<result<redis::Reply>> RedisWindows::send_script(const std::vector<std::string>& words,
                                                          std::int64_t deadline_us, redis::Asking asking) {
    auto answered = co_await send(words, deadline_us, asking);
    if (!answered) co_return answered;
    const redis::Reply::Error* error = answered->error();
    const bool is_unknown = error != nullptr && redis::classify(error->text) == redis::ErrorKind::no_script;
    if (!is_unknown) co_return answered;
    for (const std::string_view script : {window_script, heartbeat_script}) {
        const std::vector<std::string> load{"SCRIPT", "LOAD", std::string(script)};
        auto loaded = co_await send(load, deadline_us, redis::Asking::no);
        if (!loaded) co_return loaded;
    }
    co_return co_await send(words, deadline_us, asking);
}

awaitable<result<redis::Reply>> RedisWindows::send(const std::vector<std::string>& words,
                                                   std::int64_t deadline_us, redis::Asking asking) {
    const std::vector<std::string_view> arguments(words.begin(), words.end());
    auto answered = co_await connection_.call(arguments, deadline_us, asking);
    if (answered) co_return answered;
    if (answered.error() == errc::store_timeout) {
        node_.counters.timeouts.fetch_add(1, std::memory_order_relaxed);
        master_.breaker.note_failure("no answer in time");
    } else {
        // Not connected is no news for the breaker: losing the connection was.
        node_.counters.unavailable.fetch_add(1, std::memory_order_relaxed);
    }
    co_return answered;
}

}  // namespace weir
