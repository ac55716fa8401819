// Documents of the admin API as people read them.
#include "cli/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace weir::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Json level(const char* name, int used, int limit, bool enforced = true) {
    return {{"name", name},   {"scope", "key"},    {"owner", "acme-web"}, {"used", used},
            {"limit", limit}, {"reset_ms", 1'200}, {"enforced", enforced}};
}

Json key(const char* id) {
    return {{"id", id},
            {"known", true},
            {"tier", "trial"},
            {"group", nullptr},
            {"disabled", false},
            {"source", "file"},
            {"limits", {level("key/requests/1m", 3, 20), level("key/output_tokens/1m", 450, 500, false)}},
            {"last_minute", {{"requests", 1'234}, {"refused", 5}, {"input_tokens", 6}, {"output_tokens", 7}}},
            {"last_hour", {{"requests", 12'345}, {"refused", 0}, {"input_tokens", 1}, {"output_tokens", 2}}},
            {"last_seen", "2026-11-26T06:59:06.25Z"},
            {"refused_by", {{"limit", "key/output_tokens/1m"}, {"value", 500}}},
            {"override", {{"factor", 2}, {"until", "2026-11-26T18:00:00Z"}, {"reason", "launch"}}}};
}

TEST(RenderKeys, OneLineEach) {
    Json off = key("old");
    off["disabled"] = true;
    off["last_seen"] = nullptr;
    off["limits"] = Json::array();
    const Json answer{{"keys", {key("acme-web"), off}}, {"next", nullptr}, {"total", 2}};
    EXPECT_EQ(
        render_keys(answer, 0),
        "KEY       TIER   STATE     REQ/MIN  REFUSED  IN/MIN  OUT/MIN  FULLEST LIMIT         USED  LAST "
        "SEEN\n"
        "acme-web  trial  active      1,234        5       6        7  key/output_tokens/1m   90%  "
        "2026-11-26 06:59:06\n"
        "old       trial  disabled    1,234        5       6        7  -                        -  -\n");
}

TEST(RenderKeys, NoLineIsWiderThanTheTerminal) {
    const Json answer{{"keys", {key("acme-web"), key("a-key-with-a-name-that-is-rather-long-for-a-key")}},
                      {"next", "id:acme-web"},
                      {"total", 50'000}};
    std::istringstream lines(render_keys(answer, 80));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 90U) << line;
    EXPECT_THAT(render_keys(answer, 80), EndsWith("2 of 50,000 keys; the next: --after 'id:acme-web'\n"));
    EXPECT_EQ(render_keys(Json{{"keys", Json::array()}}, 80), "No keys.\n");
}

TEST(RenderKey, TellsAllOfIt) {
    Json one = key("acme-web");
    one["former_secrets"] = {{{"until", "2026-11-27T18:00:00Z"}}};
    const std::string text = render_key(one, 0);
    EXPECT_THAT(text, StartsWith("Key           acme-web\nState         active\nTier          trial\n"));
    EXPECT_THAT(text,
                HasSubstr("Last hour     12,345 requests, 0 of them refused; 1 input and 2 output tokens"));
    EXPECT_THAT(text, HasSubstr("every limit times 2, until 2026-11-26 18:00:00 UTC (launch)"));
    EXPECT_THAT(text, HasSubstr("Old secret    until 2026-11-27 18:00:00 UTC"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "key/output_tokens/1m  acme-web   450    500  ##################..  90%       2 s  shadow"));
    EXPECT_THAT(text, Not(HasSubstr("Group")));
}

TEST(RenderUsage, ColumnsFollowTheGrouping) {
    const Json sums{{"requests", 1'000},     {"admitted", 990},          {"refused", 10},
                    {"input_tokens", 5'000}, {"cached_input_tokens", 1}, {"output_tokens", 2'000'000}};
    Json row = sums;
    row["key"] = "acme";
    row["day"] = "2026-11-26";
    const Json answer{{"from", "2026-11-26"}, {"to", "2026-11-26"}, {"rows", {row}}, {"total", sums}};
    EXPECT_EQ(render_usage(answer, 0),
              "From 2026-11-26 to 2026-11-26; input, cached and output in tokens.\n"
              "DAY         KEY   REQUESTS  ADMITTED  REFUSED  INPUT  CACHED     OUTPUT\n"
              "2026-11-26  acme     1,000       990       10  5,000       1  2,000,000\n"
              "total                1,000       990       10  5,000       1  2,000,000\n");
    const Json nothing{{"rows", Json::array()}, {"total", Json::object()}};
    EXPECT_THAT(render_usage(nothing, 80), HasSubstr("total         0"));
}

Json explanation(Json decision) {
    return {{"key", {{"id", "acme"}, {"known", true}, {"tier", "trial"}, {"group", "all"}}},
            {"request",
             {{"api", "chat_completions"},
              {"metered", true},
              {"model", "gpt-5"},
              {"stream", true},
              {"output_bound", 4'000},
              {"background", false}}},
            {"estimate", {{"input_tokens", 1'200}, {"output_tokens", 4'000}, {"why", {"4,800 characters"}}}},
            {"ledgers",
             {{{"name", "key/output_tokens/1m"},
               {"owner", "acme"},
               {"used", 450},
               {"limit", 500},
               {"requested", 4'000},
               {"fits", false},
               {"enforced", true}}}},
            {"decision", std::move(decision)}};
}

TEST(RenderExplanation, TheDecisionComesFirst) {
    const Json refused{{"admitted", false},
                       {"limit", "key/output_tokens/1m"},
                       {"retry_after_ms", 1'234},
                       {"status", 429},
                       {"message", "No room now in key/output_tokens/1m: used 450."}};
    const std::string text = render_explanation(explanation(refused), 0);
    EXPECT_THAT(
        text,
        StartsWith("Refused with 429: No room now in key/output_tokens/1m: used 450. It fits in 2 s if"));
    EXPECT_THAT(text, HasSubstr("Key       acme, tier trial, group all\n"));
    EXPECT_THAT(
        text,
        HasSubstr("Request   chat_completions, model gpt-5, streamed, at most 4,000 tokens of output\n"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "Estimate  1,200 input tokens, 4,000 output tokens reserved\n          4,800 characters\n"));
    EXPECT_THAT(text, EndsWith("key/output_tokens/1m  acme   450      4,000    500  NO    enforced\n"));
    EXPECT_THAT(render_explanation(explanation({{"admitted", true}}), 0), StartsWith("Admitted.\n"));
    const Json short_of_words{{"limit", "key/requests/1m"}, {"status", 429}, {"message", "No."}};
    EXPECT_THAT(render_explanation(explanation(short_of_words), 0),
                StartsWith("Refused with 429 by key/requests/1m: No.\n"));
}

TEST(RenderExplanation, ShadowModeIsTold) {
    Json answer = explanation({{"admitted", true}});
    answer["ledgers"][0]["enforced"] = false;
    EXPECT_THAT(render_explanation(answer, 0),
                StartsWith("Admitted; shadow mode would have refused it by key/output_tokens/1m.\n"));
    answer["ledgers"][0]["fits"] = true;
    EXPECT_THAT(render_explanation(answer, 0), StartsWith("Admitted.\n"));
}

TEST(RenderExplanation, SaysWhichUpstreamsServeTheRequest) {
    Json answer = explanation({{"admitted", true}});
    const Json azure{
        {"name", "azure"}, {"serves", true}, {"sent_as", "mine"}, {"priority", 1}, {"weight", 2}};
    const Json vllm{{"name", "vllm"}, {"serves", false}, {"why", "It does not serve this model (models)."}};
    answer["upstreams"] = {azure, vllm};
    EXPECT_THAT(render_explanation(answer, 0),
                HasSubstr("Upstream  azure, which knows the model as mine, priority 1, weight 2\n"
                          "          vllm: no. It does not serve this model (models).\n"));
    answer["upstreams"] = Json::array({{{"name", "one"}, {"serves", true}, {"sent_as", nullptr}}});
    EXPECT_THAT(render_explanation(answer, 0), testing::Not(HasSubstr("Upstream")));
}

TEST(RenderExplanation, ARequestThatCannotBeReadHasNoMoreLines) {
    EXPECT_EQ(render_explanation({{"key", {{"id", "acme"}, {"tier", "trial"}}},
                                  {"decision", {{"status", 400}, {"message", "The body is no JSON."}}}},
                                 0),
              "Refused with 400: The body is no JSON.\n\nKey       acme, tier trial\n");
}

TEST(RenderNodes, OneLineEach) {
    const Json answer{{"nodes",
                       {{{"name", "a"},
                         {"host", "h1"},
                         {"listen", "0.0.0.0:8000"},
                         {"version", "0.2.0"},
                         {"mode", "redis"},
                         {"ready", true},
                         {"draining", true},
                         {"config_hash", "0123456789abcdef"},
                         {"runtime_version", 3},
                         {"age_ms", 300}}}}};
    EXPECT_EQ(render_nodes(answer, 0),
              "NODE  HOST  LISTENS       VERSION  STORE  STATE     CONFIG    LAYER       HEARD  REMARK\n"
              "a     h1    0.0.0.0:8000  0.2.0    redis  draining  0123456…      3  300 ms ago\n");
}

TEST(RenderReload, SaysWhatIsWorthKnowing) {
    EXPECT_EQ(render_reload({{"hash", "abc"}, {"notes", Json::array()}}),
              "The configuration was read again; it is abc.\n");
    EXPECT_THAT(
        render_reload({{"hash", "abc"}, {"notes", {{{"path", "$.listen"}, {"message", "moves later"}}}}}),
        EndsWith("Worth knowing:\n  $.listen: moves later\n"));
}

TEST(RenderOverride, SaysWhatLiesOver) {
    EXPECT_EQ(render_override({{"target", "key/acme"},
                               {"limits", {{"rpm", 1'000}, {"enforce", false}}},
                               {"until", nullptr},
                               {"reason", nullptr}}),
              "key/acme: rpm 1,000, shadow\n");
}

TEST(Render, NothingBreaksOnWhatIsMissingOrOfAnotherType) {
    for (const Json& odd :
         {Json(), Json::object(), Json::array({1, "x"}), Json("text"),
          Json{{"keys", "x"}, {"limits", 3}, {"rows", {1}}, {"nodes", {nullptr}}, {"decision", 1}}}) {
        render_keys(odd, 40);
        render_key(odd, 40);
        render_levels(odd, 40);
        render_usage(odd, 40);
        render_explanation(odd, 40);
        render_nodes(odd, 40);
        render_reload(odd);
        render_override(odd);
        render_top(odd, 80, 24);
    }
}

TEST(Render, NamesOfOthersDoNotSteerTheTerminal) {
    Json evil = key("a\x1b[2Jb");
    EXPECT_THAT(render_keys({{"keys", {evil}}}, 0), Not(HasSubstr("\x1b")));
    evil["override"]["reason"] = "x\x1b]0;y\x07";
    EXPECT_THAT(render_key(evil, 0), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace weir::cli
