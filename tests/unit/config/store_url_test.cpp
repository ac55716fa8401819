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
    EXPECT_EQ(parse_store_url("cluster://h1,h2:7000,[::1]"),
              (StoreUrl{.kind = StoreKind::cluster, .hosts = {{"h1", 6379}, {"h2", 7000}, {"::1", 6379}}}));
    EXPECT_EQ(parse_store_url("clusters://app:p%2Fw@h1"), (StoreUrl{.kind = StoreKind::cluster,
                                                                    .tls = true,
                                                                    .hosts = {{"h1", 6379}},
                                                                    .user = "app",
                                                                    .password = "p/w"}));
}

TEST(StoreUrls, MaskOnlyThePassword) {
    EXPECT_EQ(to_masked_string(parse_store_url("memory")), "memory");
    EXPECT_EQ(to_masked_string(parse_store_url("rediss://app:secret@h:1/2")), "rediss://app:***@h:1/2");
    EXPECT_EQ(to_masked_string(parse_store_url("redis://[::1]")), "redis://[::1]:6379/0");
    EXPECT_EQ(to_masked_string(parse_store_url("unix://:secret@/run/r.sock")),
              "unix://:***@/run/r.sock?db=0");
    EXPECT_EQ(to_masked_string(parse_store_url("sentinel://u:s@h1,h2/m?db=3")),
              "sentinel://u:***@h1:26379,h2:26379/m?db=3");
    EXPECT_EQ(to_masked_string(parse_store_url("cluster://:s@h1,[::1]:7")), "cluster://:***@h1:6379,[::1]:7");
    EXPECT_EQ(to_masked_string(parse_store_url("clusters://u:s@h1")), "clusters://u:***@h1:6379");
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
                    "sentinel://h1,/m", "sentinel://,h1/m", "sentinel://h1/m/n", "http://h", "cluster://",
                    "cluster://h1,", "cluster://,h1", "cluster://h1,,h2", "cluster://h1:0", "cluster://h1/",
                    "cluster://h1/1", "cluster://h1?db=0", "cluster://u@h1", "clusterss://h1", "clusters:///",
                    "Cluster://h1"));

std::string mistake_in(const std::string& text) {
    try {
        parse_store_url(text);
    } catch (const Unexpected& mistake) {
        return mistake.what();
    }
    return "";
}

TEST(StoreUrls, AClusterHasNoDatabases) {
    const char* const message = "a Redis Cluster has no databases: expected nothing after the servers";
    for (const char* text : {"cluster://h1,h2/0", "cluster://u:p@h1/", "clusters://h1?db=3"})
        EXPECT_EQ(mistake_in(text), message) << text;
}

TEST(StoreUrls, HostsAreFewEnough) {
    std::string hosts = "h";
    for (int i = 1; i < 32; ++i) hosts += ",h";
    EXPECT_EQ(parse_store_url("cluster://" + hosts).hosts.size(), 32U);
    EXPECT_EQ(parse_store_url("sentinel://" + hosts + "/m").hosts.size(), 32U);
    EXPECT_EQ(mistake_in("cluster://" + hosts + ",h"), "expected at most 32 servers");
    EXPECT_EQ(mistake_in("sentinel://" + hosts + ",h/m"), "expected at most 32 sentinels");
    EXPECT_EQ(mistake_in("cluster://h,"), "expected a server after each comma");
    EXPECT_EQ(mistake_in("sentinel://h,/m"), "expected a sentinel after each comma");
}

TEST(StoreUrls, SocketPathsFitTheirAddress) {
    EXPECT_NO_THROW(parse_store_url("unix:///" + std::string(106, 'a')));
    EXPECT_THROW(parse_store_url("unix:///" + std::string(107, 'a')), Unexpected);
}

}  // namespace
}  // namespace weir::config
