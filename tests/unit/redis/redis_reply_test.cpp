// Commands to bytes and bytes to replies: every kind, any split, nothing unbounded, nothing that crashes.
#include "limiter/redis_reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace weir {
namespace {

using ::testing::HasSubstr;
using Next = RedisReplyReader::Next;

std::string encode(std::vector<std::string_view> arguments) {
    std::string bytes;
    append_command(bytes, arguments);
    return bytes;
}

RedisReply array(RedisReply::Array elements) {
    return {.value = std::move(elements)};
}
RedisReply text(std::string value) {
    return {.value = std::move(value)};
}
RedisReply number(std::int64_t value) {
    return {.value = value};
}
RedisReply error(std::string value) {
    return {.value = RedisReply::Error{std::move(value)}};
}

TEST(RedisCommand, IsAnArrayOfBulkStrings) {
    EXPECT_EQ(encode({"PING"}), "*1\r\n$4\r\nPING\r\n");
    EXPECT_EQ(encode({"SET", "k", ""}), "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n");
    EXPECT_EQ(encode({"A", std::string_view{}}), "*2\r\n$1\r\nA\r\n$0\r\n\r\n");
}

TEST(RedisCommand, HoldsAnyByteAndIsAppended) {
    std::string bytes = "before";
    const std::string_view binary("\0\r\n\xff", 4);
    append_command(bytes, std::vector<std::string_view>{"ECHO", binary});
    EXPECT_EQ(bytes, "before*2\r\n$4\r\nECHO\r\n$4\r\n" + std::string(binary) + "\r\n");
}

TEST(RedisReplyReader, ReadsEveryKind) {
    RedisReplyReader reader(1000);
    reader.feed(
        "+OK\r\n:-42\r\n$5\r\na\r\nbc\r\n$-1\r\n-ERR no\r\n*3\r\n:1\r\n*1\r\n$-1\r\n-MOVED 1 "
        "a:1\r\n*0\r\n*-1\r\n$0\r\n\r\n");
    const std::vector<RedisReply> expected{
        text("OK"),      number(-42),
        text("a\r\nbc"), {},
        error("ERR no"), array({number(1), array({RedisReply{}}), error("MOVED 1 a:1")}),
        array({}),       {},
        text("")};
    for (const RedisReply& wanted : expected) {
        RedisReply reply;
        ASSERT_EQ(reader.next(reply), Next::reply);
        EXPECT_EQ(reply, wanted);
    }
    RedisReply reply;
    EXPECT_EQ(reader.next(reply), Next::need_more);
}

TEST(RedisReplyReader, TellsWhatAReplyIs) {
    EXPECT_EQ(*number(7).integer(), 7);
    EXPECT_EQ(number(7).text(), nullptr);
    EXPECT_EQ(*text("a").text(), "a");
    EXPECT_EQ(error("e").error()->text, "e");
    EXPECT_EQ(array({text("a")}).array()->size(), 1U);
    EXPECT_TRUE(RedisReply{}.is_nil());
    EXPECT_FALSE(text("").is_nil());
}

TEST(RedisReplyReader, DoesNotCareHowTheBytesAreSplit) {
    const std::string one = "*3\r\n$3\r\nabc\r\n:123456\r\n*2\r\n+x\r\n-ERR y\r\n";
    const RedisReply wanted = array({text("abc"), number(123456), array({text("x"), error("ERR y")})});
    for (std::size_t step = 1; step <= one.size(); ++step) {
        RedisReplyReader reader(1000);
        std::vector<RedisReply> replies;
        const std::string bytes = one + one + one;
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            reader.feed(std::string_view(bytes).substr(at, step));
            RedisReply reply;
            while (reader.next(reply) == Next::reply) replies.push_back(std::move(reply));
        }
        EXPECT_EQ(replies, std::vector<RedisReply>(3, wanted)) << step;
    }
}

TEST(RedisReplyReader, BoundsOneReplyButNotTheirNumber) {
    RedisReplyReader reader(1000);
    RedisReply reply;
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
        RedisReplyReader bounded(1000);
        bounded.feed(bytes);
        EXPECT_EQ(bounded.next(reply), Next::broken) << bytes.substr(0, 20);
        EXPECT_EQ(bounded.failure(), "reply too large");
    }
}

TEST(RedisReplyReader, StaysBrokenAndSaysWhy) {
    for (const char* bytes :
         {"HTTP/1.1 400 Bad Request\r\n\r\n", "*1\r\n?\r\n", ":12x\r\n", "$-7\r\n", "*-2\r\n",
          "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
        RedisReplyReader reader(1000);
        RedisReply reply;
        reader.feed(bytes);
        EXPECT_EQ(reader.next(reply), Next::broken) << bytes;
        EXPECT_FALSE(reader.failure().empty());
        reader.feed("+OK\r\n");
        EXPECT_EQ(reader.next(reply), Next::broken) << bytes;
    }
}

TEST(RedisReplyReader, SurvivesAnything) {
    std::mt19937 random(7);
    constexpr std::string_view alphabet = "*$+-:0123456789\r\n\r\n\r\nax";
    for (int round = 0; round < 20'000; ++round) {
        RedisReplyReader reader(10'000);
        RedisReply reply;
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
}  // namespace weir
