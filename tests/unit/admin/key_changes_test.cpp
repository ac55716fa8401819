// Making, changing, rotating and taking away keys.
#include <gtest/gtest.h>

#include "admin/secrets.hpp"
#include "calls.hpp"
#include "text/hex.hpp"

namespace weir::admin {
namespace {

const std::string hash = "abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcd";

TEST(KeyChanges, ANewKeyShowsItsSecretOnce) {
    Calls calls;
    const Reply made = calls.ask("POST", "/admin/keys", R"({"id":"new","tier":"trial","limits":{"rpm":7}})");
    ASSERT_EQ(made.status, 201) << made.text;
    const std::string secret = made.json["secret"];
    EXPECT_TRUE(secret.starts_with("weir-"));
    EXPECT_EQ(made.fields.at("location"), "/admin/keys/new");
    EXPECT_EQ(made.json["version"], 1);
    EXPECT_EQ(made.json["source"], "runtime");
    const std::string document = calls.control.document("key/new");
    EXPECT_EQ(document.find(secret), std::string::npos);
    EXPECT_EQ(Json::parse(document)["secret_sha256"], text::to_hex(config::sha256(secret)));
    EXPECT_EQ(calls.get("/admin/keys/new").text.find("secret_sha256"), std::string::npos);
    const std::string_view credential = secret;
    const auto identified = calls.control.snapshot().policy->identify({&credential, 1});
    ASSERT_TRUE(identified);
    EXPECT_EQ(identified->subject.id, "new");
}

TEST(KeyChanges, AHashMayBeGivenInstead) {
    Calls calls;
    const Reply made = calls.ask("POST", "/admin/keys", R"({"id":"new","secret_sha256":")" + hash + "\"}");
    EXPECT_EQ(made.status, 201);
    EXPECT_FALSE(made.json.contains("secret"));
    const Reply again = calls.ask("POST", "/admin/keys", R"({"id":"other","secret_sha256":")" + hash + "\"}");
    EXPECT_EQ(again.status, 422);
    EXPECT_EQ(again.code(), "invalid_document");
}

TEST(KeyChanges, WhatCanNotBeAKeyIsRefused) {
    Calls calls;
    for (const char* body :
         {R"({})", R"({"id":1})", R"({"id":""})", R"({"id":"a/b"})", R"({"id":"~a"})", R"({"id":".."})",
          R"({"id":"a b"})", R"({"id":"a","tier":"none"})", R"({"id":"a","tier":1})",
          R"({"id":"a","limits":{"rpm":-1}})", R"({"id":"a","limits":5})", R"({"id":"a","more":1})",
          R"({"id":"a","secret_sha256":"x"})", R"({"id":"a","secret_sha256":null})",
          R"({"id":"a","former_secrets":[]})", R"({"id":"a","disabled":"yes"})"}) {
        const Reply reply = calls.ask("POST", "/admin/keys", body);
        EXPECT_EQ(reply.status, 422) << body;
        ASSERT_TRUE(reply.json["error"].contains("mistakes")) << body;
        EXPECT_TRUE(reply.json["error"]["mistakes"][0]["path"].get<std::string>().starts_with("$")) << body;
    }
    EXPECT_EQ(calls.ask("POST", "/admin/keys", R"({"id":"acme-web"})").status, 409);
    EXPECT_EQ(calls.control.snapshot().layer->version(), 0);
}

TEST(KeyChanges, NullTakesWhatTheFileSaysAgain) {
    Calls calls;
    const auto patch = [&](const char* body) {
        const Reply reply = calls.ask("PATCH", "/admin/keys/acme-batch", body);
        EXPECT_EQ(reply.status, 200) << reply.text;
        return calls.get("/admin/keys/acme-batch").json["document"];
    };
    EXPECT_EQ(patch(R"({"tier":"trial","limits":{"rpm":5}})"),
              Json::parse(R"({"tier":"trial","group":null,"limits":{"otpm":700,"rpm":5},"disabled":false})"));
    EXPECT_EQ(patch(R"({"limits":{"otpm":9,"rpm":null}})")["limits"], Json::parse(R"({"otpm":9})"));
    EXPECT_EQ(patch(R"({"limits":null,"disabled":true})")["limits"], Json::parse(R"({"otpm":700})"));
    EXPECT_EQ(calls.get("/admin/keys/acme-batch").json["disabled"], true);
    EXPECT_EQ(patch(R"({"disabled":null,"tier":null})")["tier"], "default");
    EXPECT_EQ(calls.control.document("key/acme-batch"), "");
    EXPECT_EQ(calls.get("/admin/keys/acme-batch").json["source"], "file");
    EXPECT_EQ(calls.ask("PATCH", "/admin/keys/nobody", R"({"disabled":true})").status, 404);
    EXPECT_EQ(calls.ask("PATCH", "/admin/keys/acme-web", R"({"secret_sha256":")" + hash + "\"}").status, 422);
}

TEST(KeyChanges, KeysOfTheFileAreDisabledNotTakenAway) {
    Calls calls;
    EXPECT_EQ(calls.ask("DELETE", "/admin/keys/acme-web").status, 409);
    EXPECT_EQ(calls.ask("POST", "/admin/keys/acme-web/disable").json["disabled"], true);
    EXPECT_EQ(calls.ask("POST", "/admin/keys/acme-web/disable").status, 200);
    EXPECT_EQ(calls.ask("POST", "/admin/keys/acme-web/enable").json["disabled"], false);
    EXPECT_EQ(calls.control.document("key/acme-web"), "");
    EXPECT_EQ(calls.ask("POST", "/admin/keys/nobody/disable").status, 404);
}

TEST(KeyChanges, DeletingTakesWhatLiesOverItToo) {
    Calls calls;
    ASSERT_EQ(calls.ask("POST", "/admin/keys", R"({"id":"new"})").status, 201);
    ASSERT_EQ(calls.ask("POST", "/admin/overrides", R"({"target":"key/new","factor":2})").status, 201);
    EXPECT_EQ(calls.ask("DELETE", "/admin/keys/new").json, Json::parse(R"({"version":3})"));
    EXPECT_EQ(calls.control.document("override/key/new"), "");
    EXPECT_EQ(calls.ask("DELETE", "/admin/keys/new").status, 404);
}

TEST(KeyChanges, RotatingKeepsTheOldSecretForAWhile) {
    Calls calls;
    const std::string old = calls.ask("POST", "/admin/keys", R"({"id":"new"})").json["secret"];
    const Reply rotated = calls.ask("POST", "/admin/keys/new/rotate", R"({"overlap_s":60})");
    ASSERT_EQ(rotated.status, 200) << rotated.text;
    EXPECT_EQ(rotated.json["former_valid_until"], "2023-11-14T22:15:00Z");
    EXPECT_NE(rotated.json["secret"], old);
    const auto knows = [&](std::string_view secret) {
        const auto identified = calls.control.snapshot().policy->identify({&secret, 1});
        return identified && identified->subject.id == "new";
    };
    EXPECT_TRUE(knows(old));
    EXPECT_TRUE(knows(rotated.json["secret"].get<std::string>()));
    EXPECT_EQ(calls.get("/admin/keys/new").json["former_secrets"],
              Json::parse(R"([{"until":"2023-11-14T22:15:00Z"}])"));
    const Reply at_once = calls.ask("POST", "/admin/keys/new/rotate", R"({"overlap_s":0})");
    EXPECT_TRUE(at_once.json["former_valid_until"].is_null());
    EXPECT_FALSE(knows(old));
    EXPECT_FALSE(knows(rotated.json["secret"].get<std::string>()));
    EXPECT_TRUE(knows(at_once.json["secret"].get<std::string>()));
}

TEST(KeyChanges, KeysOfTheFileAreRotatedToo) {
    Calls calls;
    const Reply rotated = calls.ask("POST", "/admin/keys/acme-web/rotate");
    ASSERT_EQ(rotated.status, 200) << rotated.text;
    EXPECT_EQ(rotated.json["former_valid_until"], "2023-11-15T22:14:00Z");
    const Json document = Json::parse(calls.control.document("key/acme-web"));
    EXPECT_EQ(document["former_secrets"][0]["secret_sha256"], std::string(64, '1'));
}

TEST(KeyChanges, FourFormerSecretsAreTheMost) {
    Calls calls;
    ASSERT_EQ(calls.ask("POST", "/admin/keys", R"({"id":"new"})").status, 201);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(calls.ask("POST", "/admin/keys/new/rotate").status, 200);
    EXPECT_EQ(calls.ask("POST", "/admin/keys/new/rotate").status, 409);
    calls.control.clock.advance(2 * 86'400'000'000LL);
    EXPECT_EQ(calls.ask("POST", "/admin/keys/new/rotate").status, 200);
    EXPECT_EQ(calls.get("/admin/keys/new").json["former_secrets"].size(), 1U);
    for (const char* body : {R"({"overlap_s":-1})", R"({"overlap_s":2678401})", R"({"overlap_s":1.5})",
                             R"({"overlap_s":"1"})", R"({"overlap":1})", R"({"secret_sha256":7})"}) {
        EXPECT_EQ(calls.ask("POST", "/admin/keys/new/rotate", body).status, 422) << body;
    }
}

TEST(KeyChanges, ResettingEmptiesWhatIsTheKeysOwn) {
    Calls calls;
    calls.control.used["key:acme-web:60000000"] = 20;
    const Reply reset = calls.ask("POST", "/admin/keys/acme-web/reset");
    EXPECT_EQ(reset.json["limits"][0]["used"], 0);
    EXPECT_EQ(calls.control.emptied.size(), 3U);
    for (const std::string& ledger : calls.control.emptied) {
        EXPECT_TRUE(ledger.starts_with("key:") || ledger.starts_with("model:")) << ledger;
    }
    calls.control.is_store_away = true;
    EXPECT_EQ(calls.ask("POST", "/admin/keys/acme-web/reset").status, 503);
}

TEST(KeyChanges, WhatEndsWithTheProcessIsTold) {
    Calls calls;
    calls.control.is_durable = false;
    const Reply made = calls.ask("POST", "/admin/keys", R"({"id":"new"})");
    EXPECT_EQ(made.json["durable"], false);
    EXPECT_FALSE(made.json["warning"].get<std::string>().empty());
    calls.control.is_durable = true;
    EXPECT_FALSE(calls.ask("POST", "/admin/keys", R"({"id":"newer"})").json.contains("durable"));
}

TEST(KeyChanges, ASecretIsNotLostWhereOnlyTheWindowsCanNotBeRead) {
    Calls calls;
    calls.control.is_peek_away = true;
    const Reply made = calls.ask("POST", "/admin/keys", R"({"id":"new"})");
    EXPECT_EQ(made.status, 201);
    EXPECT_TRUE(made.json.contains("secret"));
    EXPECT_TRUE(made.json["limits"].empty());
}

}  // namespace
}  // namespace weir::admin
