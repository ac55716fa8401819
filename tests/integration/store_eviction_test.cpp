// A Redis that may forget ledgers by itself is worth a warning, once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "store_node.hpp"

namespace weir::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> warnings_of(const std::string& policy) {
    std::mutex mutex;
    std::vector<std::string> warnings;
    {
        const RedisServer server({.configuration = {"maxmemory-policy " + policy}});
        RedisStoreOptions options = patient_options(server);
        options.on_warning = [&](std::string_view warning) {
            const std::lock_guard lock(mutex);
            warnings.emplace_back(warning);
        };
        StoreNode node(std::move(options));
        EXPECT_TRUE(node.reaches_redis());
    }
    return warnings;
}

TEST(StoreEviction, IsWarnedOf) {
    if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
    EXPECT_THAT(warnings_of("allkeys-lru"), ElementsAre(HasSubstr("allkeys-lru")));
    EXPECT_THAT(warnings_of("noeviction"), IsEmpty());
}

}  // namespace
}  // namespace weir::testing
