// A store, embedded or in Redis, for weirs inside the test process.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "app/store.hpp"
#include "config/store_url.hpp"
#include "support/raw_client.hpp"
#include "support/redis_server.hpp"
#include "support/running_weir.hpp"

namespace weir::testing {

/// A store that outlives the weirs which use it one after another.
class LastingStore {
public:
    explicit LastingStore(const std::string& url) {
        config::Config config;
        config.store = config::parse_store_url(url);
        config.store_timeout_ms = 5'000;
        config.on_failure = config::OnFailure::closed;
        store_ = app::make_store(config, clock_, context_);
        store_->start();
        thread_ = std::thread([this] { context_.run(); });
        EXPECT_TRUE(eventually([&] { return store_->readiness().remark.empty(); }));
    }
    ~LastingStore() {
        store_->stop([this] { guard_.reset(); });
        thread_.join();
    }
    LastingStore(const LastingStore&) = delete;
    LastingStore& operator=(const LastingStore&) = delete;

    app::WorkerThread::MakeLimiter limiters() {
        return [this](boost::asio::io_context& context) { return store_->make_limiter(context); };
    }

private:
    SystemClock clock_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{context_.get_executor()};
    std::unique_ptr<app::Store> store_;
    std::thread thread_;
};

/// Fixture: over a store of its own, "memory" or "redis" by the parameter.
class OverStore : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        const bool is_redis = std::string_view(GetParam()) == "redis";
        if (is_redis && !RedisServer::available()) GTEST_SKIP() << "redis-server is not installed";
        if (is_redis) redis_.emplace();
        store_.emplace(is_redis ? "redis://127.0.0.1:" + std::to_string(redis_->port()) : "memory");
    }

    std::optional<RedisServer> redis_;
    std::optional<LastingStore> store_;
};

}  // namespace weir::testing
