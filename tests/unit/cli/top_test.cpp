// The live table: what a screen of a given size holds, and how it is drawn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/render.hpp"
#include "cli/terminal.hpp"
#include "cli/text.hpp"

namespace weir::cli {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

Json figures(int levels, int recent) {
    Json made{
        {"now", "2026-11-26T14:02:03Z"},
        {"store",
         {{"mode", "redis"}, {"since", "2026-11-26T10:00:00Z"}, {"remark", ""}, {"server", "redis:6379"}}},
        {"nodes", {{{"name", "a"}, {"ready", true}}, {{"name", "b"}, {"ready", true}, {"draining", true}}}},
        {"upstreams",
         {{{"name", "openai"}, {"healthy", true}},
          {{"name", "spare"}, {"healthy", false}, {"errors_per_s", 2.5}}}},
        {"rates",
         {{"requests", 120.4},
          {"admitted", 110},
          {"refused", 10.4},
          {"errors", 0},
          {"input_tokens", 12'345.0},
          {"output_tokens", 2'345.0},
          {"estimated_input_tokens", 12'000}}},
        {"shadow", {{{"scope", "key"}, {"dimension", "requests"}, {"per_s", 1.5}}}},
        {"latency_ms", {{"added", {{"p50", 0.12}, {"p99", 0.5}, {"count", 9}}}, {"upstream", nullptr}}},
        {"limits", Json::array()},
        {"recent", Json::array()}};
    for (int i = 0; i < levels; ++i) {
        made["limits"].push_back({{"name", "key/output_tokens/1m"},
                                  {"scope", "key"},
                                  {"dimension", "output_tokens"},
                                  {"window", "1m"},
                                  {"owner", "key-" + std::to_string(i)},
                                  {"used", 450},
                                  {"limit", 500},
                                  {"reset_ms", 42'000},
                                  {"enforced", i % 2 == 0}});
    }
    for (int i = 0; i < recent; ++i) {
        made["recent"].push_back({{"time", "2026-11-26T14:02:01.1Z"},
                                  {"key", "acme"},
                                  {"status", 429},
                                  {"outcome", "refused"},
                                  {"refused_by", "key/output_tokens/1m"},
                                  {"model", "gpt\x1b[2J"},
                                  {"path", "/v1/chat/completions"}});
    }
    return made;
}

std::size_t count(const std::vector<std::string>& lines, std::string_view part) {
    return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
        return line.find(part) != std::string::npos;
    }));
}

TEST(Top, TheHeaderSaysHowItIs) {
    const auto lines = render_top(figures(1, 0), 80, 24);
    EXPECT_EQ(lines[0], "weir top  14:02:03 UTC  1 of 2 nodes ready  store redis since 10:00:00 at redis…");
    EXPECT_EQ(lines[1], "requests/s 120.4   admitted 110.0   refused 10.4   errors 0.0");
    EXPECT_THAT(lines, Contains(HasSubstr("added 0.12 ms/0.50 ms  upstream -")));
    EXPECT_THAT(lines, Contains("! upstream spare is failing, 2.5 errors/s"));
    EXPECT_THAT(lines, Contains("shadow mode would refuse 1.5/s"));
    EXPECT_THAT(lines, Contains(HasSubstr("Nothing was refused")));
    EXPECT_THAT(lines, Contains("key-0  key otpm  #########.   450    500  90%      42 s"));
}

TEST(Top, FitsOnTheScreenAndSharesIt) {
    for (const std::size_t height : {1U, 5U, 10U, 24U, 60U}) {
        for (const std::size_t width : {20U, 80U, 200U}) {
            const auto lines = render_top(figures(60, 50), width, height);
            EXPECT_LE(lines.size(), height);
            for (const std::string& line : lines) EXPECT_LE(width_of(line), width) << line;
        }
    }
    const auto lines = render_top(figures(60, 50), 80, 24);
    EXPECT_EQ(lines.size(), 24U);
    EXPECT_GE(count(lines, "key-"), 8U);
    EXPECT_GE(count(lines, "429"), 3U);
    // Few limits leave their room to the refusals, and few refusals theirs to the limits.
    EXPECT_GE(count(render_top(figures(2, 50), 80, 24), "429"), 10U);
    EXPECT_GE(count(render_top(figures(60, 1), 80, 24), "key-"), 11U);
    EXPECT_EQ(count(render_top(figures(60, 50), 0, 0), "key-"), 60U);
}

TEST(Top, TellsThatItIsNotLive) {
    EXPECT_THAT(render_top(figures(1, 1), 80, 24, "asking again: nothing listens"),
                Contains("! asking again: nothing listens"));
}

TEST(Top, NothingInAFrameFlickersOrSteers) {
    const auto lines = render_top(figures(2, 2), 80, 24);
    EXPECT_THAT(lines, Each(Not(HasSubstr("\x1b"))));
    const std::string frame = frame_of({"one", "two"});
    EXPECT_EQ(frame, "\x1b[Hone\x1b[K\r\ntwo\x1b[K\x1b[J");
}

}  // namespace
}  // namespace weir::cli
