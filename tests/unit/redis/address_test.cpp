// Addresses that make sense, and their texts.
#include "redis/address.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace weir::redis {
namespace {

TEST(RedisAddress, IsOneOfFourKinds) {
    EXPECT_NO_THROW(check({.host = "a"}));
    EXPECT_NO_THROW(check({.host = "a", .tls = true, .user = "u", .password = "p", .database = 3}));
    EXPECT_NO_THROW(check({.socket_path = "/a"}));
    EXPECT_NO_THROW(check({.sentinels = {{"a", 1}}, .master = "m"}));
    EXPECT_NO_THROW(check({.cluster = {{"a", 1}, {"b", 2}}, .tls = true, .user = "u", .password = "p"}));
    for (const RedisAddress& wrong : {
             RedisAddress{},
             RedisAddress{.host = "a", .socket_path = "/a"},
             RedisAddress{.host = "a", .sentinels = {{"a", 1}}, .master = "m"},
             RedisAddress{.sentinels = {{"a", 1}}},
             RedisAddress{.host = "a", .master = "m"},
             RedisAddress{.socket_path = "/a", .tls = true},
             RedisAddress{.host = "a", .user = "u"},
             RedisAddress{.host = "a", .database = -1},
             RedisAddress{.host = "a", .cluster = {{"a", 1}}},
             RedisAddress{.socket_path = "/a", .cluster = {{"a", 1}}},
             RedisAddress{.sentinels = {{"a", 1}}, .master = "m", .cluster = {{"a", 1}}},
             RedisAddress{.master = "m", .cluster = {{"a", 1}}},
             RedisAddress{.cluster = {{"a", 1}}, .database = 1},
         }) {
        EXPECT_THROW(check(wrong), std::invalid_argument);
    }
}

TEST(RedisAddress, HasATextWithoutSecrets) {
    EXPECT_EQ(text_of(RedisAddress{.host = "a", .user = "user", .password = "secret"}), "a:6379");
    EXPECT_EQ(text_of(RedisAddress{.host = "::1", .port = 7}), "[::1]:7");
    EXPECT_EQ(text_of(RedisAddress{.socket_path = "/run/r.sock"}), "unix:/run/r.sock");
    EXPECT_EQ(text_of(RedisAddress{.sentinels = {{"a", 1}, {"::1", 2}}, .master = "m"}),
              "master m of sentinels a:1, [::1]:2");
    EXPECT_EQ(text_of(RedisAddress{.cluster = {{"a", 7000}, {"::1", 7001}}, .password = "secret"}),
              "cluster of a:7000, [::1]:7001");
}

}  // namespace
}  // namespace weir::redis
