// Tiers, groups, upstreams and overrides; and what is only passed on.
#include <gtest/gtest.h>

#include "calls.hpp"
#include "text/times.hpp"

namespace weir::admin {
namespace {

TEST(Objects, ListsTellWhoUsesWhat) {
    Calls calls;
    const Json tiers = calls.get("/admin/tiers").json["tiers"];
    ASSERT_EQ(tiers.size(), 2U);
    EXPECT_EQ(tiers[1]["name"], "trial");
    EXPECT_EQ(tiers[1]["keys"], 1);
    EXPECT_EQ(tiers[1]["document"],
              Json::parse(R"({"limits":{"rpm":20,"more":[{"dimension":"requests","limit":500,
        "window":"1d"}]},"models":{"gpt-4o*":{"otpm":2000}}})"));
    EXPECT_EQ(calls.get("/admin/groups").json["groups"][0]["document"],
              Json::parse(R"({"limits":{"itpm":9000}})"));
    EXPECT_EQ(calls.get("/admin/upstreams").json["upstreams"][0]["document"], Json::parse(R"({"rpm":1000})"));
}

TEST(Objects, RequestsInFlightStandBesideTheOthersWhateverTheirModes) {
    Calls calls;
    for (
        const char* limits :
        {R"({"rpm":5,"max_in_flight":8})",
         R"({"max_in_flight":8,"more":[{"dimension":"requests","limit":5,"window":"1m","enforce":true}],
              "enforce":false})",
         R"({"max_in_flight":8,"more":[{"dimension":"requests","limit":5,"window":"1m","enforce":false}]})"}) {
        const Reply reply =
            calls.ask("PUT", "/admin/groups/acme", R"({"limits":)" + std::string(limits) + "}");
        EXPECT_EQ(reply.status, 200) << reply.text;
        EXPECT_EQ(reply.json["document"]["limits"], Json::parse(limits));
        const Reply shown = calls.get("/admin/groups/acme");
        EXPECT_EQ(shown.json["document"]["limits"], Json::parse(limits));
    }
    const Reply mistaken = calls.ask("PUT", "/admin/groups/acme", R"({"limits":{"max_in_flight":1000001}})");
    EXPECT_EQ(mistaken.json["error"]["mistakes"][0]["path"], "$.limits.max_in_flight");
}

TEST(Objects, ATierIsMadeReplacedAndTakenAway) {
    Calls calls;
    EXPECT_EQ(calls.get("/admin/tiers/gold").status, 404);
    const Reply made = calls.ask("PUT", "/admin/tiers/gold", R"({"limits":{"rpm":5}})");
    EXPECT_EQ(
        made.json,
        Json::parse(R"({"name":"gold","document":{"limits":{"rpm":5}},"source":"runtime","version":1})"));
    ASSERT_EQ(calls.ask("PATCH", "/admin/keys/acme-web", R"({"tier":"gold"})").status, 200);
    const Reply named = calls.ask("DELETE", "/admin/tiers/gold");
    EXPECT_EQ(named.status, 409);
    EXPECT_NE(named.text.find("acme-web"), std::string::npos);
    ASSERT_EQ(calls.ask("PATCH", "/admin/keys/acme-web", R"({"tier":null})").status, 200);
    EXPECT_EQ(calls.ask("DELETE", "/admin/tiers/gold").status, 200);
    EXPECT_EQ(calls.ask("DELETE", "/admin/tiers/gold").status, 404);
}

TEST(Objects, TheFilesComesBack) {
    Calls calls;
    EXPECT_EQ(calls.ask("DELETE", "/admin/tiers/trial").status, 409);
    EXPECT_EQ(calls.ask("PUT", "/admin/tiers/trial", R"({"limits":{"rpm":1}})").status, 200);
    EXPECT_EQ(calls.get("/admin/tiers/trial").json["source"], "runtime");
    EXPECT_EQ(calls.ask("DELETE", "/admin/tiers/trial").status, 200);
    EXPECT_EQ(calls.get("/admin/tiers/trial").json["source"], "file");
    EXPECT_EQ(calls.ask("PUT", "/admin/groups/acme", R"({"limits":{"itpm":1}})").status, 200);
    EXPECT_EQ(calls.ask("DELETE", "/admin/groups/acme").status, 200);
    EXPECT_EQ(calls.get("/admin/groups/acme").json["document"]["limits"]["itpm"], 9000);
}

TEST(Objects, LimitsOfAnUpstreamAreADocumentOfTheirOwn) {
    Calls calls;
    EXPECT_EQ(calls.ask("PUT", "/admin/upstreams/mock/limits", R"({"rpm":7})").json["document"],
              Json::parse(R"({"rpm":7})"));
    EXPECT_EQ(calls.control.snapshot().policy->config().upstreams[0].limits[0].limit, 7);
    EXPECT_EQ(calls.ask("PUT", "/admin/upstreams/other/limits", R"({"rpm":7})").status, 404);
    EXPECT_EQ(calls.ask("DELETE", "/admin/upstreams/mock/limits").status, 200);
    EXPECT_EQ(calls.get("/admin/upstreams/mock/limits").json["document"], Json::parse(R"({"rpm":1000})"));
    EXPECT_EQ(calls.ask("DELETE", "/admin/upstreams/mock/limits").status, 409);
}

TEST(Objects, MistakesAreAllTold) {
    Calls calls;
    const Reply reply =
        calls.ask("PUT", "/admin/tiers/gold", R"({"limits":{"rpm":-1,"otpm":"x"},"colour":1})");
    EXPECT_EQ(reply.status, 422);
    EXPECT_EQ(reply.json["error"]["mistakes"].size(), 3U);
    EXPECT_EQ(reply.json["error"]["mistakes"][0]["path"], "$.limits.rpm");
}

TEST(Overrides, HoldForAWhile) {
    Calls calls;
    const Reply made =
        calls.ask("POST", "/admin/overrides",
                  R"({"target":"tier/trial","limits":{"rpm":50},"until":"23:00","reason":"a launch"})");
    ASSERT_EQ(made.status, 201) << made.text;
    EXPECT_EQ(made.json["until"], "2023-11-14T23:00:00Z");
    EXPECT_EQ(calls.get("/admin/overrides").json["overrides"][0]["target"], "tier/trial");
    EXPECT_EQ(calls.ask("DELETE", "/admin/overrides/tier/trial").status, 200);
    EXPECT_EQ(calls.ask("DELETE", "/admin/overrides/tier/trial").status, 404);
    EXPECT_EQ(calls.ask("DELETE", "/admin/overrides/colour/trial").status, 400);
    EXPECT_TRUE(calls.get("/admin/overrides").json["overrides"].empty());
}

TEST(Overrides, WhatCanNotHoldIsRefused) {
    Calls calls;
    for (const char* body :
         {R"({})", R"({"target":1,"factor":2})", R"({"target":"key/","factor":2})",
          R"({"target":"colour/x","factor":2})", R"({"target":"key/nobody","factor":2})",
          R"({"target":"override/key/acme-web","factor":2})", R"({"target":"tier/none","factor":2})",
          R"({"target":"key/acme-web"})", R"({"target":"key/acme-web","factor":2,"limits":{}})",
          R"({"target":"key/acme-web","factor":-1})", R"({"target":"key/acme-web","factor":"2"})",
          R"({"target":"key/acme-web","factor":1001})",
          R"({"target":"key/acme-web","factor":2,"until":"2020-01-01T00:00:00Z"})",
          R"({"target":"key/acme-web","factor":2,"until":"soon"})",
          R"({"target":"key/acme-web","factor":2,"until":5})",
          R"({"target":"key/acme-web","factor":2,"reason":5})",
          R"({"target":"key/acme-web","factor":2,"colour":5})"}) {
        const Reply reply = calls.ask("POST", "/admin/overrides", body);
        EXPECT_EQ(reply.status, 422) << body << reply.text;
        EXPECT_TRUE(reply.json["error"].contains("mistakes")) << body;
    }
}

TEST(Others, UsageIsSummedAsAsked) {
    Calls calls;
    const std::int64_t today = text::day_of(calls.control.clock.now_us());
    calls.control.rows = {{today, "a", "m", {.requests = 2}},
                          {today, "b", "m", {.requests = 3}},
                          {today - 1, "a", "m", {.requests = 9}}};
    EXPECT_EQ(calls.get("/admin/usage").json["rows"].size(), 2U);
    EXPECT_EQ(calls.get("/admin/usage?by=model").json["rows"].size(), 1U);
    EXPECT_EQ(calls.get("/admin/usage?from=2023-11-13&by=day,key").json["rows"].size(), 3U);
    EXPECT_EQ(calls.get("/admin/usage?from=2023-11-13&to=2023-11-13").json["rows"].size(), 1U);
    const Reply csv = calls.get("/admin/usage?format=csv");
    EXPECT_EQ(csv.status, 200);
    EXPECT_TRUE(csv.fields.at("content-disposition").starts_with("attachment"));
    EXPECT_TRUE(csv.text.starts_with("key,"));
}

TEST(Others, ExplainPassesTheQuestionOn) {
    Calls calls;
    EXPECT_EQ(calls.ask("POST", "/admin/explain", R"({"key":"acme-web","path":"/v1/x","body":{"b":1,"a":2}})")
                  .status,
              200);
    EXPECT_EQ(calls.control.asked.body, R"({"b":1,"a":2})");
    EXPECT_EQ(calls.control.asked.method, "POST");
    EXPECT_EQ(calls.ask("POST", "/admin/explain", R"({"secret":"s","path":"/v1/x","body":"no json"})").status,
              200);
    EXPECT_EQ(calls.control.asked.secret, "s");
    EXPECT_EQ(calls.ask("POST", "/admin/explain", R"({"key":"nobody","path":"/v1/x"})").status, 404);
    for (const char* body :
         {R"({})", R"({"path":"x"})", R"({"path":1})", R"({"path":"/x","key":"a","secret":"b"})",
          R"({"path":"/x","body":[]})", R"({"path":"/x","method":"G\nT"})", R"({"path":"/x","keys":1})"}) {
        EXPECT_EQ(calls.ask("POST", "/admin/explain", body).status, 422) << body;
    }
}

TEST(Others, TheConfigurationMasksSecrets) {
    Calls calls;
    ASSERT_EQ(calls.ask("POST", "/admin/keys", R"({"id":"new"})").status, 201);
    ASSERT_EQ(calls.ask("POST", "/admin/keys/new/rotate").status, 200);
    const Reply reply = calls.get("/admin/config");
    const Json& object = reply.json["runtime"]["objects"]["key/new"];
    EXPECT_EQ(object["secret_sha256"], "(set)");
    EXPECT_FALSE(object["former_secrets"][0].contains("secret_sha256"));
    EXPECT_EQ(reply.json["settings"][0]["origin"], "default");
    EXPECT_EQ(reply.json["hash"], "abc");
}

TEST(Others, ReloadDrainNodesAndFigures) {
    Calls calls;
    EXPECT_EQ(calls.ask("POST", "/admin/reload").json["notes"][0]["path"], "$.threads");
    calls.control.reload_mistakes = {{"$.listen", "expected an address"}};
    const Reply refused = calls.ask("POST", "/admin/reload");
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.json["error"]["mistakes"][0]["path"], "$.listen");
    EXPECT_EQ(calls.ask("POST", "/admin/drain").status, 202);
    EXPECT_TRUE(calls.control.is_drained);
    EXPECT_EQ(calls.get("/admin/nodes").status, 200);
    EXPECT_EQ(calls.get("/admin/figures").json["node"], "n");
}

TEST(Others, ReadinessFollowsTheProcess) {
    Calls calls;
    EXPECT_EQ(calls.get("/readyz").text, "ready\n");
    calls.control.is_ready = {.ready = true, .remark = "alone"};
    EXPECT_EQ(calls.get("/readyz").text, "ready: alone\n");
    calls.control.is_ready = {.ready = false, .remark = "it drains"};
    EXPECT_EQ(calls.get("/readyz").status, 503);
    EXPECT_EQ(calls.get("/readyz").text, "not ready: it drains\n");
    EXPECT_EQ(calls.get("/healthz").text, "ok\n");
    EXPECT_EQ(calls.get("/metrics").text, "weir_x 1\n");
}

TEST(Objects, WhatIsNoDocumentIsShownAsAShortText) {
    Calls calls;
    const std::size_t depth = 100'000;
    std::string deep = R"({"tier":)";
    for (std::size_t i = 0; i < depth; ++i) deep += R"({"a":)";
    deep += "1" + std::string(depth + 1, '}');
    config::RuntimeDocuments documents{.version = 3, .documents = {}};
    for (const char* path :
         {"key/acme-web", "tier/trial", "group/acme", "override/key/acme-web", "upstream/mock/limits"}) {
        documents.documents[path] = deep;
    }
    documents.documents["tier/list"] = "[1]";
    calls.control.set_documents(std::move(documents));
    const Json objects = calls.get("/admin/config").json["runtime"]["objects"];
    EXPECT_EQ(objects["key/acme-web"], "(" + std::to_string(deep.size()) + " bytes that are no document)");
    EXPECT_EQ(objects["tier/list"], "(3 bytes that are no document)");
    for (const char* path : {"keys", "keys/acme-web", "tiers", "tiers/trial", "groups", "upstreams",
                             "upstreams/mock/limits", "overrides"}) {
        EXPECT_LT(calls.get(std::string("/admin/") + path).status, 500) << path;
    }
    EXPECT_LT(calls.ask("PATCH", "/admin/keys/acme-web", R"({"disabled":true})").status, 500);
}

}  // namespace
}  // namespace weir::admin
