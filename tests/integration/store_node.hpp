// A node of a shared store inside of a test: the store and one limiter, on an io thread of their own.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/redis_server.hpp"
#include "weir/clock.hpp"
#include "weir/redis_limiter.hpp"

namespace weir::testing {

/// Everything may be called from the test's thread; every call waits for its answer.
class StoreNode {
public:
    explicit StoreNode(RedisStoreOptions options);
    /// As if killed: nothing more is said to Redis.
    ~StoreNode();
    StoreNode(const StoreNode&) = delete;
    StoreNode& operator=(const StoreNode&) = delete;

    /// Stops in order, saying goodbye; nothing may be asked afterwards.
    void leave();

    using Ledgers = std::vector<LedgerLimits>;
    result<Decision> reserve(Demand demand, const Ledgers& ledgers);
    std::future<result<Decision>> start_reserve(Demand demand, const Ledgers& ledgers,
                                                const bool* gone = nullptr);
    /// On the limiter's thread; waits for its end.
    void in_one_handler(const std::function<void()>& work);
    /// Of a demand that is expected to be admitted; throws where it is not.
    Reservation admitted(Demand demand, const Ledgers& ledgers);
    void settle(Reservation reservation, Usage usage);
    std::future<bool> start_settle(Reservation reservation, Usage usage);
    void progress(Reservation& reservation, Usage so_far);
    result<std::vector<Level>> peek(const Ledgers& ledgers);
    result<LedgerContents> read(const LedgerLimits& ledger);
    /// Runs on the node's thread, beside whatever else does.
    std::future<bool> start_work(std::function<awaitable<void>(Limiter&)> work);

    RedisStoreStatistics statistics() const { return store_->statistics(); }
    bool asks_store() const { return statistics().mode == StoreMode::redis; }
    /// Polls, with a deadline.
    bool becomes(StoreMode mode) const;
    /// Redis decides, and the limiter's own connection is there, too. Polls, with a deadline.
    bool reaches_redis();
    /// What on_change was told so far: "+" and "-", and why.
    std::vector<std::string> changes() const;
    /// What on_reason was told so far.
    std::vector<std::string> reasons() const;

private:
    template <typename T>
    std::future<T> start(std::function<awaitable<T>()> work) {
        auto promise = std::make_shared<std::promise<T>>();
        boost::asio::co_spawn(context_, keep(std::move(work), promise), boost::asio::detached);
        return promise->get_future();
    }
    template <typename T>
    static awaitable<void> keep(std::function<awaitable<T>()> work, std::shared_ptr<std::promise<T>> into) {
        T value = co_await work();
        into->set_value(std::move(value));
    }
    /// Waits for its end.
    void start_void(std::function<awaitable<void>()> work) {
        start<bool>([work = std::move(work)]() -> awaitable<bool> {
            co_await work();
            co_return true;
        }).get();
    }
    void stop_thread();

    SystemClock clock_;
    boost::asio::io_context context_{1};
    mutable std::mutex mutex_;  ///< guards the next two
    std::vector<std::string> changes_, reasons_;
    std::unique_ptr<RedisStore> store_;
    std::unique_ptr<Limiter> limiter_;
    std::promise<void> ended_;  ///< by the store's `run`
    boost::asio::executor_work_guard<executor> keeps_running_{context_.get_executor()};
    std::thread thread_;
};

/// Patient with Redis and quick with heartbeats: for tests in which Redis is expected to answer.
RedisStoreOptions patient_options(const RedisServer& server);

/// A ledger named "key:<name>:…", every dimension limited to `limit`.
LedgerLimits ledger_named(const std::string& name, std::int64_t limit, std::int64_t window_us = 10'000'000);

/// What one bucket of a ledger holds in Redis.
struct StoredEntry {
    std::int64_t expires_us = 0;
    Amounts amounts;
    bool operator==(const StoredEntry&) const noexcept = default;
};
/// In order of expiry, expired ones included; empty where there is no ledger.
std::vector<StoredEntry> stored_entries(const RedisServer& server, const LedgerLimits& ledger);
/// The sum of those that have not expired.
Amounts stored_sum(const RedisServer& server, const LedgerLimits& ledger);
/// As Redis names it.
std::string stored_key(const LedgerLimits& ledger);

/// The provider reported exactly this.
Usage exact_usage(std::int64_t input_tokens, std::int64_t output_tokens);

}  // namespace weir::testing
