// What a node knows of its upstreams, and in which order a request asks them because of it.
#include "proxy/upstreams.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "proxy/upstream_choice.hpp"

namespace weir::proxy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::int64_t second_us = 1'000'000;

config::Config configuration() {
    config::Config config;
    for (const char* name : {"one", "two", "three"}) {
        config::Upstream upstream;
        upstream.name = name;
        config.upstreams.push_back(upstream);
    }
    return config;
}

class UpstreamsTest : public ::testing::Test {
protected:
    std::unique_ptr<UpstreamChoice> choose(bool is_kept = false) {
        return std::make_unique<UpstreamChoice>(ChoiceTerms{.config = config_,
                                                            .upstreams = upstreams_,
                                                            .known = known_,
                                                            .model = "model",
                                                            .demand = {1, 1, 1},
                                                            .is_kept = is_kept},
                                                routes_, now_us_, random_);
    }
    static std::vector<std::size_t> left(const UpstreamChoice& choice) {
        return {choice.left().begin(), choice.left().end()};
    }
    void fail(const std::string& name, std::uint32_t times = UpstreamHealth::failures_max) {
        const auto known = upstreams_.of(name);
        for (std::uint32_t i = 0; i < times; ++i)
            known->note(known->begin(now_us_), Sign::failing, now_us_, 0.5);
    }

    config::Config config_ = configuration();
    Upstreams upstreams_;
    const std::vector<std::shared_ptr<KnownUpstream>> known_{upstreams_.of("one"), upstreams_.of("two"),
                                                             upstreams_.of("three")};
    policy::Routes routes_{{0, {}}, {1, {}}, {2, {}}};
    std::int64_t now_us_ = 1'000 * second_us;
    std::mt19937_64 random_{7};
};

TEST_F(UpstreamsTest, SlotsStayWithTheirNames) {
    const std::size_t two = upstreams_.of("two")->slot();
    EXPECT_NE(upstreams_.of("one")->slot(), two);
    upstreams_.keep({"two", "three"});
    EXPECT_EQ(upstreams_.of("two")->slot(), two);
    std::set<std::size_t> slots;
    for (std::size_t i = 0; i < 2 * observe::upstreams_max; ++i)
        slots.insert(upstreams_.of("upstream-" + std::to_string(i))->slot());
    EXPECT_LE(*slots.rbegin(), observe::upstreams_max - 1);
}

TEST_F(UpstreamsTest, TheEjectedIsAskedOnlyWhereNobodyElseIs) {
    fail("one");
    EXPECT_THAT(left(*choose()), UnorderedElementsAre(1, 2));
    fail("two");
    fail("three");
    EXPECT_THAT(left(*choose()), UnorderedElementsAre(0, 1, 2));
}

TEST_F(UpstreamsTest, TheEjectedIsTheLastResort) {
    fail("one");
    const auto choice = choose();
    choice->take(0, {}, now_us_);
    EXPECT_EQ(left(*choice).size(), 1U);
    choice->take(0, {}, now_us_);
    EXPECT_THAT(left(*choice), ElementsAre(0));
    choice->take(0, {}, now_us_);
    EXPECT_THAT(left(*choice), IsEmpty());
}

TEST_F(UpstreamsTest, AfterItsTimeOneRequestIsTheProbe) {
    fail("one");
    now_us_ += 2 * second_us;
    const auto probing = choose();
    ASSERT_EQ(left(*probing).size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        if (left(*probing)[i] == 0) {
            probing->take(i, {}, now_us_);
            break;
        }
    }
    EXPECT_THAT(left(*choose()), UnorderedElementsAre(1, 2)) << "the probe is under way";
    EXPECT_TRUE(probing->note(Sign::well, now_us_, random_));
    EXPECT_EQ(left(*choose()).size(), 3U);
}

TEST_F(UpstreamsTest, WhereChecksLookAfterItNoRequestIsTheProbe) {
    config_.upstreams[0].check_path = "/health";
    fail("one");
    now_us_ += 2 * second_us;
    EXPECT_THAT(left(*choose()), UnorderedElementsAre(1, 2));
    EXPECT_TRUE(upstreams_.of("one")->take_probe(now_us_));
    EXPECT_FALSE(upstreams_.of("one")->take_probe(now_us_)) << "one is under way";
}

TEST_F(UpstreamsTest, WhoSleepsIsNotAskedForThatModel) {
    upstreams_.put_to_sleep("one", "model", 5 * second_us, now_us_);
    upstreams_.put_to_sleep("two", "another", 5 * second_us, now_us_);
    EXPECT_THAT(left(*choose()), UnorderedElementsAre(1, 2));
    EXPECT_TRUE(upstreams_.is_asleep("two", now_us_));
    upstreams_.put_to_sleep("two", "model", 3 * second_us, now_us_);
    upstreams_.put_to_sleep("three", "model", 9 * second_us, now_us_);
    const auto nobody = choose();
    EXPECT_THAT(left(*nobody), IsEmpty());
    EXPECT_EQ(nobody->wakes_at_us(), now_us_ + 3 * second_us);
    now_us_ += 3 * second_us;
    EXPECT_THAT(left(*choose()), ElementsAre(1));
}

TEST_F(UpstreamsTest, SleepIsToldToOtherNodes) {
    upstreams_.put_to_sleep("one", "model", 5 * second_us, now_us_);
    Upstreams other;
    ASSERT_TRUE(other.merge_sleep(upstreams_.sleep_text(now_us_, 1'000), second_us / 2, now_us_));
    EXPECT_EQ(other.sleeps_until_us("one", "model", now_us_), now_us_ + 9 * second_us / 2);
}

TEST_F(UpstreamsTest, WhoHasMoreLeftIsAskedFirst) {
    const auto note = [&](const char* name, std::int64_t used) {
        upstreams_.of(name)->note_level({.dimension = Dimension::requests, .limit = 100, .used = used},
                                        now_us_);
    };
    note("one", 90);
    note("two", 10);
    note("three", 60);
    EXPECT_THAT(left(*choose()), ElementsAre(1, 2, 0));
    config_.upstreams[0].priority = -1;
    EXPECT_THAT(left(*choose()), ElementsAre(0, 1, 2));
    now_us_ += 2 * second_us;
    EXPECT_EQ(upstreams_.of("one")->headroom({1, 0, 0}, now_us_), 1.0) << "what was seen is old";
}

TEST_F(UpstreamsTest, OfSeveralWindowsTheFullestCounts) {
    const auto known = upstreams_.of("one");
    known->note_level({.dimension = Dimension::requests, .limit = 100, .used = 90}, now_us_);
    known->note_level({.dimension = Dimension::requests, .limit = 100, .used = 20}, now_us_);
    EXPECT_NEAR(known->headroom({1, 0, 0}, now_us_), 0.1, 1e-6);
    EXPECT_EQ(known->headroom({0, 1, 0}, now_us_), 1.0);
}

TEST_F(UpstreamsTest, WhatOneProviderKeepsIsAskedOfTheFirst) {
    config_.upstreams[0].priority = 1;
    upstreams_.put_to_sleep("two", "model", 5 * second_us, now_us_);
    EXPECT_THAT(left(*choose(true)), ElementsAre(1));
}

TEST_F(UpstreamsTest, WhatIsInFlightIsCountedWhereItIs) {
    {
        const auto choice = choose();
        choice->take(0, {1, 10, 20}, now_us_);
        const std::string first = choice->upstream().name;
        EXPECT_EQ(upstreams_.of(first)->in_flight(), (Amounts{1, 10, 20}));
        choice->take(0, {1, 10, 20}, now_us_);
        EXPECT_NE(choice->upstream().name, first);
        EXPECT_EQ(upstreams_.of(first)->in_flight(), Amounts{});
    }
    for (const char* name : {"one", "two", "three"}) EXPECT_EQ(upstreams_.of(name)->in_flight(), Amounts{});
}

TEST(ForeignUseTest, ComparisonsDoNotOverlapAndAreApart) {
    ForeignUse use;
    EXPECT_TRUE(use.begin(false, 0));
    EXPECT_FALSE(use.begin(true, 0));
    use.end();
    EXPECT_FALSE(use.begin(false, ForeignUse::apart_us - 1));
    EXPECT_TRUE(use.begin(true, ForeignUse::apart_us - 1));
    use.end();
    EXPECT_TRUE(use.begin(false, 3 * ForeignUse::apart_us));
}

TEST(ForeignUseTest, WhatIsAboutToEndIsKnown) {
    ForeignUse use;
    const std::int64_t window_us = 60 * second_us;
    use.note(Dimension::requests, 5, window_us, 0);
    use.note(Dimension::requests, 7, window_us, 10 * second_us);
    EXPECT_EQ(use.about_to_end(Dimension::requests, window_us, 56 * second_us), 0);
    EXPECT_EQ(use.about_to_end(Dimension::requests, window_us, 57 * second_us), 5);
    EXPECT_EQ(use.about_to_end(Dimension::input_tokens, window_us, 57 * second_us), 0);
    EXPECT_EQ(use.about_to_end(Dimension::requests, window_us, 61 * second_us), 0) << "gone";
    EXPECT_EQ(use.about_to_end(Dimension::requests, window_us, 68 * second_us), 7);
    EXPECT_TRUE(use.is_news(Dimension::requests, 500));
    EXPECT_FALSE(use.is_news(Dimension::requests, 500));
    EXPECT_TRUE(use.is_news(Dimension::requests, 400));
}

}  // namespace
}  // namespace weir::proxy
