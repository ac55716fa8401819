// The order of candidates: what always holds, whatever they are, and how often whom is drawn.
#include "proxy/router.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

namespace weir::proxy {
namespace {

using Order = std::vector<std::size_t>;

/// Their indexes are their places.
std::vector<Candidate> indexed(std::vector<Candidate> candidates) {
    for (std::size_t i = 0; i < candidates.size(); ++i) candidates[i].index = i;
    return candidates;
}

Order order_of(const std::vector<Candidate>& candidates, std::mt19937_64& random) {
    const CandidateOrder order = order_candidates(candidates, random);
    return {order.begin(), order.end()};
}

/// The orders that many draws give, each once.
std::set<Order> orders_of(const std::vector<Candidate>& candidates) {
    std::mt19937_64 random(1);
    std::set<Order> orders;
    for (int i = 0; i < 200; ++i) orders.insert(order_of(candidates, random));
    return orders;
}

/// How often each comes first, of all draws.
std::vector<double> first_places(const std::vector<Candidate>& candidates) {
    constexpr int draws = 100'000;
    std::mt19937_64 random(20261126);
    std::vector<double> shares(candidates.size());
    for (int i = 0; i < draws; ++i) shares[order_candidates(candidates, random).front()] += 1.0 / draws;
    return shares;
}

TEST(Router, PriorityGoesBeforeHeadroomAndWeight) {
    EXPECT_EQ(orders_of(indexed({{.priority = 2, .weight = 9, .headroom = 1.0},
                                 {.priority = 0, .weight = 0, .headroom = 0.0},
                                 {.priority = 1, .headroom = 0.2}})),
              (std::set<Order>{{1, 2, 0}}));
    EXPECT_EQ(orders_of(indexed({{.priority = 0}, {.priority = -1}})), (std::set<Order>{{1, 0}}));
}

TEST(Router, ClearlyMoreHeadroomGoesBeforeWeight) {
    EXPECT_EQ(orders_of(indexed({{.weight = 100, .headroom = 0.5}, {.weight = 1, .headroom = 0.7}})),
              (std::set<Order>{{1, 0}}));
}

TEST(Router, WithinTheBandTheDrawDecides) {
    EXPECT_EQ(orders_of(indexed({{.headroom = 0.55}, {.headroom = 0.6}})).size(), 2U);
    // In binary the difference of these two is above 0.1.
    EXPECT_EQ(orders_of(indexed({{.headroom = 0.7}, {.headroom = 0.8}})).size(), 2U);
    EXPECT_EQ(orders_of(indexed({{.headroom = 0.69}, {.headroom = 0.8}})).size(), 1U);
}

TEST(Router, TheBandIsThatOfTheBestOneLeft) {
    // The first two are equals and so are the last two; the ends are not.
    EXPECT_EQ(orders_of(indexed({{.headroom = 1.0}, {.headroom = 0.92}, {.headroom = 0.84}})),
              (std::set<Order>{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}}));
}

TEST(Router, WeightZeroComesLastOfItsBand) {
    EXPECT_EQ(orders_of(indexed({{.weight = 0, .headroom = 1.0},
                                 {.weight = 1, .headroom = 0.95},
                                 {.weight = 5, .headroom = 0.5}})),
              (std::set<Order>{{1, 0, 2}}));
    EXPECT_EQ(orders_of(indexed({{.weight = 0}, {.weight = 0}})).size(), 2U);
}

TEST(Router, HeadroomOutsideItsRangeCountsAsTheNearerEnd) {
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(orders_of(indexed({{.headroom = -3.0}, {.headroom = 0.0}})).size(), 2U);
    EXPECT_EQ(orders_of(indexed({{.headroom = 7.0}, {.headroom = 1.0}})).size(), 2U);
    EXPECT_EQ(orders_of(indexed({{.headroom = nothing}, {.headroom = 0.5}})), (std::set<Order>{{1, 0}}));
}

TEST(Router, TheEjectedAreUsedOnlyWhereNobodyIsReady) {
    constexpr auto ejected = Readiness::ejected;
    constexpr auto asleep = Readiness::asleep;
    EXPECT_EQ(orders_of(indexed({{.readiness = ejected}, {.priority = 9, .headroom = 0.0}})),
              (std::set<Order>{{1}}));
    EXPECT_EQ(orders_of(indexed({{.readiness = asleep}, {.readiness = ejected}})), (std::set<Order>{{1}}));
    EXPECT_EQ(
        orders_of(indexed({{.priority = 1, .readiness = ejected}, {.priority = 0, .readiness = ejected}})),
        (std::set<Order>{{1, 0}}));
}

TEST(Router, NobodyIsLeftWhereAllAreAsleep) {
    EXPECT_EQ(orders_of(indexed({{.readiness = Readiness::asleep}})), (std::set<Order>{{}}));
    EXPECT_EQ(orders_of({}), (std::set<Order>{{}}));
}

TEST(Router, IndexesAreTheCallers) {
    EXPECT_EQ(orders_of({{.index = 40, .priority = 1}, {.index = 7}}), (std::set<Order>{{7, 40}}));
}

TEST(Router, EqualsShareTheFirstPlaceEqually) {
    const std::vector<double> shares = first_places(indexed({{.headroom = 0.9}, {.headroom = 0.9}}));
    EXPECT_NEAR(shares[0], 0.5, 0.5 * 0.02);
    for (const double share : first_places(indexed({{}, {}, {}, {}}))) EXPECT_NEAR(share, 0.25, 0.25 * 0.02);
}

TEST(Router, WeightsShareTheFirstPlace) {
    const std::vector<double> shares = first_places(indexed({{.weight = 1}, {.weight = 3}}));
    EXPECT_NEAR(shares[0], 0.25, 0.25 * 0.02);
    EXPECT_NEAR(shares[1], 0.75, 0.75 * 0.02);
}

TEST(Router, TheLargestWeightsDoNotOverflow) {
    constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
    const std::vector<double> shares = first_places(indexed({{.weight = most}, {.weight = most}}));
    EXPECT_NEAR(shares[0], 0.5, 0.5 * 0.02);
}

TEST(Router, DrawsOnlyWhereThereIsSomethingToDraw) {
    std::mt19937_64 random(3);
    const std::mt19937_64 before = random;
    order_of(indexed({{.headroom = 0.9}, {.headroom = 0.2}, {.priority = 1}}), random);
    EXPECT_EQ(random, before);
    order_of(indexed({{}, {}}), random);
    EXPECT_NE(random, before);
}

/// Candidates at random: coarse numbers, so that equals and edges of bands are frequent.
class RouterProperties : public ::testing::Test {
protected:
    std::vector<Candidate> make_candidates() {
        std::vector<Candidate> candidates(random_() % 12);
        for (Candidate& candidate : candidates) {
            candidate.priority = static_cast<std::int64_t>(random_() % 3);
            candidate.weight = static_cast<std::uint32_t>(random_() % 4);
            candidate.headroom = static_cast<double>(random_() % 21) / 20.0;
            candidate.readiness = static_cast<Readiness>(random_() % 3);
        }
        return indexed(candidates);
    }

    /// Follows the order from its front, and checks each step against all that were left then.
    static void check(const std::vector<Candidate>& candidates, const Order& order) {
        std::set<std::size_t> left(order.begin(), order.end());
        ASSERT_EQ(left.size(), order.size()) << "one comes twice";
        for (const std::size_t index : order) {
            const Candidate& next = candidates[index];
            double best = 0.0;
            for (const std::size_t other : left) {
                ASSERT_LE(next.priority, candidates[other].priority);
                if (candidates[other].priority == next.priority)
                    best = std::max(best, candidates[other].headroom);
            }
            ASSERT_GE(next.headroom, best - headroom_band - 1e-6);
            for (const std::size_t other : left) {
                const bool is_equal = candidates[other].priority == next.priority &&
                                      candidates[other].headroom >= best - headroom_band - 1e-6;
                ASSERT_TRUE(next.weight > 0 || !is_equal || candidates[other].weight == 0);
            }
            left.erase(index);
        }
    }

    std::mt19937_64 random_{7};
};

TEST_F(RouterProperties, EveryOrderIsOneOfThoseAllowed) {
    for (int round = 0; round < 20'000; ++round) {
        const std::vector<Candidate> candidates = make_candidates();
        const Order order = order_of(candidates, random_);
        const auto count = [&](Readiness readiness) {
            return static_cast<std::size_t>(
                std::count_if(candidates.begin(), candidates.end(),
                              [&](const Candidate& candidate) { return candidate.readiness == readiness; }));
        };
        const bool some_ready = count(Readiness::ready) > 0;
        const Readiness expected = some_ready ? Readiness::ready : Readiness::ejected;
        ASSERT_EQ(order.size(), count(expected));
        for (const std::size_t index : order) ASSERT_EQ(candidates[index].readiness, expected);
        check(candidates, order);
        if (HasFatalFailure()) return;
    }
}

TEST_F(RouterProperties, TheSameGeneratorGivesTheSameOrderHoweverTheyAreListed) {
    for (int round = 0; round < 2'000; ++round) {
        std::vector<Candidate> candidates = make_candidates();
        std::mt19937_64 once(static_cast<std::uint64_t>(round));
        std::mt19937_64 again = once;
        const Order order = order_of(candidates, once);
        std::shuffle(candidates.begin(), candidates.end(), random_);
        ASSERT_EQ(order, order_of(candidates, again));
        ASSERT_EQ(once, again);
    }
}

}  // namespace
}  // namespace weir::proxy
