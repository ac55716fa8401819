// How failures by the clock and descriptions of providers are read: no socket, no time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "mock_upstream/provider_text.hpp"
#include "mock_upstream/script.hpp"

namespace weir::mock {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Script read(std::string_view text) {
    Script script;
    EXPECT_EQ(parse_script(text, script), "") << text;
    return script;
}

std::string problem_of(std::string_view text) {
    Script script;
    return parse_script(text, script);
}

TEST(MockScript, ReadsEveryMode) {
    EXPECT_EQ(parse_mode("ok"), Mode{});
    EXPECT_EQ(parse_mode("hang"), (Mode{.kind = ModeKind::hang}));
    EXPECT_EQ(parse_mode("reset"), (Mode{.kind = ModeKind::reset}));
    EXPECT_EQ(parse_mode("midhead"), (Mode{.kind = ModeKind::midhead}));
    EXPECT_EQ(parse_mode("refuse"), (Mode{.kind = ModeKind::refuse}));
    EXPECT_EQ(parse_mode("slow=2000"), (Mode{.kind = ModeKind::slow, .delay_ms = 2000}));
    EXPECT_EQ(parse_mode("500"), (Mode{.kind = ModeKind::status, .status = 500}));
    EXPECT_EQ(parse_mode("503=20"), (Mode{.kind = ModeKind::status, .status = 503, .retry_after_s = 20}));
}

TEST(MockScript, A429AsksForASecondUnlessItSaysOtherwise) {
    EXPECT_EQ(parse_mode("429")->retry_after_s, 1);
    EXPECT_EQ(parse_mode("429=0")->retry_after_s, 0);
    EXPECT_EQ(parse_mode("429=7")->retry_after_s, 7);
}

TEST(MockScript, WhatItWritesItReads) {
    for (const char* text : {"ok", "hang", "reset", "midhead", "refuse", "slow=5", "429=0", "503=20"}) {
        EXPECT_EQ(mode_text(*parse_mode(text)), text);
    }
}

TEST(MockScript, RefusesOtherModes) {
    for (const char* text : {"", "Ok", "slow", "slow=", "slow=-1", "slow=1s", "slow=3600001", "200", "399",
                             "600", "500=", "500=x", "500=-1", "500=86401", "500 "}) {
        EXPECT_EQ(parse_mode(text), std::nullopt) << text;
    }
}

TEST(MockScript, StepsFollowEachOther) {
    const Script script = read("10s:500 500s:ok");
    EXPECT_EQ(script.at(0), Mode{});
    EXPECT_EQ(script.at(9'999'999), Mode{});
    EXPECT_EQ(script.at(10'000'000).status, 500U);
    EXPECT_EQ(script.at(499'999'999).status, 500U);
    EXPECT_EQ(script.at(500'000'000), Mode{});
    EXPECT_EQ(script.next_after(0), 10'000'000);
    EXPECT_EQ(script.next_after(10'000'000), 500'000'000);
    EXPECT_EQ(script.next_after(500'000'000), std::nullopt);
}

TEST(MockScript, LinesCommentsAndUnits) {
    const Script script = read("# a bad day\n250ms:hang # for a while\r\n\n\t2s:reset\n1m:ok");
    EXPECT_THAT(script.steps, ElementsAre(Script::Step{250'000, {.kind = ModeKind::hang}},
                                          Script::Step{2'000'000, {.kind = ModeKind::reset}},
                                          Script::Step{60'000'000, {}}));
}

TEST(MockScript, AModeAloneBeginsAtOnce) {
    EXPECT_THAT(read("refuse 5s:ok").steps,
                ElementsAre(Script::Step{0, {.kind = ModeKind::refuse}}, Script::Step{5'000'000, {}}));
}

TEST(MockScript, SaysWhatIsWrong) {
    EXPECT_THAT(problem_of("10:500"), HasSubstr("\"10:500\": write the time as"));
    EXPECT_THAT(problem_of("s:500"), HasSubstr("write the time as"));
    EXPECT_THAT(problem_of("25000m:500"), HasSubstr("write the time as"));
    EXPECT_THAT(problem_of("10s:explode"), HasSubstr("\"10s:explode\": write the mode as"));
    EXPECT_THAT(problem_of("10s:ok 10s:500"), HasSubstr("begin later"));
    EXPECT_THAT(problem_of("10s:ok hang"), HasSubstr("begin later"));
    EXPECT_THAT(problem_of(" # nothing"), HasSubstr("no step"));
}

TEST(MockProviderText, ADescriptionSetsOptionsAndKnobs) {
    MockOptions options;
    EXPECT_EQ(set_provider(options,
                           "name=one,listen=127.0.0.1:9001,style=azure,rpm=100,tpm=5000,itpm=7,otpm=8,"
                           "window=2.5,script=10s:500 20s:ok,tokens=3,close=1"),
              "");
    EXPECT_EQ(options.name, "one");
    EXPECT_EQ(options.address, "127.0.0.1");
    EXPECT_EQ(options.port, 9001);
    EXPECT_EQ(options.style, Style::azure);
    EXPECT_EQ(options.quota.requests, 100U);
    EXPECT_EQ(options.quota.tokens, 5000U);
    EXPECT_EQ(options.quota.input_tokens, 7U);
    EXPECT_EQ(options.quota.output_tokens, 8U);
    EXPECT_EQ(options.quota.window_us, 2'500'000);
    EXPECT_EQ(options.script.steps.size(), 2U);
    EXPECT_EQ(options.knobs.tokens, 3U);
    EXPECT_TRUE(options.knobs.close);
}

TEST(MockProviderText, SaysWhatIsWrong) {
    for (const char* text : {"name=", "listen=9001", "listen=:9001", "listen=127.0.0.1:70000", "style=x",
                             "rpm=0", "rpm=-1", "tpm=x", "window=0", "window=x", "window=86401", "script=1s",
                             "script=no such file", "tokens=x", "odd=1", "rpm", "rpm=1,,"}) {
        MockOptions options;
        EXPECT_NE(set_provider(options, text), "") << text;
    }
    MockOptions options;
    EXPECT_THAT(set_provider(options, "rpm=1,script=1s:no"), HasSubstr("script: \"1s:no\": write the mode"));
    EXPECT_THAT(set_provider(options, "rpm"), HasSubstr("NAME=VALUE"));
}

TEST(MockProviderText, AScriptMayStandInAFile) {
    const std::string name = ::testing::TempDir() + "weir_mock_script_" + std::to_string(::getpid());
    std::ofstream(name) << "10s:500\n20s:ok\n";
    MockOptions options;
    EXPECT_THAT(set_provider_option(options, "script", name), IsEmpty());
    EXPECT_EQ(options.script.steps.size(), 2U);
    std::remove(name.c_str());
}

}  // namespace
}  // namespace weir::mock
