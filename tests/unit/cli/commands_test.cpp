// Whole command lines against a stand-in for the admin API: what is asked, what is said, how it ends.
#include <gmock/gmock.h>

#include <fstream>

#include "command_fixture.hpp"

namespace weir::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

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

TEST_F(Commands, RefusalsNameTheFlagsOfTheCommandLine) {
    const auto said = [&](int status, const std::string& code, const std::string& message,
                          const std::vector<std::string>& words, const std::string& mistakes = "[]") {
        api_.answer(status, R"({"error":{"code":")" + code + R"(","message":")" + message +
                                R"(","mistakes":)" + mistakes + "}}");
        EXPECT_EQ(run(words), 1) << words[1];
        return err();
    };
    EXPECT_EQ(
        said(409, "already_exists", "There is a key of this id; PATCH changes it.", {"keys", "create", "a"}),
        "weir: A key with this id exists already.\n");
    EXPECT_EQ(said(400, "invalid_parameter", "parameter after: expected what the page before had as `next`",
                   {"keys", "list", "--after", "zzz"}),
              "weir: --after takes the cursor that the last list printed\n");
    EXPECT_THAT(said(409, "too_many_former_secrets", "… overlap_s 0 …", {"keys", "rotate", "a"}),
                HasSubstr("--overlap 0"));
    const std::string days = "parameters from and to: expected at most 400 days, the first one first";
    EXPECT_EQ(said(400, "invalid_parameter", days, {"usage", "--from", "9999-01-01"}),
              "weir: --from is after --to, which is today unless given\n");
    EXPECT_EQ(said(400, "invalid_parameter", days, {"usage", "--from", "2026-02-01", "--to", "2026-01-01"}),
              "weir: --from is after --to\n");
    EXPECT_EQ(said(400, "invalid_parameter", days, {"usage", "--from", "2020-02-01", "--to", "2026-01-01"}),
              "weir: --from and --to: at most 400 days\n");
    EXPECT_EQ(said(404, "not_found", "Nothing lies over this.", {"limits", "clear", "nobody"}),
              "weir: nothing lies over key/nobody\n");
    api_.answer_to("GET /admin/overrides", 200, R"({"overrides":[],"version":7})");
    EXPECT_EQ(
        said(422, "invalid_document", "The document has a mistake.", {"limits", "set", "nobody", "rpm=5"},
             R"([{"path":"$.target","message":"expected something that is there"}])"),
        "weir: there is no key nobody\n");
}

TEST_F(Commands, TheClientPortSaysWhichPortItIs) {
    api_.answer(401, R"({"error":{"message":"No key.","type":"authentication_error","code":"no_key"}})");
    api_.answer_to("GET /", 200, "weir limits LLM APIs by tokens. …", "text/plain");
    EXPECT_EQ(run({"nodes"}), 1);
    EXPECT_THAT(err(), HasSubstr(" is weir's client port; the admin port is 9180 unless configured."));
    // The token is not shown around.
    EXPECT_EQ(api_.line(), "GET /");
    EXPECT_THAT(api_.head(), ::testing::Not(HasSubstr("secret-token")));
}

TEST_F(Commands, ANewSecretCanEndTheOldOneAtOnce) {
    api_.answer(200, R"({"id":"a","secret":"weir-new","former_valid_until":null,"version":1})");
    EXPECT_EQ(run({"keys", "rotate", "a", "--overlap", "0"}), 0) << err();
    EXPECT_THAT(err(), HasSubstr("has a new secret; the old one no longer works."));
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
                                                    {"keys", "rotate", "a", "--overlap", "60d"},
                                                    {"limits", "set", "acme", "--factor", "0"},
                                                    {"limits", "set", "acme", "--factor", "1001"},
                                                    {"limits", "set", "acme", "--factor", "nan"},
                                                    {"limits", "get", "teir/x"},
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
    EXPECT_EQ(run({"keys", "rotate", "a", "--overlap", "60d"}), 2);
    EXPECT_THAT(err(), StartsWith("--overlap: at most 31d"));
    EXPECT_EQ(run({"limits", "set", "acme", "--factor", "0"}), 2);
    EXPECT_THAT(err(), StartsWith("--factor: above 0, at most 1000"));
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
    EXPECT_EQ(run({"--json", "--admin", api_.url(), "nodes"}), 0) << err();
    EXPECT_EQ(nlohmann::json::parse(out()), (nlohmann::json{{"nodes", nlohmann::json::array()}}));
    EXPECT_EQ(run({"keys", "--admin=" + api_.url(), "list", "--json"}), 0) << err();
    EXPECT_EQ(run({"keys", "list", "--help"}), 0);
    EXPECT_THAT(out(), HasSubstr("--dimension"));
}

TEST_F(Commands, EveryHelpHasTheFlagsOfAllCommands) {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"keys"}, {"keys", "rotate"}, {"limits", "set"}, {"usage"}, {"top"}, {"drain"}}) {
        std::vector<std::string> asked = words;
        asked.emplace_back("--help");
        EXPECT_EQ(run(asked), 0);
        for (const char* flag : {"  --admin URL", "  --token-file FILE", "  --json"}) {
            EXPECT_THAT(out(), HasSubstr(flag)) << words.back();
        }
    }
}

TEST_F(Commands, LedgersAreThoseOfOneKey) {
    std::string entries;
    for (int i = 20; i > 0; --i) {
        entries += R"({"expires_in_ms":)" + std::to_string(i * 1'000) +
                   R"(,"requests":1,"input_tokens":0,"output_tokens":0})" + (i > 1 ? "," : "");
    }
    const std::string answer = R"({"id":"a b","ledgers":[{"redis_key":"weir:2:{1}:key:a b:60000000",
        "scope":"key","owner":"a b","window":"1m","limits":{},"used":{"requests":20},"entries":[)" +
                               entries + "]}]}";
    api_.answer(200, answer);
    const auto lines_of = [&](const std::vector<std::string>& words) {
        EXPECT_EQ(run(words), 0) << err();
        const std::string text = out();
        return std::count(text.begin(), text.end(), '\n');
    };
    const auto usual = lines_of({"ledgers", "a b"});
    EXPECT_EQ(api_.line(), "GET /admin/keys/a%20b/ledgers");
    EXPECT_THAT(out(), HasSubstr("'weir:2:{1}:key:a b:60000000'\n"));
    EXPECT_GT(lines_of({"ledgers", "a b", "--all"}), usual + 5);
    ASSERT_EQ(run({"ledgers", "a b", "--json"}), 0);
    EXPECT_EQ(nlohmann::json::parse(out()), nlohmann::json::parse(answer));
    EXPECT_EQ(run({"ledgers"}), 2);
    EXPECT_EQ(run({"ledgers", "--help"}), 0);
    EXPECT_THAT(out(), HasSubstr("redis-cli ZRANGE"));
}

TEST(CommandLine, IsTheProxysWhereNoCommandStands) {
    const auto is_ours = [](std::vector<const char*> words) {
        words.insert(words.begin(), "weir");
        return is_command_line(static_cast<int>(words.size()), words.data());
    };
    EXPECT_TRUE(is_ours({"nodes"}));
    EXPECT_TRUE(is_ours({"ndoes"}));
    EXPECT_TRUE(is_ours({"--json", "nodes"}));
    EXPECT_TRUE(is_ours({"--admin", "http://h:1", "--token-file=f", "keys", "list"}));
    EXPECT_FALSE(is_ours({}));
    EXPECT_FALSE(is_ours({"--admin", "127.0.0.1:9180"}));
    EXPECT_FALSE(is_ours({"--admin", "127.0.0.1:9180", "--config", "nodes"}));
    EXPECT_FALSE(is_ours({"--admin"}));
    EXPECT_FALSE(is_ours({"--check"}));
}

TEST(Summary, NamesEveryCommand) {
    for (const char* name :
         {"keys", "limits", "ledgers", "usage", "top", "explain", "nodes", "reload", "drain"}) {
        EXPECT_TRUE(is_command(name));
        EXPECT_THAT(summary(), HasSubstr(std::string("\n  ") + name));
    }
    EXPECT_THAT(summary(), HasSubstr("--token-file FILE (WEIR_ADMIN_TOKEN)"));
    EXPECT_FALSE(is_command("--config"));
    EXPECT_FALSE(is_command(""));
}

}  // namespace
}  // namespace weir::cli
