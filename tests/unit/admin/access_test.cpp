// Tokens, the bound on guessing them, and what pages of others may do.
#include "admin/access.hpp"

#include <gtest/gtest.h>

#include "admin/browser_rules.hpp"
#include "admin/secrets.hpp"
#include "calls.hpp"
#include "text/hex.hpp"

namespace weir::admin {
namespace {

const std::vector<config::AdminToken> tokens{{"ops", "write-token", true}, {"grafana", "read-token", false}};

std::map<std::string, std::string> with(const std::string& token) {
    return {{"authorization", "Bearer " + token}};
}

TEST(Tokens, EachIsFoundByItsWholeSecretAlone) {
    const Tokens all(tokens);
    ASSERT_TRUE(all.find("write-token"));
    EXPECT_EQ(all.find("write-token")->name, "ops");
    EXPECT_TRUE(all.find("write-token")->may_write);
    EXPECT_FALSE(all.find("read-token")->may_write);
    for (const char* wrong : {"", "write-toke", "write-token2", "Write-token", "read-token\n"}) {
        EXPECT_FALSE(all.find(wrong)) << wrong;
    }
}

TEST(Tokens, TheSchemeHasAnyCase) {
    EXPECT_EQ(bearer_token("bEaReR  x"), "x");
    EXPECT_EQ(bearer_token("Basic x"), "");
    EXPECT_EQ(bearer_token(""), "");
}

TEST(WrongTokens, AreCountedByAddressAndMinute) {
    WrongTokens wrong;
    for (int i = 0; i < WrongTokens::count_max; ++i) EXPECT_FALSE(wrong.add("192.0.2.1", 1'000'000));
    EXPECT_EQ(wrong.add("192.0.2.1", 31'000'000), 30'000'000);
    EXPECT_FALSE(wrong.add("192.0.2.2", 31'000'000));
    EXPECT_FALSE(wrong.add("192.0.2.1", 61'000'000));
}

TEST(WrongTokens, ANetworkOfIpv6IsOneAddress) {
    WrongTokens wrong;
    for (int i = 0; i < WrongTokens::count_max; ++i) {
        EXPECT_FALSE(wrong.add("2001:db8::" + std::to_string(i), 0));
    }
    EXPECT_TRUE(wrong.add("2001:db8::ffff", 0));
    EXPECT_FALSE(wrong.add("2001:db8:0:1::1", 0));
}

TEST(WrongTokens, AreBounded) {
    WrongTokens wrong;
    for (int i = 0; i < 10'000; ++i) {
        const std::string address = "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
        wrong.add(address, i);
        ASSERT_LE(wrong.size(), WrongTokens::addresses_max);
    }
}

TEST(Access, WithTokensAllButHealthAndTheFrontPageNeedsOne) {
    Calls calls(tokens, false);
    for (const char* path : {"/", "/healthz", "/readyz"}) EXPECT_EQ(calls.get(path).status, 200) << path;
    for (const char* path : {"/metrics", "/admin/keys", "/admin/openapi.json", "/admin/events"}) {
        const Reply reply = calls.get(path);
        EXPECT_EQ(reply.status, 401) << path;
        EXPECT_EQ(reply.fields.at("www-authenticate"), "Bearer");
        EXPECT_EQ(calls.ask("GET", path, "", with("read-token")).status, 200) << path;
        EXPECT_EQ(calls.ask("HEAD", path, "", with("write-token")).status, 200) << path;
    }
}

TEST(Access, AReadTokenChangesNothing) {
    Calls calls(tokens, false);
    const std::string body = R"({"id":"new"})";
    EXPECT_EQ(calls.ask("POST", "/admin/keys", body, with("read-token")).status, 403);
    EXPECT_EQ(calls.ask("POST", "/admin/explain", R"({"path":"/v1/x"})", with("read-token")).status, 200);
    EXPECT_EQ(calls.ask("POST", "/admin/keys", body, with("write-token")).status, 201);
    EXPECT_EQ(calls.control.actors, std::vector<std::string>{"ops 192.0.2.1"});
}

TEST(Access, GuessingIsSlowedAndARightTokenStillServed) {
    Calls calls(tokens, false);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(calls.ask("GET", "/metrics", "", with("guess")).status, 401);
    const Reply reply = calls.ask("GET", "/metrics", "", with("guess"));
    EXPECT_EQ(reply.status, 429);
    EXPECT_EQ(reply.fields.at("retry-after"), "60");
    EXPECT_EQ(calls.get("/metrics").status, 401);  // none was guessed
    EXPECT_EQ(calls.ask("GET", "/metrics", "", with("read-token")).status, 200);
    calls.address = "192.0.2.9";
    EXPECT_EQ(calls.ask("GET", "/metrics", "", with("guess")).status, 401);
    calls.address = "192.0.2.1";
    calls.control.clock.advance(60'000'000);
    EXPECT_EQ(calls.ask("GET", "/metrics", "", with("guess")).status, 401);
}

TEST(Access, WithoutATokenOnlyThisMachineIsServed) {
    EXPECT_EQ(Calls({}, false).get("/metrics").status, 403);
    EXPECT_EQ(Calls({}, false).get("/healthz").status, 200);
    EXPECT_EQ(Calls({}, true).get("/metrics").status, 200);
}

TEST(Access, ANameThatWasMadeToPointHereIsRefused) {
    Calls calls;
    for (const char* host :
         {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"}) {
        EXPECT_EQ(calls.ask("GET", "/admin/keys", "", {{"host", host}}).status, 421) << host;
        EXPECT_EQ(calls.ask("GET", "/healthz", "", {{"host", host}}).status, 200) << host;
    }
    for (const char* host :
         {"localhost", "LOCALHOST:9180", "127.0.0.1", "127.1.2.3:9180", "[::1]:9180", "x.localhost"}) {
        EXPECT_EQ(calls.ask("GET", "/admin/keys", "", {{"host", host}}).status, 200) << host;
    }
    Calls guarded(tokens, false);
    std::map<std::string, std::string> fields = with("read-token");
    fields["host"] = "weir.example";
    EXPECT_EQ(guarded.ask("GET", "/admin/keys", "", fields).status, 200);
}

TEST(Access, PagesOfOtherOriginsChangeNothing) {
    Calls calls;
    const auto drain = [&](const char* origin) {
        return calls.ask("POST", "/admin/drain", "", {{"host", "localhost:9180"}, {"origin", origin}}).status;
    };
    for (const char* origin :
         {"http://evil.example", "null", "", "http://localhost", "ftp://localhost:9180"}) {
        EXPECT_EQ(drain(origin), 403) << origin;
        EXPECT_FALSE(calls.control.is_drained);
    }
    EXPECT_EQ(drain("http://localhost:9180"), 202);
    EXPECT_TRUE(is_own_origin("https://weir.example", "weir.example:443"));
    EXPECT_TRUE(is_own_origin("http://weir.example:80", "WEIR.example"));
    EXPECT_FALSE(is_own_origin("https://weir.example", "weir.example:80"));
}

TEST(Secrets, AreLongRandomAndPlain) {
    const std::string secret = make_secret();
    EXPECT_EQ(secret.size(), 5U + 43U);
    EXPECT_EQ(secret.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    EXPECT_NE(secret, make_secret());
    EXPECT_EQ(text::to_hex(config::sha256("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace weir::admin
