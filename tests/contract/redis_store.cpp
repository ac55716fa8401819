// The shared store under contract: a node alone on a real Redis of the tests' own, which is told the time.
#include "contract/redis_store.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "contract/store.hpp"
#include "weir/redis_limiter.hpp"

namespace weir::testing {

namespace {

class NeedsRedis final : public ::testing::Environment {
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
    }
};
const auto* const needs_redis = ::testing::AddGlobalTestEnvironment(new NeedsRedis);

/// Where each test begins: with nothing in Redis.
std::string emptied_socket() {
    redis_under_test().command({"FLUSHALL"});
    return redis_under_test().socket_path();
}

class RedisUnderTest final : public Store {
public:
    /// Each call by the next of so many limiters, as if they came to different threads.
    explicit RedisUnderTest(std::size_t threads) {
        for (std::size_t i = 0; i < threads; ++i) limiters_.push_back(store_->make_limiter(context_));
        boost::asio::co_spawn(context_, store_->run(), boost::asio::detached);
        while (store_->statistics().mode != StoreMode::redis) context_.run_one();
    }

    Limiter& limiter() override { return *limiters_[turn_++ % limiters_.size()]; }
    boost::asio::io_context& context() override { return context_; }
    void set_now_us(std::int64_t now_us) override { now_us_ = now_us; }
    std::uint64_t cached_refusals() const override { return store_->statistics().cached_refusals; }

private:
    boost::asio::io_context context_;
    SystemClock clock_;
    std::int64_t now_us_ = 0;
    // Patient: a sanitizer on a busy machine is no reason to fall back.
    std::unique_ptr<RedisStore> store_ = make_redis_store(context_, clock_,
                                                          {.address = {.socket_path = emptied_socket()},
                                                           .timeout_ms = 10'000,
                                                           .without_store = WithoutStore::closed,
                                                           .time_us = [this] { return now_us_; }});
    std::vector<std::unique_ptr<Limiter>> limiters_;
    std::size_t turn_ = 0;
};

}  // namespace

RedisServer& redis_under_test() {
    static RedisServer running;
    return running;
}

std::vector<StoreKind> store_kinds() {
    return {{"redis", [] { return std::make_unique<RedisUnderTest>(1); }, true},
            {"redis_by_turns", [] { return std::make_unique<RedisUnderTest>(2); }, true}};
}

}  // namespace weir::testing
