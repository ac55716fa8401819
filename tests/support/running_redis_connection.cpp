// Crossing between the test's thread and the connection's.
#include "support/running_redis_connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

#include "support/raw_client.hpp"

namespace weir::testing {

namespace {

awaitable<void> call(redis::Connection& connection, std::vector<std::string> arguments,
                     std::int64_t deadline_us, redis::Asking asking,
                     std::promise<result<redis::Reply>> promise) {
    const std::vector<std::string_view> views(arguments.begin(), arguments.end());
    result<redis::Reply> answer = co_await connection.call(views, deadline_us, asking);
    promise.set_value(std::move(answer));
}

}  // namespace

RunningRedisConnection::RunningRedisConnection(RedisAddress address, redis::Options options,
                                               const Clock* clock, redis::ServerFinder find_server)
    : clock_(clock != nullptr ? *clock : system_clock_),
      connection_(context_, clock_, std::move(address), options,
                  {.on_ready =
                       [this] {
                           const std::lock_guard lock(mutex_);
                           ++times_ready_;
                       },
                   .on_lost =
                       [this](std::string_view why) {
                           const std::lock_guard lock(mutex_);
                           losses_.emplace_back(why);
                       }},
                  std::move(find_server)) {
    boost::asio::co_spawn(context_, connection_.run(), [this](std::exception_ptr) { ended_.set_value(); });
    thread_ = std::thread([this] {
        const auto work = boost::asio::make_work_guard(context_);
        context_.run();
    });
}

RunningRedisConnection::~RunningRedisConnection() {
    stop();
    context_.stop();
    thread_.join();
}

RunningRedisConnection::Answer RunningRedisConnection::start(std::vector<std::string> arguments,
                                                             std::int64_t timeout_ms, redis::Asking asking) {
    std::promise<result<redis::Reply>> promise;
    Answer answer = promise.get_future();
    const std::int64_t deadline = deadline_us(timeout_ms);
    on_thread([&] {
        boost::asio::co_spawn(context_,
                              call(connection_, std::move(arguments), deadline, asking, std::move(promise)),
                              boost::asio::detached);
    });
    on_thread([] {});  // the coroutine itself was posted
    return answer;
}

result<redis::Reply> RunningRedisConnection::ask(std::vector<std::string> arguments, std::int64_t timeout_ms,
                                                 redis::Asking asking) {
    return start(std::move(arguments), timeout_ms, asking).get();
}

void RunningRedisConnection::on_thread(const std::function<void()>& work) {
    const auto done = std::make_shared<std::promise<void>>();
    boost::asio::post(context_, [&, done] {
        work();
        done->set_value();
    });
    done->get_future().wait();
}

bool RunningRedisConnection::becomes_ready() {
    return eventually([&] {
        bool ready = false;
        on_thread([&] { ready = connection_.ready(); });
        return ready;
    });
}

bool RunningRedisConnection::loses() {
    return eventually([&] { return !losses().empty(); });
}

void RunningRedisConnection::stop() {
    on_thread([&] { connection_.stop(); });
    end_.wait();
}

void RunningRedisConnection::reconnect(const std::string& why) {
    on_thread([&] { connection_.reconnect(why); });
}

std::vector<std::string> RunningRedisConnection::losses() const {
    const std::lock_guard lock(mutex_);
    return losses_;
}

std::size_t RunningRedisConnection::times_ready() const {
    const std::lock_guard lock(mutex_);
    return times_ready_;
}

std::string said(const result<redis::Reply>& answer) {
    if (!answer) return answer.error().message();
    if (const auto* error = answer->error()) return "error: " + error->text;
    if (const auto* number = answer->integer()) return std::to_string(*number);
    if (const auto* text = answer->text()) return *text;
    return answer->is_nil() ? "nil" : "array";
}

}  // namespace weir::testing
