// EVALSHA, and once more where the script has to be loaded first.
#include "limiter/redis_windows.hpp"

#include "limiter/scripts.hpp"
#include "redis/error.hpp"

namespace weir {

namespace {

redis::Connection::Events events_of(RedisNode& node, std::function<void()> on_ready) {
    return {
        .on_ready =
            [&node, on_ready = std::move(on_ready)] {
                node.obstacle.store(RedisObstacle::passing, std::memory_order_relaxed);
                if (on_ready) on_ready();
            },
        .on_lost = [&node](std::string_view why) { node.breaker.note_lost(why); },
        .on_failed_attempt =
            [&node](bool is_error, RedisObstacle obstacle) {
                node.obstacle.store(obstacle, std::memory_order_relaxed);
                auto& counters = node.counters;
                (is_error ? counters.errors : counters.unreachable).fetch_add(1, std::memory_order_relaxed);
            }};
}

}  // namespace

std::optional<std::vector<std::int64_t>> integers_of(const redis::Reply& reply) {
    const redis::Reply::Array* array = reply.array();
    if (array == nullptr) return std::nullopt;
    std::vector<std::int64_t> numbers;
    numbers.reserve(array->size());
    for (const redis::Reply& element : *array) {
        const std::int64_t* number = element.integer();
        if (number == nullptr) return std::nullopt;
        numbers.push_back(*number);
    }
    return numbers;
}

RedisWindows::RedisWindows(RedisNode& node, boost::asio::io_context& context, std::function<void()> on_ready)
    : node_(node),
      connection_(context, node.clock, node.options.address, redis::Options{},
                  events_of(node, std::move(on_ready))),
      random_(std::random_device{}()) {}

RedisWindows::~RedisWindows() = default;

awaitable<result<WindowReply>> RedisWindows::run(WindowCall call, std::int64_t timeout_ms) {
    const std::int64_t sent_us = node_.clock.steady_us();
    const std::int64_t sent_local_us = node_.local_us();
    call.fresh_epoch = fresh_epoch();
    call.store_epoch = node_.store_epoch.load(std::memory_order_relaxed);
    if (node_.options.time_us) {
        call.now_us = node_.options.time_us();
    } else {
        call.not_after_us = node_.time.earliest_now_us() + timeout_ms * 1000;
    }
    const std::vector<std::string> words = encode(call, node_.script_sha1);
    const auto answered = co_await send_script(words, sent_us + timeout_ms * 1000);
    if (!answered) co_return answered.error();
    const auto numbers = integers_of(*answered);
    auto reply = numbers ? decode(call, *numbers) : std::nullopt;
    if (!reply) {
        node_.counters.errors.fetch_add(1, std::memory_order_relaxed);
        node_.breaker.note_failure("an answer that makes no sense");
        co_return errc::store_unavailable;
    }
    node_.time.note(sent_us, reply->now_us);
    note_answered(sent_us);
    if (reply->other_store_epoch) {
        node_.breaker.note_data_lost(call.store_epoch, "Redis was emptied");
        co_return errc::store_unavailable;
    }
    reply->sent_us = sent_local_us;
    co_return std::move(*reply);
}

awaitable<result<redis::Reply>> RedisWindows::command(std::vector<std::string> words,
                                                      std::int64_t timeout_ms) {
    const std::int64_t sent_us = node_.clock.steady_us();
    auto answered = co_await send_script(words, sent_us + timeout_ms * 1000);
    if (answered) note_answered(sent_us);
    co_return answered;
}

void RedisWindows::note_answered(std::int64_t sent_us) noexcept {
    // An answer that only the recovery loop had the patience for is no comfort to requests.
    const std::int64_t took_us = node_.clock.steady_us() - sent_us;
    if (took_us <= node_.options.timeout_ms * 1000) node_.breaker.note_success();
}

awaitable<result<redis::Reply>> RedisWindows::send_script(const std::vector<std::string>& words,
                                                          std::int64_t deadline_us) {
    auto answered = co_await send(words, deadline_us);
    if (!answered) co_return answered;
    const redis::Reply::Error* error = answered->error();
    if (error == nullptr) co_return answered;
    if (redis::action_for(redis::classify(error->text)) == redis::ErrorAction::retry_after_load) {
        for (const std::string_view script : {window_script, heartbeat_script}) {
            const std::vector<std::string> load{"SCRIPT", "LOAD", std::string(script)};
            const auto loaded = co_await send(load, deadline_us);
            if (!loaded) co_return loaded.error();
        }
        answered = co_await send(words, deadline_us);
        if (!answered) co_return answered;
        error = answered->error();
        if (error == nullptr) co_return answered;
    }
    node_.counters.errors.fetch_add(1, std::memory_order_relaxed);
    const bool wrong_server =
        redis::action_for(redis::classify(error->text)) == redis::ErrorAction::reconnect;
    if (wrong_server) {
        connection_.reconnect(error->text);
    } else {
        node_.breaker.note_failure(error->text);
    }
    co_return make_error_code(errc::store_unavailable);
}

awaitable<result<redis::Reply>> RedisWindows::send(const std::vector<std::string>& words,
                                                   std::int64_t deadline_us) {
    const std::vector<std::string_view> arguments(words.begin(), words.end());
    auto answered = co_await connection_.call(arguments, deadline_us);
    if (answered) co_return answered;
    if (answered.error() == errc::store_timeout) {
        node_.counters.timeouts.fetch_add(1, std::memory_order_relaxed);
        node_.breaker.note_failure("no answer in time");
    } else {
        // Not connected is no news for the breaker: losing the connection was.
        node_.counters.unavailable.fetch_add(1, std::memory_order_relaxed);
    }
    co_return answered;
}

}  // namespace weir
