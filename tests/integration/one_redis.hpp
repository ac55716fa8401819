// A Redis server for each test, reached over TCP; without redis-server the test is skipped by name.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "redis/address.hpp"
#include "redis/options.hpp"
#include "support/redis_server.hpp"

namespace weir::testing {

// So patient that no machine is slow enough for it.
inline constexpr redis::Options never_stalled{.stalled_ms = 600'000};

class OneRedis : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "redis-server is not installed";
        server_.emplace();
    }
    RedisAddress address() const { return {.host = "127.0.0.1", .port = server_->port()}; }

    std::optional<RedisServer> server_;
};

}  // namespace weir::testing
