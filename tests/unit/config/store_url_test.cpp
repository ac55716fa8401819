// The forms of store.url, and what is none.
#include "config/store_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/unexpected.hpp"

namespace weir::config {
namespace {

TEST(StoreUrls, AllForms) {
    EXPECT_EQ(parse_store_url("memory"), StoreUrl{});
    EXPECT_EQ(parse_store_url("redis://127.0.0.1"),
              (StoreUrl{.kind = StoreKind::redis, .hosts = {{"127.0.0.1", 6379}}}));
    EXPECT_EQ(parse_store_url("redis://cache.internal:7000/12"),
              (StoreUrl{.kind = StoreKind::redis, .hosts = {{"cache.internal", 7000}}, .database = 12}));
    EXPECT_EQ(parse_store_url("redis://[::1]:7000/"),
              (StoreUrl{.kind = StoreKind::redis, .hosts = {{"::1", 7000}}}));
    EXPECT_EQ(parse_store_url("rediss://app:p%40ss%2F%3a@h/1"), (StoreUrl{.kind = StoreKind::redis,
                                                                          .tls = true,
                                                                          .hosts = {{"h", 6379}},
                                                                          .user = "app",
                                                                          .password = "p@ss/:",
                                                                          .database = 1}));
    EXPECT_EQ(parse_store_url("redis://:a:b@c@h"),
              (StoreUrl{.kind = StoreKind::redis, .hosts = {{"h", 6379}}, .password = "a:b@c"}));
    EXPECT_EQ(parse_store_url("unix:///run/redis.sock"),
              (StoreUrl{.kind = StoreKind::unix_socket, .socket_path = "/run/redis.sock"}));
    EXPECT_EQ(parse_store_url("unix:///run/a@b.sock?db=4"),
              (StoreUrl{.kind = StoreKind::unix_socket, .socket_path = "/run/a@b.sock", .database = 4}));
    EXPECT_EQ(parse_store_url("sentinel://h1,h2:26380,[::1]/main"),
              (StoreUrl{.kind = StoreKind::sentinel,
                        .hosts = {{"h1", 26379}, {"h2", 26380}, {"::1", 26379}},
                        .master = "main"}));
}

TEST(StoreUrls, MaskOnlyThePassword) {
    EXPECT_EQ(to_masked_string(parse_store_url("memory")), "memory");
    EXPECT_EQ(to_masked_string(parse_store_url("rediss://app:secret@h:1/2")), "rediss://app:***@h:1/2");
    EXPECT_EQ(to_masked_string(parse_store_url("redis://[::1]")), "redis://[::1]:6379/0");
    EXPECT_EQ(to_masked_string(parse_store_url("unix://:secret@/run/r.sock")),
              "unix://:***@/run/r.sock?db=0");
    EXPECT_EQ(to_masked_string(parse_store_url("sentinel://u:s@h1,h2/m?db=3")),
              "sentinel://u:***@h1:26379,h2:26379/m?db=3");
}

class NoStoreUrl : public testing::TestWithParam<const char*> {};

TEST_P(NoStoreUrl, IsRefused) {
    EXPECT_THROW(parse_store_url(GetParam()), Unexpected);
}

INSTANTIATE_TEST_SUITE_P(
    All, NoStoreUrl,
    testing::Values("", "Memory", "memory://", "redis:", "redis://", "redis://h:0", "redis://h:65536",
                    "redis://h:x", "redis://h:", "redis://h/-1", "redis://h/65536", "redis://h/1/2",
                    "redis://h/x", "redis://h?db=1", "redis://u@h", "redis://u:@h", "redis://u:%4@h",
                    "redis://u:%zz@h", "redis://h1,h2", "redis://::1", "redis://[::1", "redis://[127.0.0.1]",
                    "redis://1.2.3", "redis://-h", "redis://a b", "unix://", "unix:///", "unix://relative",
                    "unix:///s?db=", "unix:///s?x=1", "unix:///s?db=1&db=2", "sentinel://h1", "sentinel:///m",
                    "sentinel://h1,/m", "sentinel://,h1/m", "sentinel://h1/m/n", "http://h"));

TEST(StoreUrls, SocketPathsFitTheirAddress) {
    EXPECT_NO_THROW(parse_store_url("unix:///" + std::string(106, 'a')));
    EXPECT_THROW(parse_store_url("unix:///" + std::string(107, 'a')), Unexpected);
}

}  // namespace
}  // namespace weir::config
