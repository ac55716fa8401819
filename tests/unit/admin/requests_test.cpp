// Paths, parameters, bodies and conditions: what is told before a handler is asked.
#include <gtest/gtest.h>

#include "admin/arguments.hpp"
#include "calls.hpp"

namespace weir::admin {
namespace {

TEST(Requests, OtherMethodsAreToldWhichThereAre) {
    Calls calls;
    const Reply reply = calls.ask("PUT", "/admin/keys");
    EXPECT_EQ(reply.status, 405);
    EXPECT_EQ(reply.fields.at("allow"), "GET, HEAD, POST");
    EXPECT_EQ(calls.ask("OPTIONS", "/admin/keys/acme-web").fields.at("allow"), "GET, HEAD, PATCH, DELETE");
    EXPECT_EQ(calls.ask("HEAD", "/admin/keys/acme-web/rotate").status, 405);
}

TEST(Requests, OtherPathsAreToldWhereToLook) {
    Calls calls;
    for (const char* path :
         {"/nothing", "/admin", "/admin/", "/admin/keys/", "/admin/keys/a/b", "/ADMIN/keys"}) {
        const Reply reply = calls.get(path);
        EXPECT_EQ(reply.status, 404) << path;
        EXPECT_EQ(reply.code(), "not_found");
        EXPECT_NE(reply.text.find("/admin/openapi.json"), std::string::npos);
    }
}

TEST(Requests, TheRootListsWhatThereIs) {
    Calls calls;
    const std::string text = calls.get("/").text;
    for (const Endpoint& endpoint : endpoints()) {
        EXPECT_NE(text.find(std::string(endpoint.method) + " " + std::string(endpoint.path) + " "),
                  std::string::npos)
            << endpoint.path;
    }
}

TEST(Requests, NamesInPathsAreDecodedOnceAndChecked) {
    Calls calls;
    EXPECT_EQ(calls.get("/admin/keys/acme%2Dweb").status, 200);
    EXPECT_EQ(calls.get("/admin/keys/a%2Fb").status, 400);
    EXPECT_EQ(calls.get("/admin/keys/a%252Fb").status, 404);  // a name with a percent sign
    EXPECT_EQ(calls.get("/admin/keys/%F0%9F%98%80").status, 400);
    EXPECT_EQ(calls.get("/admin/keys/%00").status, 400);
    EXPECT_EQ(calls.get("/admin/keys/a%20b").status, 400);
    EXPECT_EQ(calls.get("/admin/keys/a%zz").status, 400);
    EXPECT_EQ(calls.get("/admin/keys/" + std::string(128, 'a')).status, 404);
    EXPECT_EQ(calls.get("/admin/keys/" + std::string(129, 'a')).status, 400);
}

TEST(Requests, ParametersAreWhatTheTableSays) {
    Calls calls;
    for (const char* query : {"limit=0", "limit=501", "limit=", "limit=1.5", "limit=99999999999999999999",
                              "limit=1&limit=2", "sort=x", "sort=", "dimension=tokens", "unknown=1",
                              "after=x", "after=rank:x", "sort=id&after=rank:1", "q=%zz", "=", "limit"}) {
        const Reply reply = calls.get(std::string("/admin/keys?") + query);
        EXPECT_EQ(reply.status, 400) << query;
        EXPECT_FALSE(reply.code().empty());
    }
    for (const char* query : {"", "limit=1", "limit=500", "sort=id&dimension=total_tokens",
                              "q=", "q=%F0%9F%98%80", "q=a+b&&", "after="}) {
        EXPECT_EQ(calls.get(std::string("/admin/keys?") + query).status, 200) << query;
    }
    for (const char* query :
         {"by=x", "by=", "by=key,", "from=2026-1-1", "from=2026-13-01", "to=2026-02-30",
          "from=2026-11-02&to=2026-11-01", "from=2020-01-01&to=2026-01-01", "format=xml"}) {
        EXPECT_EQ(calls.get(std::string("/admin/usage?") + query).status, 400) << query;
    }
}

TEST(Requests, BodiesAreOneObjectOfJson) {
    Calls calls;
    for (const char* body : {"{", "[]", "1", "null", "\"x\"", "{\"id\":\"a\",\"id\":\"b\"}",
                             "{\"id\":\"\xff\"}", "{\"id\":1e999}", "{} {}"}) {
        const Reply reply = calls.ask("POST", "/admin/keys", body);
        EXPECT_EQ(reply.status, 400) << body;
        EXPECT_EQ(reply.code(), "malformed_json") << body;
    }
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
    EXPECT_EQ(calls.ask("POST", "/admin/keys", deep).status, 400);
}

TEST(Requests, BodiesAreAnnouncedAsSuch) {
    Calls calls;
    EXPECT_EQ(calls.ask("POST", "/admin/keys", "{}", {{"content-type", "text/plain"}}).status, 415);
    EXPECT_EQ(calls.ask("POST", "/admin/keys", "{}", {{"content-type", ""}}).status, 415);
    EXPECT_EQ(calls.ask("POST", "/admin/keys", "{}", {{"content-encoding", "gzip"}}).status, 415);
    EXPECT_EQ(
        calls.ask("POST", "/admin/keys", "{}", {{"content-type", "Application/JSON; charset=utf-8"}}).status,
        422);
    EXPECT_EQ(
        calls.ask("PATCH", "/admin/keys/acme-web", "{}", {{"content-type", "application/merge-patch+json"}})
            .status,
        200);
    EXPECT_EQ(calls.ask("POST", "/admin/keys", std::string((1 << 20) + 1, ' ')).status, 413);
    EXPECT_EQ(calls.ask("POST", "/admin/drain", "{\"a\":1}").status, 400);
    EXPECT_EQ(calls.ask("POST", "/admin/drain", "{}").status, 202);
    EXPECT_EQ(calls.ask("POST", "/admin/drain", "", {{"expect", "the-unexpected"}}).status, 417);
}

TEST(Requests, ChangesMayNameTheVersion) {
    Calls calls;
    const auto put = [&](const char* if_match) {
        return calls.ask("PUT", "/admin/tiers/gold", R"({"limits":{"rpm":5}})", {{"if-match", if_match}})
            .status;
    };
    EXPECT_EQ(put("\"0\""), 200);
    EXPECT_EQ(put("\"0\""), 412);
    EXPECT_EQ(put("1"), 200);
    EXPECT_EQ(put("*"), 200);
    for (const char* wrong : {"", "\"\"", "x", "\"1", "-1", "W/\"1\"", "99999999999999999999"}) {
        EXPECT_EQ(put(wrong), 400) << wrong;
    }
    EXPECT_EQ(calls.get("/admin/tiers/gold").fields.at("etag"), "\"3\"");
}

TEST(Requests, AChangeThatWasOutrunIsMadeAnew) {
    Calls calls;
    calls.control.conflicts_left = 3;
    EXPECT_EQ(calls.ask("PATCH", "/admin/keys/acme-web", R"({"disabled":true})").status, 200);
    EXPECT_EQ(calls.control.conflicts_left, 0);
    calls.control.conflicts_left = 1;
    const std::map<std::string, std::string> fields{{"if-match", "\"4\""}};
    EXPECT_EQ(calls.ask("PATCH", "/admin/keys/acme-web", R"({"disabled":false})", fields).status, 412);
}

}  // namespace
}  // namespace weir::admin
