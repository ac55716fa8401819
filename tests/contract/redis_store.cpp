// Shared stores over one real Redis of the tests' own.
#include "contract/redis_store.hpp"

#include <gtest/gtest.h>

#include "contract/shared_store.hpp"

namespace weir::testing {

namespace {

class NeedsRedis final : public ::testing::Environment {
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
    }
};
const auto* const needs_redis = ::testing::AddGlobalTestEnvironment(new NeedsRedis);

std::unique_ptr<Store> on_empty_redis(std::size_t threads) {
    redis_under_test().command({"FLUSHALL"});
    RedisAddress address;
    address.socket_path = redis_under_test().socket_path();
    return std::make_unique<SharedStore>(std::move(address), threads);
}

}  // namespace

RedisServer& redis_under_test() {
    static RedisServer running;
    return running;
}

std::vector<StoreKind> store_kinds() {
    return {{"redis", [] { return on_empty_redis(1); }, true},
            {"redis_by_turns", [] { return on_empty_redis(2); }, true}};
}

}  // namespace weir::testing
