// What is typed becomes values, and every mistake in it is told at once.
#include "load/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

namespace {

using namespace weir::load;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct ReadBack {
    LoadOptions options;
    std::vector<std::string> mistakes;
};

ReadBack read(const OptionTexts& texts) {
    ReadBack result;
    result.mistakes = read_options(texts, result.options);
    return result;
}

}  // namespace

TEST(LoadOptions, DefaultsAreFine) {
    const auto [options, mistakes] = read({});
    EXPECT_THAT(mistakes, IsEmpty());
    ASSERT_EQ(options.targets.size(), 1U);
    EXPECT_EQ(options.targets[0].url(), "http://127.0.0.1:8000");
    EXPECT_THAT(options.keys, ElementsAre("load-key-1"));
    EXPECT_EQ(options.duration_s, 10);
    EXPECT_EQ(options.rate, 0);
}

TEST(LoadOptions, EveryMistakeIsTold) {
    OptionTexts texts;
    texts.targets = {"ftp://a", "http://", "http://a:b", "http://a:1/path"};
    texts.keys = {"0"};
    texts.headers = {"no-colon", ":x"};
    texts.concurrent = "none";
    texts.rate = "-1";
    texts.duration = "10s";
    texts.warmup = "nan";
    texts.requests = "0";
    texts.input_tokens = "uniform:5";
    texts.output_tokens = "lognormal:0,1";
    texts.threads = "0";
    const auto [options, mistakes] = read(texts);
    EXPECT_EQ(mistakes.size(), 15U);
    const auto told = [&list = mistakes](const std::string& text) {
        return std::any_of(list.begin(), list.end(),
                           [&](const std::string& m) { return m.starts_with(text); });
    };
    for (const char* name : {"--targets", "--keys", "--header", "--concurrent", "--rate", "--duration",
                             "--warmup", "--requests", "--input-tokens", "--output-tokens", "--threads"}) {
        EXPECT_TRUE(told(name)) << name;
    }
    EXPECT_TRUE(told("--threads: expected a number from 1 to 256, got 0"));
}

TEST(LoadOptions, Targets) {
    OptionTexts texts;
    texts.targets = {"http://host", "http://10.0.0.1:81/", "http://[::1]:82", "https://host",
                     "https://[::1]:8443"};
    const auto [options, mistakes] = read(texts);
    EXPECT_THAT(mistakes, IsEmpty());
    ASSERT_EQ(options.targets.size(), 5U);
    EXPECT_EQ(options.targets[0].url(), "http://host:80");
    EXPECT_EQ(options.targets[1].url(), "http://10.0.0.1:81");
    EXPECT_EQ(options.targets[2].host, "::1");
    EXPECT_EQ(options.targets[2].url(), "http://[::1]:82");
    EXPECT_FALSE(options.targets[2].tls);
    EXPECT_TRUE(options.targets[3].tls);
    EXPECT_EQ(options.targets[3].url(), "https://host:443");
    EXPECT_EQ(options.targets[4].url(), "https://[::1]:8443");
}

TEST(LoadOptions, KeysAreANumberAListOrAFile) {
    OptionTexts texts;
    texts.keys = {"3"};
    EXPECT_THAT(read(texts).options.keys, ElementsAre("load-key-1", "load-key-2", "load-key-3"));
    texts.keys = {"alice", "2"};
    EXPECT_THAT(read(texts).options.keys, ElementsAre("alice", "2"));
    const std::string file = testing::TempDir() + "/load-keys.txt";
    std::ofstream(file) << "# keys\nalice\r\n\nbob\n";
    texts.keys = {"@" + file};
    EXPECT_THAT(read(texts).options.keys, ElementsAre("alice", "bob"));
    texts.keys = {"@/nowhere"};
    EXPECT_THAT(read(texts).mistakes, ElementsAre(HasSubstr("--keys: expected a file")));
}

TEST(LoadOptions, RequestsAloneHaveNoDuration) {
    OptionTexts texts;
    texts.requests = "100";
    EXPECT_EQ(read(texts).options.duration_s, 0);
    texts.duration = "2.5";
    EXPECT_EQ(read(texts).options.duration_s, 2.5);
}

TEST(SizeDistribution, ReadsWhatItWrites) {
    for (const std::string text : {"200", "0", "uniform:50..400", "lognormal:200,0.5"}) {
        SizeDistribution size;
        EXPECT_EQ(parse_size(text, size), "") << text;
        EXPECT_EQ(text_of(size), text);
    }
}

TEST(SizeDistribution, RefusesNonsense) {
    for (const std::string text :
         {"", "x", "-1", "uniform:", "uniform:9..3", "uniform:0..3", "uniform:1..99999999", "lognormal:200",
          "lognormal:200,-1", "lognormal:200,x", "normal:1,2"}) {
        SizeDistribution size;
        EXPECT_THAT(parse_size(text, size), HasSubstr("expected")) << text;
    }
}

TEST(SizeDistribution, DrawsWhatItPromises) {
    std::mt19937_64 random(7);
    std::vector<std::uint64_t> uniform;
    std::vector<std::uint64_t> lognormal;
    for (int i = 0; i < 20'000; ++i) {
        uniform.push_back(draw(Uniform{50, 400}, random));
        lognormal.push_back(draw(Lognormal{200, 0.5}, random));
    }
    std::sort(uniform.begin(), uniform.end());
    std::sort(lognormal.begin(), lognormal.end());
    EXPECT_EQ(uniform.front(), 50U);
    EXPECT_EQ(uniform.back(), 400U);
    EXPECT_NEAR(static_cast<double>(uniform[10'000]), 225, 8);
    EXPECT_NEAR(static_cast<double>(lognormal[10'000]), 200, 6);
    EXPECT_NEAR(static_cast<double>(lognormal[500]), 75, 4);       // 2.5 %
    EXPECT_NEAR(static_cast<double>(lognormal[19'500]), 533, 25);  // 97.5 %
    EXPECT_EQ(draw(Fixed{9}, random), 9U);
}
