// Whole command lines against a stand-in for the admin API: what is asked, what is said, how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/cli.hpp"
#include "support/raw_server.hpp"

namespace weir::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Gives everybody the same answer, and keeps what it was asked.
class StandIn {
public:
    void answer(int status, std::string body, std::string_view type = "application/json") {
        const std::lock_guard lock(mutex_);
        answer_ = "HTTP/1.1 " + std::to_string(status) + " So\r\ncontent-type: " + std::string(type) +
                  "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
    /// "POST /admin/keys" and the body of the last request; and its whole head.
    std::string line() const { return head_.substr(0, head_.find(" HTTP/1.1")); }
    const std::string& head() const { return head_; }
    nlohmann::json body() const { return nlohmann::json::parse(body_, nullptr, false); }

private:
    std::mutex mutex_;
    std::string answer_, head_, body_;
    weir::testing::RawServer server_{[this](weir::testing::RawPeer& peer) {
        const auto head = peer.read_head();
        if (!head) return;
        std::string body;
        const std::string length_name = "Content-Length: ";
        const std::size_t length_at = head->find(length_name);
        if (length_at != std::string::npos) {
            peer.read_exactly(std::stoul(head->substr(length_at + length_name.size())), body);
        }
        const std::lock_guard lock(mutex_);
        head_ = *head;
        body_ = body;
        peer.send(answer_);
        peer.end();
    }};
};

class Commands : public ::testing::Test {
protected:
    int run(std::vector<std::string> words, const std::string& input = {}) {
        out_.str("");
        err_.str("");
        std::istringstream in(input);
        std::vector<const char*> argv{"weir"};
        for (const std::string& word : words) argv.push_back(word.c_str());
        const Surroundings surroundings{
            .in = in,
            .out = out_,
            .err = err_,
            .environment = [this](const std::string& name) -> std::optional<std::string> {
                const auto found = environment_.find(name);
                if (found == environment_.end()) return std::nullopt;
                return found->second;
            },
            .clock = clock_};
        return cli::run(static_cast<int>(argv.size()), argv.data(), surroundings);
    }
    std::string out() const { return out_.str(); }
    std::string err() const { return err_.str(); }

    SystemClock clock_;
    StandIn api_;
    std::map<std::string, std::string> environment_{{"WEIR_ADMIN_URL", api_.url()},
                                                    {"WEIR_ADMIN_TOKEN", "secret-token"}};
    std::ostringstream out_, err_;
};

TEST_F(Commands, ListsKeysAsATableOrAsJson) {
    api_.answer(200, R"({"keys":[{"id":"acme","tier":"trial"}],"next":null,"total":1})");
    EXPECT_EQ(run({"keys", "list", "--sort", "id", "--limit", "5", "--match", "a b&c"}), 0) << err();
    EXPECT_EQ(api_.line(), "GET /admin/keys?sort=id&dimension=total_tokens&limit=5&q=a%20b%26c");
    EXPECT_THAT(api_.head(), HasSubstr("Authorization: Bearer secret-token\r\n"));
    EXPECT_THAT(out(), StartsWith("KEY   TIER "));
    EXPECT_EQ(run({"keys", "list", "--json"}), 0);
    EXPECT_EQ(nlohmann::json::parse(out())["total"], 1);
}

TEST_F(Commands, ASecretStandsAloneOnStandardOutput) {
    api_.answer(
        201,
        R"({"id":"acme","secret":"weir-abc","version":4,"durable":false,"warning":"It ends with the process."})");
    EXPECT_EQ(run({"keys", "create", "acme", "rpm=10", "otpm=5k", "--tier", "trial", "--group", "g"}), 0)
        << err();
    EXPECT_EQ(api_.line(), "POST /admin/keys");
    EXPECT_EQ(
        api_.body(),
        (nlohmann::json{
            {"id", "acme"}, {"tier", "trial"}, {"group", "g"}, {"limits", {{"rpm", 10}, {"otpm", 5'000}}}}));
    EXPECT_EQ(out(), "weir-abc\n");
    EXPECT_THAT(err(), HasSubstr("Its secret is shown this once"));
    EXPECT_THAT(err(), HasSubstr("It ends with the process."));
}

TEST_F(Commands, EveryChangeOfAKey) {
    api_.answer(
        200, R"({"id":"a/b","secret":"weir-new","former_valid_until":"2026-11-27T18:00:00Z","version":1})");
    EXPECT_EQ(run({"keys", "rotate", "a/b", "--overlap", "2h"}), 0) << err();
    EXPECT_EQ(api_.line(), "POST /admin/keys/a%2Fb/rotate");
    EXPECT_EQ(api_.body(), (nlohmann::json{{"overlap_s", 7'200}}));
    EXPECT_EQ(out(), "weir-new\n");
    EXPECT_THAT(err(), HasSubstr("the old one is taken until 2026-11-27 18:00:00 UTC"));
    for (const char* verb : {"disable", "enable", "reset"}) {
        EXPECT_EQ(run({"keys", verb, "acme"}), 0);
        EXPECT_EQ(api_.line(), std::string("POST /admin/keys/acme/") + verb);
    }
    EXPECT_EQ(run({"keys", "delete", "acme"}), 0);
    EXPECT_EQ(api_.line(), "DELETE /admin/keys/acme");
    EXPECT_EQ(run({"keys", "show", "acme"}), 0);
    EXPECT_EQ(api_.line(), "GET /admin/keys/acme");
}

TEST_F(Commands, LimitsAreLaidOverAndCleared) {
    api_.answer(
        201,
        R"({"target":"key/acme","limits":{"rpm":100},"until":"2026-11-26T18:00:00Z","reason":"launch","version":2})");
    EXPECT_EQ(run({"limits", "set", "acme", "rpm=100", "--until", "18:00", "--reason", "launch"}), 0)
        << err();
    EXPECT_EQ(api_.line(), "POST /admin/overrides");
    EXPECT_EQ(
        api_.body(),
        (nlohmann::json{
            {"target", "key/acme"}, {"limits", {{"rpm", 100}}}, {"until", "18:00"}, {"reason", "launch"}}));
    EXPECT_EQ(out(), "key/acme: rpm 100, until 2026-11-26 18:00:00 UTC (launch)\n");
    EXPECT_EQ(run({"limits", "set", "tier/trial", "--factor", "2.5"}), 0) << err();
    EXPECT_EQ(api_.body(), (nlohmann::json{{"target", "tier/trial"}, {"factor", 2.5}}));
    EXPECT_EQ(run({"limits", "clear", "acme"}), 0) << err();
    EXPECT_EQ(api_.line(), "DELETE /admin/overrides/key/acme");
    EXPECT_EQ(run({"limits", "get", "acme"}), 0) << err();
    EXPECT_EQ(api_.line(), "GET /admin/keys/acme");
}

TEST_F(Commands, UsageAsTableAndAsCsv) {
    api_.answer(200, R"({"from":"2026-11-01","to":"2026-11-02","rows":[],"total":{"requests":5}})");
    EXPECT_EQ(run({"usage", "--by", "key,day", "--from", "2026-11-01", "--to", "2026-11-02"}), 0) << err();
    EXPECT_EQ(api_.line(), "GET /admin/usage?by=key%2Cday&from=2026-11-01&to=2026-11-02");
    EXPECT_THAT(out(), StartsWith("From 2026-11-01 to 2026-11-02"));
    api_.answer(200, "key,requests\r\nacme,1\r\n", "text/csv");
    EXPECT_EQ(run({"usage", "--csv"}), 0);
    EXPECT_EQ(api_.line(), "GET /admin/usage?by=key&format=csv");
    EXPECT_EQ(out(), "key,requests\r\nacme,1\r\n");
}

TEST_F(Commands, ExplainsABody) {
    api_.answer(200, R"({"decision":{"admitted":true}})");
    EXPECT_EQ(run({"explain", "--key", "acme"}, R"({"model":"gpt-5"})"), 0) << err();
    EXPECT_EQ(
        api_.body(),
        (nlohmann::json{{"key", "acme"}, {"path", "/v1/chat/completions"}, {"body", {{"model", "gpt-5"}}}}));
    EXPECT_THAT(out(), StartsWith("Admitted."));
    EXPECT_EQ(run({"explain", "--key", "acme", "--path", "/v1/messages"}, "{broken"), 0) << err();
    EXPECT_EQ(api_.body()["body"], "{broken");
    EXPECT_EQ(run({"explain", "--key", "acme", "/no/such/file"}), 1);
    EXPECT_THAT(err(), HasSubstr("can't read /no/such/file"));
}

TEST_F(Commands, NodesTopReloadAndDrain) {
    api_.answer(200, R"({"nodes":[{"name":"a"}],"hash":"abc","notes":[],"store":{"mode":"memory"}})");
    EXPECT_EQ(run({"nodes"}), 0);
    EXPECT_EQ(api_.line(), "GET /admin/nodes");
    EXPECT_EQ(run({"reload"}), 0);
    EXPECT_EQ(api_.line(), "POST /admin/reload");
    EXPECT_EQ(run({"drain"}), 0);
    EXPECT_EQ(api_.line(), "POST /admin/drain");
    // No terminal: once.
    EXPECT_EQ(run({"top"}), 0);
    EXPECT_EQ(api_.line(), "GET /admin/figures");
    EXPECT_THAT(out(), StartsWith("weir top "));
    EXPECT_THAT(out(), HasSubstr("store memory"));
}

TEST_F(Commands, RefusalsAreToldInTheApisWords) {
    api_.answer(422, R"({"error":{"code":"invalid_document","message":"The document has a mistake.",
        "mistakes":[{"path":"$.limits.rpm","message":"expected an integer"}]}})");
    EXPECT_EQ(run({"limits", "set", "acme", "rpm=1"}), 1);
    EXPECT_EQ(err(), "weir: The document has a mistake.\n  $.limits.rpm: expected an integer\n");
    EXPECT_EQ(out(), "");
    api_.answer(401, R"({"error":{"code":"unauthorized","message":"The token is wrong."}})");
    EXPECT_EQ(run({"nodes"}), 1);
    EXPECT_THAT(err(), HasSubstr("The token is wrong. The token comes from WEIR_ADMIN_TOKEN"));
    api_.answer(502, "<html>", "text/html");
    EXPECT_EQ(run({"nodes"}), 1);
    EXPECT_THAT(err(), HasSubstr("answered 502, and not as weir's admin API does"));
    api_.answer(200, "<html>", "text/html");
    EXPECT_EQ(run({"nodes"}), 1);
    EXPECT_THAT(err(), HasSubstr("no JSON"));
}

TEST_F(Commands, NobodyThere) {
    EXPECT_EQ(run({"nodes", "--admin", "http://127.0.0.1:1"}), 1);
    EXPECT_EQ(err(),
              "weir: nothing listens at http://127.0.0.1:1. Start weir, or say where its admin port is: "
              "--admin URL, or WEIR_ADMIN_URL.\n");
}

TEST_F(Commands, BadFlagsEndWith2AndAskNothing) {
    api_.answer(200, "{}");
    const std::vector<std::vector<std::string>> bad{{"keys"},
                                                    {"keys", "lst"},
                                                    {"keys", "list", "--sort", "size"},
                                                    {"keys", "list", "--limit", "501"},
                                                    {"keys", "show"},
                                                    {"keys", "create", "a", "rmp=1"},
                                                    {"keys", "rotate", "a", "--overlap", "soon"},
                                                    {"limits", "set", "acme"},
                                                    {"limits", "set", "acme", "rpm=1", "--factor", "2"},
                                                    {"limits", "set", "teir/x", "rpm=1"},
                                                    {"limits", "set", "a", "rpm=1", "--until", "tomorrow"},
                                                    {"usage", "--by", "kee"},
                                                    {"explain"},
                                                    {"nodes", "--flag"},
                                                    {"nodes", "extra"},
                                                    {"nodes", "--admin", "https://127.0.0.1:1"},
                                                    {"nodes", "--admin", "nonsense:x"},
                                                    {"nodes", "--token-file", "/no/such/file"}};
    for (const auto& words : bad) {
        EXPECT_EQ(run(words), 2) << words.front() << " " << words.back();
        EXPECT_NE(err(), "") << words.front() << " " << words.back();
    }
    EXPECT_EQ(api_.line(), "");
    EXPECT_EQ(run({"key", "list"}), 2);
    EXPECT_EQ(err(), "weir: there is no command \"key\"; did you mean \"keys\"?\n");
    environment_["WEIR_ADMIN_TOKEN"] = "a\r\nx: y";
    EXPECT_EQ(run({"nodes"}), 2);
}

TEST_F(Commands, FlagsOfAllCommandsStandAnywhere) {
    api_.answer(200, R"({"nodes":[]})");
    const std::string file = ::testing::TempDir() + "weir-token";
    std::ofstream(file) << "from-file\n";
    environment_.clear();
    EXPECT_EQ(run({"nodes", "--admin", api_.url().substr(7), "--token-file", file, "--json"}), 0) << err();
    EXPECT_THAT(api_.head(), HasSubstr("Authorization: Bearer from-file\r\n"));
    EXPECT_EQ(run({"keys", "list", "--help"}), 0);
    EXPECT_THAT(out(), HasSubstr("--dimension"));
}

TEST(Summary, NamesEveryCommand) {
    for (const char* name : {"keys", "limits", "usage", "top", "explain", "nodes", "reload", "drain"}) {
        EXPECT_TRUE(is_command(name));
        EXPECT_THAT(summary(), HasSubstr(std::string("\n  ") + name));
    }
    EXPECT_FALSE(is_command("--config"));
    EXPECT_FALSE(is_command(""));
}

}  // namespace
}  // namespace weir::cli
