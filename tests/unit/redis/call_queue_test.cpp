// Whose reply it is and who has waited too long, without a socket.
#include "redis/call_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::redis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Queue = CallQueue<int>;

TEST(CallQueue, MatchesRepliesInOrder) {
    Queue queue;
    for (int i = 0; i < 3; ++i) queue.push(100, i);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(queue.pop(), i);
    }
    EXPECT_EQ(queue.size(), 0U);
}

TEST(CallQueue, AtTheDeadlineACallHasExpiredUntilItIsTold) {
    Queue queue;
    queue.push(100, 1);
    EXPECT_FALSE(queue.has_expired(99));
    EXPECT_TRUE(queue.has_expired(100));
    EXPECT_THAT(queue.take_expired(100), ElementsAre(1));
    EXPECT_FALSE(queue.has_expired(100));
}

TEST(CallQueue, WhoTimedOutKeepsThePlace) {
    Queue queue;
    queue.push(100, 1);
    queue.push(300, 2);
    EXPECT_THAT(queue.take_expired(99), IsEmpty());
    EXPECT_THAT(queue.take_expired(100), ElementsAre(1));
    EXPECT_THAT(queue.take_expired(101), IsEmpty());
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_EQ(queue.pop(), std::nullopt);
    EXPECT_EQ(queue.pop(), 2);
}

TEST(CallQueue, AReplyThatNobodyWaitsForHasAPlaceOfItsOwn) {
    Queue queue;
    queue.push(100, 1);
    queue.push_unawaited(200);
    queue.push(200, 2);
    EXPECT_EQ(queue.size(), 3U);
    EXPECT_THAT(queue.take_expired(200), ElementsAre(1, 2));
    EXPECT_FALSE(queue.has_expired(300));
    queue.push_unawaited(400);
    queue.push(400, 3);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(queue.pop(), std::nullopt);
    }
    EXPECT_FALSE(queue.stalled(400, 1));
    EXPECT_TRUE(queue.stalled(401, 1)) << "a reply that nobody waits for is missed, too";
    const auto [sent, unsent] = queue.take_all(2);
    EXPECT_THAT(sent, IsEmpty());
    EXPECT_THAT(unsent, ElementsAre(3));
}

TEST(CallQueue, DeadlinesNeedNotBeInOrder) {
    Queue queue;
    queue.push(500, 1);
    queue.push(100, 2);
    queue.push(300, 3);
    EXPECT_EQ(queue.next_look_us(1000), 100);
    EXPECT_THAT(queue.take_expired(100), ElementsAre(2));
    EXPECT_EQ(queue.next_look_us(1000), 300);
    EXPECT_THAT(queue.take_expired(1000), ElementsAre(1, 3));
}

TEST(CallQueue, StallsByTheReplyThatIsDueNext) {
    Queue queue;
    EXPECT_FALSE(queue.stalled(1'000'000, 0));
    EXPECT_EQ(queue.next_look_us(50), Queue::never_us);
    queue.push(500, 1);
    queue.push(100, 2);
    queue.take_expired(500);
    EXPECT_EQ(queue.next_look_us(50), 550);
    EXPECT_FALSE(queue.stalled(549, 50));
    EXPECT_TRUE(queue.stalled(550, 50));
    queue.pop();
    EXPECT_TRUE(queue.stalled(550, 50));
    queue.pop();
    EXPECT_FALSE(queue.stalled(550, 50));
}

TEST(CallQueue, TellsWhatWasSentFromWhatWasNot) {
    Queue queue;
    for (int i = 0; i < 4; ++i) queue.push(i == 1 ? 100 : 200, i);
    queue.take_expired(100);
    const auto [sent, unsent] = queue.take_all(2);
    EXPECT_THAT(sent, ElementsAre(0));
    EXPECT_THAT(unsent, ElementsAre(2, 3));
    EXPECT_EQ(queue.size(), 0U);
}

}  // namespace
}  // namespace weir::redis
