// Commands to bytes and bytes to replies: every kind, any split, nothing unbounded, nothing that crashes.
#include "redis/reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace weir::redis {
namespace {

using ::testing::HasSubstr;
using Next = ReplyReader::Next;

std::string encode(std::vector<std::string_view> arguments) {
    std::string bytes;
    append_command(bytes, arguments);
    return bytes;
}

Reply array(Reply::Array elements) {
    return {.value = std::move(elements)};
}
Reply text(std::string value) {
    return {.value = std::move(value)};
}
Reply number(std::int64_t value) {
    return {.value = value};
}
Reply error(std::string value) {
    return {.value = Reply::Error{std::move(value)}};
}

TEST(Command, IsAnArrayOfBulkStrings) {
    EXPECT_EQ(encode({"PING"}), "*1\r\n$4\r\nPING\r\n");
    EXPECT_EQ(encode({"SET", "k", ""}), "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n");
    EXPECT_EQ(encode({"A", std::string_view{}}), "*2\r\n$1\r\nA\r\n$0\r\n\r\n");
}

TEST(Command, HoldsAnyByteAndIsAppended) {
    std::string bytes = "before";
    const std::string_view binary("\0\r\n\xff", 4);
    append_command(bytes, std::vector<std::string_view>{"ECHO", binary});
    EXPECT_EQ(bytes, "before*2\r\n$4\r\nECHO\r\n$4\r\n" + std::string(binary) + "\r\n");
}

TEST(ReplyReader, ReadsEveryKind) {
    ReplyReader reader(1000);
    reader.feed(
        "+OK\r\n:-42\r\n$5\r\na\r\nbc\r\n$-1\r\n-ERR no\r\n*3\r\n:1\r\n*1\r\n$-1\r\n-MOVED 1 "
        "a:1\r\n*0\r\n*-1\r\n$0\r\n\r\n");
    const std::vector<Reply> expected{
        text("OK"),      number(-42),
        text("a\r\nbc"), {},
        error("ERR no"), array({number(1), array({Reply{}}), error("MOVED 1 a:1")}),
        array({}),       {},
        text("")};
    for (const Reply& wanted : expected) {
        Reply reply;
        ASSERT_EQ(reader.next(reply), Next::reply);
        EXPECT_EQ(reply, wanted);
    }
    Reply reply;
    EXPECT_EQ(reader.next(reply), Next::need_more);
}

TEST(ReplyReader, TellsWhatAReplyIs) {
    EXPECT_EQ(*number(7).integer(), 7);
    EXPECT_EQ(number(7).text(), nullptr);
    EXPECT_EQ(*text("a").text(), "a");
    EXPECT_EQ(error("e").error()->text, "e");
    EXPECT_EQ(array({text("a")}).array()->size(), 1U);
    EXPECT_TRUE(Reply{}.is_nil());
    EXPECT_FALSE(text("").is_nil());
}

TEST(ReplyReader, DoesNotCareHowTheBytesAreSplit) {
    const std::string one = "*3\r\n$3\r\nabc\r\n:123456\r\n*2\r\n+x\r\n-ERR y\r\n";
    const Reply wanted = array({text("abc"), number(123456), array({text("x"), error("ERR y")})});
    for (std::size_t step = 1; step <= one.size(); ++step) {
        ReplyReader reader(1000);
        std::vector<Reply> replies;
        const std::string bytes = one + one + one;
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            reader.feed(std::string_view(bytes).substr(at, step));
            Reply reply;
            while (reader.next(reply) == Next::reply) replies.push_back(std::move(reply));
        }
        EXPECT_EQ(replies, std::vector<Reply>(3, wanted)) << step;
    }
}

TEST(ReplyReader, BoundsOneReplyButNotTheirNumber) {
    ReplyReader reader(1000);
    Reply reply;
    for (int i = 0; i < 100; ++i) {
        reader.feed("$900\r\n" + std::string(900, 'x') + "\r\n");
        ASSERT_EQ(reader.next(reply), Next::reply);
    }
    for (const std::string& bytes : std::vector<std::string>{
             "$1001\r\n" + std::string(1001, 'x') + "\r\n",  // whole, but too large
             "$900000\r\n" + std::string(1100, 'x'),         // not whole yet
             "*2147483647\r\n",                              // announced alone
             "*2\r\n$600\r\n" + std::string(600, 'x') + "\r\n$600\r\n" + std::string(600, 'x') + "\r\n",
             "+" + std::string(1100, 'x'),
         }) {
        ReplyReader bounded(1000);
        bounded.feed(bytes);
        EXPECT_EQ(bounded.next(reply), Next::broken) << bytes.substr(0, 20);
        EXPECT_EQ(bounded.failure(), "reply too large");
    }
}

TEST(ReplyReader, StaysBrokenAndSaysWhy) {
    for (const char* bytes :
         {"HTTP/1.1 400 Bad Request\r\n\r\n", "*1\r\n?\r\n", ":12x\r\n", "$-7\r\n", "*-2\r\n",
          "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
        ReplyReader reader(1000);
        Reply reply;
        reader.feed(bytes);
        EXPECT_EQ(reader.next(reply), Next::broken) << bytes;
        EXPECT_FALSE(reader.failure().empty());
        reader.feed("+OK\r\n");
        EXPECT_EQ(reader.next(reply), Next::broken) << bytes;
    }
}

TEST(ReplyReader, SurvivesAnything) {
    std::mt19937 random(7);
    constexpr std::string_view alphabet = "*$+-:0123456789\r\n\r\n\r\nax";
    for (int round = 0; round < 20'000; ++round) {
        ReplyReader reader(10'000);
        Reply reply;
        for (int piece = 0; piece < 4; ++piece) {
            std::string bytes(1 + random() % 20, ' ');
            for (char& byte : bytes) byte = alphabet[random() % alphabet.size()];
            reader.feed(bytes);
            while (reader.next(reply) == Next::reply) {
            }
        }
    }
}

}  // namespace
}  // namespace weir::redis
