// What is said on a new connection, and which answers make it unusable.
#include "redis/greeting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/sentinel.hpp"

namespace weir::redis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Reply ok() {
    return {.value = std::string("OK")};
}
Reply error(std::string text) {
    return {.value = Reply::Error{std::move(text)}};
}
Reply array(std::vector<std::string> texts) {
    Reply::Array elements;
    for (std::string& text : texts) elements.push_back({.value = std::move(text)});
    return {.value = std::move(elements)};
}

std::string judge(const RedisAddress& address, std::vector<Reply> replies, std::string failure = "") {
    const Exchange exchanged{.replies = std::move(replies), .failure = std::move(failure)};
    return judge_greeting(address, greeting_for(address), exchanged);
}

const RedisAddress plain{.host = "a"};
const RedisAddress secret{.host = "a", .password = "hunter2"};
const RedisAddress watched{.sentinels = {{"a", 1}}, .master = "m"};

TEST(RedisGreeting, SaysWhatTheAddressAsksFor) {
    using Command = Command;
    const Command name{"CLIENT", "SETNAME", "weir"}, ping{"PING"};
    EXPECT_THAT(greeting_for(plain), ElementsAre(name, ping));
    EXPECT_THAT(greeting_for(secret), ElementsAre(Command{"AUTH", "hunter2"}, name, ping));
    EXPECT_THAT(greeting_for({.host = "a", .user = "u", .password = "p", .database = 3}),
                ElementsAre(Command{"AUTH", "u", "p"}, Command{"SELECT", "3"}, name, ping));
    EXPECT_THAT(greeting_for(watched), ElementsAre(name, Command{"ROLE"}, ping));
}

TEST(RedisGreeting, AnErrorIsTheReason) {
    EXPECT_EQ(judge(plain, {ok(), ok()}), "");
    EXPECT_EQ(judge(secret, {error("WRONGPASS invalid"), ok(), error("NOAUTH")}), "AUTH: WRONGPASS invalid");
    EXPECT_EQ(judge(plain, {ok(), error("LOADING Redis is loading")}), "PING: LOADING Redis is loading");
    EXPECT_EQ(judge(plain, {error("ERR unknown subcommand"), ok()}), "") << "the name is a courtesy";
    EXPECT_EQ(judge(plain, {ok(), error("NOPERM no permissions to run 'ping'")}), "") << "but it answers";
}

TEST(RedisGreeting, WhatTheServerSaidBeforeItClosedIsTheBetterReason) {
    EXPECT_EQ(judge(plain, {}, "End of file"), "End of file");
    EXPECT_EQ(judge(plain, {ok()}, "End of file"), "End of file");
    EXPECT_EQ(judge(plain, {error("ERR max number of clients reached")}, "End of file"),
              "CLIENT: ERR max number of clients reached");
}

TEST(RedisGreeting, OnlyAMasterWillDoBehindSentinels) {
    EXPECT_EQ(judge(watched, {ok(), array({"master", "0"}), ok()}), "");
    EXPECT_EQ(judge(watched, {ok(), array({"slave", "127.0.0.1"}), ok()}), "the server is not a master");
    EXPECT_EQ(judge(watched, {ok(), array({}), ok()}), "the server is not a master");
    EXPECT_EQ(judge(watched, {ok(), error("NOPERM this user"), ok()}), "ROLE: NOPERM this user");
}

TEST(RedisGreeting, ThePasswordIsNeverRepeated) {
    const std::string reason =
        judge(secret, {error("ERR unknown command 'AUTH', with args beginning with: 'hunter2' hunter2\r\n")},
              "End of file");
    EXPECT_THAT(reason, Not(HasSubstr("hunter2")));
    EXPECT_THAT(reason, HasSubstr("unknown command 'AUTH'"));
    EXPECT_THAT(reason, Not(HasSubstr("\n")));
}

TEST(RedisSentinel, SaysWhereTheMasterIs) {
    std::string host;
    std::uint16_t port = 0;
    EXPECT_TRUE(read_master_address(array({"10.0.0.1", "6380"}), host, port));
    EXPECT_EQ(host, "10.0.0.1");
    EXPECT_EQ(port, 6380);
    for (const Reply& wrong :
         {Reply{}, error("IDONTKNOW"), array({"a"}), array({"a", "x"}), array({"a", "0"}), array({"", "1"}),
          array({"a", "65536"}), array({"a", "1 "}), array({"a", "1", "2"})}) {
        EXPECT_FALSE(read_master_address(wrong, host, port));
    }
}

}  // namespace
}  // namespace weir::redis
