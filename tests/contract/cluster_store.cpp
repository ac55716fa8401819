// Shared stores over one real Redis Cluster of the tests' own.
#include <gtest/gtest.h>

#include "contract/shared_store.hpp"
#include "support/redis_cluster.hpp"

namespace weir::testing {

namespace {

class NeedsCluster final : public ::testing::Environment {
    void SetUp() override {
        if (!RedisCluster::available()) GTEST_SKIP() << "there is no redis-server or no redis-cli";
    }
};
const auto* const needs_cluster = ::testing::AddGlobalTestEnvironment(new NeedsCluster);

std::unique_ptr<Store> on_empty_cluster() {
    static RedisCluster cluster({.replicas_each = 0});
    cluster.flush();
    RedisAddress address;
    for (std::size_t i = 0; i < cluster.size(); ++i)
        address.cluster.emplace_back("127.0.0.1", cluster.port(i));
    return std::make_unique<SharedStore>(std::move(address), 1);
}

}  // namespace

std::vector<StoreKind> store_kinds() {
    return {{"cluster", [] { return on_empty_cluster(); }, true}};
}

}  // namespace weir::testing
