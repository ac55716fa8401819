// What the ledgers of one key hold.
#include <gtest/gtest.h>

#include <set>

#include "calls.hpp"
#include "policy/policy.hpp"

namespace weir::admin {
namespace {

/// The one of that scope and window; null where there is none.
Json ledger_of(const Reply& reply, const std::string& scope, const std::string& window) {
    for (const Json& ledger : reply.json["ledgers"]) {
        if (ledger["scope"] == scope && ledger["window"] == window) return ledger;
    }
    return nullptr;
}

TEST(Ledgers, EachTellsWhatItHoldsBucketByBucket) {
    Calls calls;
    calls.control.contents["key:acme-web:60000000"] = {
        .kept_by = StoreMode::redis,
        .now_us = 1'000'000,
        .epoch = 77,
        .sums = {3, 120, 45},
        .entries = {{61'000'000, {1, 20, 40}}, {13'000'001, {2, 100, 5}}}};
    const Reply reply = calls.get("/admin/keys/acme-web/ledgers");
    ASSERT_EQ(reply.status, 200) << reply.text;
    EXPECT_EQ(reply.json["id"], "acme-web");
    const std::string tag = policy::tenant_tag("acme");
    EXPECT_EQ(ledger_of(reply, "key", "1m"),
              Json::parse(R"({"redis_key":"weir:2:{)" + tag + R"(}:key:acme-web:60000000",
        "scope":"key","owner":"acme-web","window":"1m","window_ms":60000,"enforced":true,"epoch":77,
        "limits":{"requests":20},
        "used":{"requests":3,"input_tokens":120,"output_tokens":45,"total_tokens":165},
        "entries":[{"expires_in_ms":60000,"requests":1,"input_tokens":20,"output_tokens":40},
                   {"expires_in_ms":12001,"requests":2,"input_tokens":100,"output_tokens":5}]})"));
}

TEST(Ledgers, AreThoseOfTheKeyItsGroupItsModelsAndTheUpstreams) {
    Calls calls;
    const Reply reply = calls.get("/admin/keys/acme-web/ledgers");
    std::set<std::string> names;
    for (const Json& ledger : reply.json["ledgers"]) {
        names.insert(ledger["scope"].get<std::string>() + "/" + ledger["window"].get<std::string>());
        EXPECT_TRUE(ledger["redis_key"].is_null()) << "a store in memory has none";
        EXPECT_TRUE(ledger["entries"].empty());
    }
    EXPECT_EQ(names, (std::set<std::string>{"key/1m", "key/1d", "group/1m", "model/1m", "upstream/1m"}));
    EXPECT_EQ(reply.json["ledgers"].size(), 5U);
    EXPECT_EQ(ledger_of(reply, "upstream", "1m")["owner"], "mock");
}

TEST(Ledgers, OfAKeyThatNobodyConfiguredThereAreNone) {
    Calls calls;
    EXPECT_EQ(calls.get("/admin/keys/nobody/ledgers").status, 404);
    calls.control.seen.add("unknown-123456789abc", calls.control.clock.now_us(), {.requests = 1});
    EXPECT_EQ(calls.get("/admin/keys/unknown-123456789abc/ledgers").code(), "not_found");
}

TEST(Ledgers, WhileTheStoreIsAwayReadingSaysSo) {
    Calls calls;
    calls.control.is_store_away = true;
    const Reply reply = calls.get("/admin/keys/acme-web/ledgers");
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.code(), "store_unavailable");
}

TEST(Ledgers, OfAClusterThoseOfTheOtherMastersAreReadAllTheSame) {
    Calls calls;
    calls.control.contents["key:acme-web:60000000"] = {
        .kept_by = StoreMode::redis, .epoch = 7, .sums = {1, 2, 3}};
    calls.control.unreadable = "upstream:mock:60000000";
    const Reply reply = calls.get("/admin/keys/acme-web/ledgers");
    ASSERT_EQ(reply.status, 200) << reply.text;
    EXPECT_EQ(ledger_of(reply, "key", "1m")["used"]["output_tokens"], 3);
    const Json away = ledger_of(reply, "upstream", "1m");
    EXPECT_TRUE(away["used"].is_null());
    EXPECT_TRUE(away["entries"].empty());
    EXPECT_TRUE(away["redis_key"].is_string()) << "an operator can look there";
}

TEST(Ledgers, AReadTokenSuffices) {
    Calls calls({{.name = "reader", .secret = "read-token-of-16", .may_write = false}});
    EXPECT_EQ(calls.get("/admin/keys/acme-web/ledgers").status, 401);
    const Reply reply =
        calls.ask("GET", "/admin/keys/acme-web/ledgers", {}, {{"authorization", "Bearer read-token-of-16"}});
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(
        calls
            .ask("POST", "/admin/keys/acme-web/ledgers", "{}", {{"authorization", "Bearer read-token-of-16"}})
            .status,
        405);
}

TEST(Ledgers, ThatOfRequestsInFlightHoldsSlots) {
    Calls calls;
    ASSERT_EQ(calls.ask("PUT", "/admin/upstreams/mock/limits", R"({"max_in_flight":8})").status, 200);
    calls.control.contents["upstream:mock:in_flight"] = {.kept_by = StoreMode::redis,
                                                         .now_us = 1'000'000,
                                                         .epoch = 77,
                                                         .sums = {0, 0, 3},
                                                         .entries = {{61'000'000, {0, 0, 3}}}};
    const Reply reply = calls.get("/admin/keys/acme-web/ledgers");
    const std::string tag = policy::tenant_tag("mock");
    EXPECT_EQ(ledger_of(reply, "upstream", ""),
              Json::parse(R"({"redis_key":"weir:2:{)" + tag + R"(}:upstream:mock:in_flight",
        "scope":"upstream","owner":"mock","window":"","window_ms":60000,"enforced":true,"epoch":77,
        "limits":{"in_flight":8},"used":{"in_flight":3},
        "entries":[{"expires_in_ms":60000,"in_flight":3}]})"));
    const Reply key = calls.get("/admin/keys/acme-web");
    const auto& levels = key.json["limits"];
    const auto level = std::find_if(levels.begin(), levels.end(),
                                    [](const Json& one) { return one["dimension"] == "in_flight"; });
    ASSERT_NE(level, levels.end());
    EXPECT_EQ((*level)["name"], "upstream/in_flight");
    EXPECT_EQ((*level)["window"], "");
    EXPECT_EQ((*level)["limit"], 8);
}

}  // namespace
}  // namespace weir::admin
