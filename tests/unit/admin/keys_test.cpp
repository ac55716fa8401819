// Reading keys: rows, pages, one key.
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "calls.hpp"

namespace weir::admin {
namespace {

std::vector<std::string> ids_of(const Reply& reply) {
    std::vector<std::string> ids;
    for (const Json& row : reply.json["keys"]) ids.push_back(row["id"]);
    return ids;
}

using Ids = std::vector<std::string>;

TEST(Keys, ARowTellsConfigurationWindowsAndRecentFate) {
    Calls calls;
    const std::int64_t now_us = calls.control.clock.now_us();
    calls.control.seen.add("acme-web", now_us,
                           {.requests = 3, .refused = 1, .input_tokens = 7, .output_tokens = 5},
                           "key/requests/1m", 20);
    calls.control.used["key:acme-web:60000000"] = 3;
    const Json row = calls.get("/admin/keys?limit=1").json["keys"][0];
    EXPECT_EQ(row["id"], "acme-web");
    EXPECT_EQ(row["known"], true);
    EXPECT_EQ(row["tier"], "trial");
    EXPECT_EQ(row["group"], "acme");
    EXPECT_EQ(row["source"], "file");
    EXPECT_EQ(row["last_minute"]["requests"], 3);
    EXPECT_EQ(row["last_hour"]["refused"], 1);
    EXPECT_EQ(row["refused_by"]["limit"], "key/requests/1m");
    EXPECT_EQ(row["refused_by"]["value"], 20);
    EXPECT_EQ(row["last_seen"], "2023-11-14T22:14:00Z");
    EXPECT_TRUE(row["override"].is_null());
    ASSERT_EQ(row["limits"].size(), 2U);
    const Json expected = Json::parse(R"({"name":"key/requests/1m","scope":"key","owner":"acme-web",
        "dimension":"requests","window":"1m","limit":20,"used":3,"remaining":17,"reset_ms":2,"enforced":true})");
    EXPECT_EQ(row["limits"][0], expected);
}

TEST(Keys, ActiveOnesComeFirstAndThenAllOthersOnce) {
    Calls calls;
    const std::int64_t now_us = calls.control.clock.now_us();
    calls.control.seen.add("unknown-123456789abc", now_us, {.requests = 9});
    calls.control.seen.add("acme-web", now_us, {.requests = 5, .refused = 4});
    EXPECT_EQ(ids_of(calls.get("/admin/keys")), (Ids{"unknown-123456789abc", "acme-web", "acme-batch"}));
    EXPECT_EQ(ids_of(calls.get("/admin/keys?sort=refused"))[0], "acme-web");
    EXPECT_EQ(ids_of(calls.get("/admin/keys?sort=id")), (Ids{"acme-batch", "acme-web"}));
    EXPECT_EQ(ids_of(calls.get("/admin/keys?q=WEB")), (Ids{"acme-web"}));
    EXPECT_EQ(calls.get("/admin/keys?q=web").json["total"], 1);
    EXPECT_EQ(calls.get("/admin/keys").json["total"], 3);
    const Json unknown = calls.get("/admin/keys").json["keys"][0];
    EXPECT_EQ(unknown["known"], false);
    EXPECT_EQ(unknown["source"], "unknown");
}

TEST(Keys, PagesShowEachKeyOnce) {
    Calls calls;
    const std::int64_t now_us = calls.control.clock.now_us();
    config::RuntimeDocuments documents;
    for (int i = 0; i < 20; ++i) {
        std::string hash = std::to_string(100 + i);
        hash.insert(0, 64 - hash.size(), 'a');
        documents.documents["key/k" + std::to_string(i)] = R"({"secret_sha256":")" + hash + "\"}";
        if (i % 3 == 0) calls.control.seen.add("k" + std::to_string(i), now_us, {.requests = i + 1});
    }
    calls.control.set_documents(std::move(documents));
    for (const std::string sort : {"used", "id", "refused", "last_seen"}) {
        for (const int limit : {1, 3, 7, 22, 500}) {
            const std::string query = "/admin/keys?sort=" + sort + "&limit=" + std::to_string(limit);
            std::multiset<std::string> seen;
            Json next;
            do {
                const Reply reply =
                    calls.get(query + (next.is_null() ? "" : "&after=" + next.get<std::string>()));
                ASSERT_EQ(reply.status, 200);
                EXPECT_EQ(reply.json["total"], 22);
                for (const std::string& id : ids_of(reply)) seen.insert(id);
                next = reply.json["next"];
                ASSERT_LE(seen.size(), 22U);
            } while (!next.is_null());
            EXPECT_EQ(seen.size(), 22U) << query;
            EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 22U) << query;
        }
    }
}

TEST(Keys, OneKeyTellsAllThatApplies) {
    Calls calls;
    const Reply reply = calls.get("/admin/keys/acme-web");
    EXPECT_EQ(reply.fields.at("etag"), "\"0\"");
    std::set<std::string> names;
    for (const Json& level : reply.json["limits"]) names.insert(level["name"]);
    EXPECT_EQ(names, (std::set<std::string>{"key/requests/1m", "key/requests/1d", "group/input_tokens/1m",
                                            "model/output_tokens/1m", "upstream/requests/1m"}));
    EXPECT_EQ(reply.json["document"],
              Json::parse(R"({"tier":"trial","group":"acme","limits":{},"disabled":false})"));
    EXPECT_EQ(reply.json["history"].size(), 60U);
    EXPECT_EQ(calls.get("/admin/keys/nobody").status, 404);
    calls.control.seen.add("unknown-123456789abc", calls.control.clock.now_us(), {.requests = 1});
    const Reply unknown = calls.get("/admin/keys/unknown-123456789abc");
    EXPECT_EQ(unknown.status, 200);
    EXPECT_TRUE(unknown.json["document"].is_null());
}

TEST(Keys, WhileTheStoreIsAwayReadingSaysSo) {
    Calls calls;
    calls.control.is_store_away = true;
    EXPECT_EQ(calls.get("/admin/keys").status, 503);
    EXPECT_EQ(calls.get("/admin/keys/acme-web").code(), "store_unavailable");
}

TEST(Keys, AnOverrideShowsUntilItEnds) {
    Calls calls;
    const Reply made = calls.ask("POST", "/admin/overrides",
                                 R"({"target":"key/acme-web","factor":2,"until":"2023-11-14T22:20:00Z"})");
    ASSERT_EQ(made.status, 201) << made.text;
    Json row = calls.get("/admin/keys/acme-web").json;
    EXPECT_EQ(row["override"], Json::parse(R"({"factor":2,"until":"2023-11-14T22:20:00Z","reason":null})"));
    EXPECT_EQ(row["document"]["limits"], Json::object());
    EXPECT_EQ(row["limits"][0]["limit"], 40);
    calls.control.clock.advance(10 * 60'000'000LL);
    EXPECT_TRUE(calls.get("/admin/keys/acme-web").json["override"].is_null());
}

TEST(Keys, AListOfFiftyThousandTakesLessThanReadingThem) {
    std::string file = R"({"upstreams":[{"name":"mock","url":"http://127.0.0.1:1"}],"keys":[)";
    for (int i = 0; i < 50'000; ++i) {
        std::string hash = std::to_string(i);
        hash.append(64 - hash.size(), 'b');
        file += (i > 0 ? "," : "") + std::string(R"({"id":"key-)") + std::to_string(i) +
                R"(","secret_sha256":")" + hash + "\"}";
    }
    const SystemClock clock;
    const std::int64_t read_from_us = clock.steady_us();
    Calls calls({}, true, file + "]}");
    const std::int64_t begin_us = clock.steady_us();
    EXPECT_EQ(calls.get("/admin/keys?limit=50").json["total"], 50'000);
    for (const char* query : {"limit=50", "limit=50&sort=id&after=id:key-4", "limit=50&q=999&sort=id"}) {
        EXPECT_EQ(calls.get(std::string("/admin/keys?") + query).json["keys"].size(), 50U);
    }
    // Both on this machine, now; four lists took a seventh of it.
    EXPECT_LT(clock.steady_us() - begin_us, begin_us - read_from_us) << "lists take as long as the file";
}

}  // namespace
}  // namespace weir::admin
