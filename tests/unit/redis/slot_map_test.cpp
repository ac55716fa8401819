// Answers to CLUSTER SLOTS as Redis 3 to 7 give them, and what is none.
#include "redis/slot_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::redis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

const Server asked{"asked.example", 7000};

template <typename... Replies>
Reply array(Replies... elements) {
    return {.value = Reply::Array{std::move(elements)...}};
}
Reply text(std::string value) {
    return {.value = std::move(value)};
}
Reply number(std::int64_t value) {
    return {.value = value};
}
Reply nil() {
    return {.value = Reply::Nil{}};
}
Reply server(const std::string& host, std::int64_t port) {
    return array(text(host), number(port), text("07c37dfeb235213a872192d90877d0cd55635b91"));
}

TEST(RedisSlotMap, IsReadAsAServerTellsIt) {
    EXPECT_THAT(ask_for_slots(), ElementsAre("CLUSTER", "SLOTS"));
    // Redis 7 adds what else a server is called by.
    const Reply with_names =
        array(text("10.0.0.2"), number(30002), text("id"), array(text("hostname"), text("b.example")));
    const Reply reply = array(array(number(5461), number(16'383), with_names),
                              array(number(0), number(5460), server("10.0.0.1", 30001), server("::1", 30004),
                                    server("c.example", 30005)));
    EXPECT_THAT(read_slots(reply, asked),
                Optional(ElementsAre(
                    SlotRange{.first = 5461, .last = 16'383, .master = {"10.0.0.2", 30002}, .replicas = {}},
                    SlotRange{.first = 0,
                              .last = 5460,
                              .master = {"10.0.0.1", 30001},
                              .replicas = {{"::1", 30004}, {"c.example", 30005}}})));
    EXPECT_THAT(read_slots(array(), asked), Optional(IsEmpty())) << "a server that serves nothing yet";
}

TEST(RedisSlotMap, AServerWithoutAHostIsWhereWeAsked) {
    const Reply reply = array(array(number(7), number(7), array(nil(), number(1)), array(text(""), number(2)),
                                    array(text("?"), number(3), text("id"))));
    EXPECT_THAT(read_slots(reply, asked),
                Optional(ElementsAre(SlotRange{.first = 7,
                                               .last = 7,
                                               .master = {"asked.example", 1},
                                               .replicas = {{"asked.example", 2}, {"asked.example", 3}}})));
}

TEST(RedisSlotMap, AnAnswerThatMakesNoSenseIsNone) {
    const Reply good = server("h", 1);
    for (const Reply& wrong : {
             nil(),
             text("OK"),
             Reply{.value = Reply::Error{"ERR This instance has cluster support disabled"}},
             array(number(1)),
             array(array()),
             array(array(number(0), number(1))),
             array(array(number(2), number(1), good)),
             array(array(number(-1), number(1), good)),
             array(array(number(0), number(16'384), good)),
             array(array(text("0"), number(1), good)),
             array(array(number(0), nil(), good)),
             array(array(number(0), number(1), text("h:1"))),
             array(array(number(0), number(1), array(text("h")))),
             array(array(number(0), number(1), server("h", 0))),
             array(array(number(0), number(1), server("h", 65'536))),
             array(array(number(0), number(1), array(text("h"), text("1")))),
             array(array(number(0), number(1), array(number(1), number(1)))),
             array(array(number(0), number(1), good, server("h", -1))),
             array(array(number(0), number(1), good), array(number(5))),
         }) {
        EXPECT_EQ(read_slots(wrong, asked), std::nullopt);
    }
}

TEST(RedisSlotMap, HasNoMoreRangesThanThereAreSlots) {
    Reply::Array ranges(16'384, array(number(0), number(1), server("h", 1)));
    EXPECT_THAT(read_slots({.value = ranges}, asked), Optional(SizeIs(16'384)));
    ranges.push_back(ranges.front());
    EXPECT_EQ(read_slots({.value = ranges}, asked), std::nullopt);
}

}  // namespace
}  // namespace weir::redis
