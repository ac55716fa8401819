// Who sleeps until when: each rule, a simple reference beside it, and nodes that tell each other.
#include "proxy/upstream_sleep.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <random>
#include <string>

namespace weir::proxy {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t now_us = 1'000'000 * second_us;
constexpr std::size_t roomy_bytes = UpstreamSleep::text_bytes_max;

std::int64_t in_s(std::int64_t seconds) {
    return now_us + seconds * second_us;
}

TEST(UpstreamSleep, SleepsForOneModelUntilItsTime) {
    UpstreamSleep sleep;
    EXPECT_EQ(sleep.sleeps_until_us("openai", "gpt-4o", now_us), 0);
    sleep.put_to_sleep("openai", "gpt-4o", in_s(5), now_us);
    EXPECT_EQ(sleep.sleeps_until_us("openai", "gpt-4o", now_us), in_s(5));
    EXPECT_EQ(sleep.sleeps_until_us("openai", "gpt-4o", in_s(5) - 1), in_s(5));
    EXPECT_EQ(sleep.sleeps_until_us("openai", "gpt-4o", in_s(5)), 0);
    EXPECT_EQ(sleep.sleeps_until_us("openai", "gpt-4", now_us), 0);
    EXPECT_EQ(sleep.sleeps_until_us("openai", "", now_us), 0);
    EXPECT_EQ(sleep.sleeps_until_us("azure", "gpt-4o", now_us), 0);
}

TEST(UpstreamSleep, TheEmptyModelStandsForAll) {
    UpstreamSleep sleep;
    sleep.put_to_sleep("openai", "", in_s(5), now_us);
    sleep.put_to_sleep("openai", "short", in_s(2), now_us);
    sleep.put_to_sleep("openai", "long", in_s(9), now_us);
    EXPECT_EQ(sleep.sleeps_until_us("openai", "any", now_us), in_s(5));
    EXPECT_EQ(sleep.sleeps_until_us("openai", "", now_us), in_s(5));
    EXPECT_EQ(sleep.sleeps_until_us("openai", "short", now_us), in_s(5));
    EXPECT_EQ(sleep.sleeps_until_us("openai", "long", now_us), in_s(9));
    EXPECT_EQ(sleep.sleeps_until_us("azure", "any", now_us), 0);
}

TEST(UpstreamSleep, NeverShortensAndNeverExceedsTenMinutes) {
    UpstreamSleep sleep;
    sleep.put_to_sleep("openai", "m", in_s(50), now_us);
    sleep.put_to_sleep("openai", "m", in_s(20), now_us);
    EXPECT_EQ(sleep.sleeps_until_us("openai", "m", now_us), in_s(50));
    sleep.put_to_sleep("openai", "m", INT64_MAX, now_us);
    EXPECT_EQ(sleep.sleeps_until_us("openai", "m", now_us), in_s(600));
    sleep.put_to_sleep("openai", "past", now_us, now_us);
    sleep.put_to_sleep("openai", "past", INT64_MIN, now_us);
    EXPECT_EQ(sleep.size(), 1U);
}

TEST(UpstreamSleep, NamesThatCouldNotBeToldDoNotSleep) {
    const std::string fits(UpstreamSleep::name_bytes_max, 'x');
    UpstreamSleep sleep;
    sleep.put_to_sleep("", "m", in_s(5), now_us);
    sleep.put_to_sleep("openai", fits + "x", in_s(5), now_us);
    sleep.put_to_sleep(fits + "x", "m", in_s(5), now_us);
    EXPECT_EQ(sleep.size(), 0U);
    sleep.put_to_sleep(fits, fits, in_s(5), now_us);
    EXPECT_EQ(sleep.sleeps_until_us(fits, fits, now_us), in_s(5));
}

TEST(UpstreamSleep, WhatIsOverIsForgotten) {
    UpstreamSleep sleep;
    for (int i = 1; i <= 100; ++i) sleep.put_to_sleep("openai", std::to_string(i), in_s(i), now_us);
    EXPECT_EQ(sleep.size(), 100U);
    sleep.put_to_sleep("azure", "", in_s(200), in_s(99));
    EXPECT_EQ(sleep.size(), 2U);
}

TEST(UpstreamSleep, WhereItIsFullWhatEndsFirstGivesWay) {
    constexpr auto count = static_cast<std::int64_t>(UpstreamSleep::entries_max);
    const auto end_us = [](std::int64_t i) { return in_s(100) + i; };
    UpstreamSleep sleep;
    for (std::int64_t i = 0; i < count; ++i) sleep.put_to_sleep("o", std::to_string(i), end_us(i), now_us);
    sleep.put_to_sleep("o", "shorter than all", in_s(1), now_us);
    EXPECT_EQ(sleep.sleeps_until_us("o", "shorter than all", now_us), 0);
    EXPECT_EQ(sleep.sleeps_until_us("o", "0", now_us), end_us(0));
    // One that it knows takes no place.
    sleep.put_to_sleep("o", "0", in_s(300), now_us);
    sleep.put_to_sleep("o", "longer", in_s(200), now_us);
    EXPECT_EQ(sleep.size(), UpstreamSleep::entries_max);
    EXPECT_EQ(sleep.sleeps_until_us("o", "0", now_us), in_s(300));
    EXPECT_EQ(sleep.sleeps_until_us("o", "1", now_us), 0);
    EXPECT_EQ(sleep.sleeps_until_us("o", "2", now_us), end_us(2));
    EXPECT_EQ(sleep.sleeps_until_us("o", "longer", now_us), in_s(200));
}

TEST(UpstreamSleepText, SaysWhatIsLeftTheLastToEndFirst) {
    UpstreamSleep sleep;
    EXPECT_EQ(sleep.text(now_us, roomy_bytes), "");
    sleep.put_to_sleep("openai", "gpt-4o", now_us + 1'499'001, now_us);
    sleep.put_to_sleep("azure", "", in_s(60), now_us);
    sleep.put_to_sleep("a/b,c", "ü%", in_s(1), now_us);
    EXPECT_EQ(sleep.text(now_us, roomy_bytes), "azure//60000,openai/gpt-4o/1500,a%2Fb%2Cc/%C3%BC%25/1000");
    EXPECT_EQ(sleep.text(in_s(59), roomy_bytes), "azure//1000");
    EXPECT_EQ(sleep.text(in_s(60), roomy_bytes), "");
}

TEST(UpstreamSleepText, KeepsToItsBound) {
    UpstreamSleep sleep;
    for (int i = 1; i <= 500; ++i) sleep.put_to_sleep("openai", std::to_string(i), in_s(i), now_us);
    const std::string whole = sleep.text(now_us, roomy_bytes);
    for (const std::size_t bytes_max : {0UL, 1UL, 17UL, 18UL, 100UL, whole.size() - 1, whole.size()}) {
        const std::string text = sleep.text(now_us, bytes_max);
        EXPECT_LE(text.size(), bytes_max);
        EXPECT_TRUE(whole.starts_with(text));
        UpstreamSleep other;
        EXPECT_TRUE(other.merge(text, 0, now_us)) << text;
        EXPECT_EQ(other.sleeps_until_us("openai", "500", now_us), bytes_max >= 17 ? in_s(500) : 0);
    }
}

TEST(UpstreamSleepText, MergeExtendsLessTheAgeAndWithinTheBounds) {
    UpstreamSleep sleep;
    EXPECT_TRUE(sleep.merge("", 0, now_us));
    sleep.put_to_sleep("openai", "known", in_s(50), now_us);
    EXPECT_TRUE(sleep.merge("openai/known/20000,openai/m/5000,azure//99999999999999999", second_us, now_us));
    EXPECT_EQ(sleep.sleeps_until_us("openai", "known", now_us), in_s(50));
    EXPECT_EQ(sleep.sleeps_until_us("openai", "m", now_us), in_s(4));
    EXPECT_EQ(sleep.sleeps_until_us("azure", "any", now_us), in_s(599));
    EXPECT_TRUE(sleep.merge("late/m/1000", second_us, now_us));
    EXPECT_TRUE(sleep.merge("late/m/1000", INT64_MAX, now_us));
    EXPECT_EQ(sleep.sleeps_until_us("late", "m", now_us), 0);
    // A clock that says that it comes from the future makes it no longer.
    EXPECT_TRUE(sleep.merge("early/m/1000", INT64_MIN, now_us));
    EXPECT_EQ(sleep.sleeps_until_us("early", "m", now_us), in_s(1));
}

TEST(UpstreamSleepText, MalformedTextChangesNothing) {
    const std::string long_name(UpstreamSleep::name_bytes_max + 1, 'x');
    std::string too_long;
    while (too_long.size() <= UpstreamSleep::text_bytes_max) too_long.append("a/b/1000,");
    too_long.append("a/b/1000");
    for (const std::string& text : std::initializer_list<std::string>{",",
                                                                      "a",
                                                                      "a/b",
                                                                      "a/b/",
                                                                      "/b/1",
                                                                      "a/b/1,",
                                                                      ",a/b/1",
                                                                      "a/b/1,,a/b/1",
                                                                      "a/b/0",
                                                                      "a/b/-1",
                                                                      "a/b/+1",
                                                                      "a/b/1.5",
                                                                      "a/b/x",
                                                                      "a/b/1/",
                                                                      "a/b/c/1",
                                                                      "a/b/ 1",
                                                                      "a/b/1 ",
                                                                      "a%/b/1",
                                                                      "a%4/b/1",
                                                                      "a%zz/b/1",
                                                                      "a/%/1",
                                                                      "a/b/9223372036854775808",
                                                                      long_name + "/b/1",
                                                                      "a/" + long_name + "/1",
                                                                      too_long}) {
        UpstreamSleep sleep;
        EXPECT_FALSE(sleep.merge(text, 0, now_us)) << text;
        EXPECT_FALSE(sleep.merge("good/good/5000," + text, 0, now_us)) << text;
        EXPECT_EQ(sleep.size(), 0U) << text;
    }
}

TEST(UpstreamSleepText, MangledTextIsRefusedWholeOrReadWhole) {
    std::mt19937_64 random(5);
    const std::string whole = "openai/gpt-4o/1500,azure//60000,a%2Fb/m%25/7";
    constexpr std::string_view characters = "/,%019aF \n";
    int read = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = whole;
        for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
            const std::size_t at = random() % text.size();
            const char character = characters[random() % characters.size()];
            if (random() % 2 == 0) text.erase(at, 1 + random() % 4);
            text.insert(std::min(at, text.size()), 1, character);
        }
        UpstreamSleep sleep;
        const bool is_read = sleep.merge(text, 0, now_us);
        const auto commas = static_cast<std::size_t>(std::count(text.begin(), text.end(), ','));
        ASSERT_EQ(sleep.size() > 0, is_read) << text;
        ASSERT_LE(sleep.size(), commas + 1) << text;
        if (is_read) ++read;
    }
    EXPECT_GT(read, 1'000);
}

TEST(UpstreamSleepProperties, FollowsASimpleReference) {
    std::mt19937_64 random(9);
    std::map<std::pair<std::string, std::string>, std::int64_t> reference;
    UpstreamSleep sleep;
    std::int64_t time_us = now_us;
    for (int step = 0; step < 50'000; ++step) {
        time_us += static_cast<std::int64_t>(random() % (2 * second_us));
        const std::string upstream(1, static_cast<char>('a' + random() % 4));
        const std::string model = std::to_string(random() % 20).substr(random() % 2);
        const std::int64_t seconds = static_cast<std::int64_t>(random() % 700) - 20;
        const std::int64_t until_us = time_us + seconds * second_us;
        std::int64_t& known = reference[{upstream, model}];
        if (random() % 3 == 0 && seconds > 0) {
            ASSERT_TRUE(
                sleep.merge(upstream + "/" + model + "/" + std::to_string(seconds * 1'000), 0, time_us));
        } else {
            sleep.put_to_sleep(upstream, model, until_us, time_us);
        }
        known = std::max(known, std::min(until_us, time_us + UpstreamSleep::sleep_us_max));
        const std::string asked = std::to_string(random() % 20);
        const auto one = reference.find({upstream, asked});
        const auto all = reference.find({upstream, ""});
        const std::int64_t expected =
            std::max(one == reference.end() ? 0 : one->second, all == reference.end() ? 0 : all->second);
        ASSERT_EQ(sleep.sleeps_until_us(upstream, asked, time_us), expected > time_us ? expected : 0);
    }
}

TEST(UpstreamSleepProperties, WhatIsToldArrivesWhole) {
    std::mt19937_64 random(13);
    for (int round = 0; round < 500; ++round) {
        UpstreamSleep teller;
        std::map<std::pair<std::string, std::string>, std::int64_t> ends;
        for (std::uint64_t count = random() % 20; count > 0; --count) {
            std::string model;
            for (std::uint64_t bytes = random() % 6; bytes > 0; --bytes)
                model += static_cast<char>(random() % 256);
            const std::int64_t until_us =
                now_us + 1 + static_cast<std::int64_t>(random() % (600 * second_us));
            teller.put_to_sleep("upstream", model, until_us, now_us);
            std::int64_t& end_us = ends[{"upstream", model}];
            end_us = std::max(end_us, until_us);
        }
        UpstreamSleep listener;
        ASSERT_TRUE(listener.merge(teller.text(now_us, roomy_bytes), 0, now_us));
        ASSERT_EQ(listener.size(), ends.size());
        for (const auto& [name, end_us] : ends) {
            const std::int64_t heard_us = listener.sleeps_until_us(name.first, name.second, now_us);
            const std::int64_t told_us = teller.sleeps_until_us(name.first, name.second, now_us);
            ASSERT_GE(heard_us, told_us) << "rounded up, so that nobody asks too early";
            ASSERT_LT(heard_us, told_us + 1'000);
        }
    }
}

TEST(UpstreamSleepProperties, NodesThatTellEachOtherDoNotKeepItAsleep) {
    // Three nodes tell each other what they know twice a second, and hear it late, without knowing how late.
    constexpr std::int64_t delay_us = 300'000;
    constexpr std::int64_t beat_us = 500'000;
    struct Message {
        std::int64_t arrives_us = 0;
        std::size_t from = 0;
        std::string text;
    };
    std::array<UpstreamSleep, 3> nodes;
    std::deque<Message> messages;
    nodes[0].put_to_sleep("openai", "m", in_s(10), now_us);
    nodes[1].put_to_sleep("openai", "m", in_s(4), now_us);
    for (std::int64_t time_us = now_us; time_us < in_s(30); time_us += 100'000) {
        while (!messages.empty() && messages.front().arrives_us <= time_us) {
            for (std::size_t node = 0; node < nodes.size(); ++node) {
                if (node == messages.front().from) continue;
                ASSERT_TRUE(nodes[node].merge(messages.front().text, 0, time_us));
            }
            messages.pop_front();
        }
        if ((time_us - now_us) % beat_us == 0) {
            for (std::size_t node = 0; node < nodes.size(); ++node)
                messages.push_back({time_us + delay_us, node, nodes[node].text(time_us, roomy_bytes)});
        }
        for (const UpstreamSleep& node : nodes) {
            const std::int64_t until_us = node.sleeps_until_us("openai", "m", time_us);
            ASSERT_LE(until_us, in_s(10) + delay_us);
            const bool has_heard = time_us >= now_us + delay_us && time_us < in_s(10);
            ASSERT_TRUE(!has_heard || until_us >= in_s(10));
        }
    }
}

}  // namespace
}  // namespace weir::proxy
