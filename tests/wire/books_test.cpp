// Daily totals from real requests: each decision is counted once, and each settlement once, over all threads.
#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "support/raw_client.hpp"
#include "support/running_weir.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"
#include "wire/scripted_upstream.hpp"
#include "wire/wire.hpp"
#include "wire/wire_config.hpp"

namespace weir::testing {
namespace {

using usage::Amounts;

/// With the usual keys, and further members of the default tier.
std::string config_with(const std::string& limit, const std::string& more = {}) {
    return keys_required.substr(0, keys_required.size() - 1) + "," + tier_with(limit, more).substr(1);
}

using Books = std::map<std::string, Amounts>;  // "key|model"

/// Runs weir, sends each request on a connection of its own, and reads the books after the end.
class Story {
public:
    Story(const std::string& config, std::vector<Reply> replies, const std::vector<std::string>& requests)
        : upstream_(std::move(replies)), weir_(wire_config(config, upstream_.port())) {
        for (const std::string& request : requests) {
            RawClient client(weir_.port());
            client.send(request);
            statuses.push_back(client.read_answer().status);
        }
        weir_.stop();
        std::vector<usage::Row> rows = weir_.rest_of_usage();
        for (const usage::Row& row :
             usage::group(std::move(rows), {.key = true, .model = true, .day = false}))
            books[row.key + "|" + row.model] = row.amounts;
        input_of_metrics = static_cast<std::int64_t>(weir_.settled_input_tokens());
        output_of_metrics = static_cast<std::int64_t>(weir_.settled_output_tokens());
    }

    void expect_agreement() const {
        Amounts sum;
        for (const auto& [name, amounts] : books) sum += amounts;
        EXPECT_EQ(sum.input_tokens, input_of_metrics);
        EXPECT_EQ(sum.output_tokens, output_of_metrics);
        EXPECT_EQ(sum.requests, sum.admitted + sum.refused);
    }

    Books books;
    std::vector<int> statuses;
    std::int64_t input_of_metrics = 0;
    std::int64_t output_of_metrics = 0;

private:
    ScriptedUpstream upstream_;
    RunningWeir weir_;
};

const char* const usage_text =
    R"({"prompt_tokens":12,"completion_tokens":34,"prompt_tokens_details":{"cached_tokens":8}})";

TEST(WireBooks, TokensAreThoseThatTheProviderReports) {
    const Story story(keys_required, {chat_reply(usage_text)}, {plain_chat(), plain_chat()});
    EXPECT_EQ(story.books, (Books{{"test|gpt-4o", {2, 2, 0, 24, 16, 68}}}));
    story.expect_agreement();
}

TEST(WireBooks, AWeightChangesTheChargeAndNotTheBooks) {
    const Story story(config_with("", R"("cached_input_weight": 0.5)"), {chat_reply(usage_text)},
                      {plain_chat()});
    EXPECT_EQ(story.books, (Books{{"test|gpt-4o", {1, 1, 0, 12, 8, 34}}}));
    EXPECT_EQ(story.input_of_metrics, 8);
}

TEST(WireBooks, WhatNobodyReportsIsCountedAsCharged) {
    const Story story(keys_required, {chat_reply("")}, {plain_chat()});
    const Amounts& amounts = story.books.at("test|gpt-4o");
    EXPECT_GT(amounts.input_tokens, 0);
    EXPECT_EQ(amounts.output_tokens, 500) << "all that was reserved";
    story.expect_agreement();
}

TEST(WireBooks, RefusalsOfEveryKindAreCounted) {
    const Story refused(config_with(R"("rpm": 1)"), {chat_reply(usage_text)}, {plain_chat(), plain_chat()});
    EXPECT_THAT(refused.statuses, ::testing::ElementsAre(200, 429));
    EXPECT_EQ(refused.books, (Books{{"test|gpt-4o", {2, 1, 1, 12, 8, 34}}}));
    const Story blocked(config_with(R"("rpm": 0)"), {chat_reply(usage_text)}, {plain_chat()});
    EXPECT_EQ(blocked.books, (Books{{"test|gpt-4o", {1, 0, 1, 0, 0, 0}}}));
    const Story never(config_with(R"("itpm": 1)"), {chat_reply(usage_text)}, {plain_chat()});
    EXPECT_THAT(never.statuses, ::testing::ElementsAre(413));
    EXPECT_EQ(never.books, (Books{{"test|gpt-4o", {1, 0, 1, 0, 0, 0}}}));
}

TEST(WireBooks, WhatNobodyDecidedOnIsNotCounted) {
    const Story story(
        keys_required, {chat_reply(usage_text)},
        {request({.body = "{", .key = "test-key"}),
         request({.body = body_of(messages_member), .key = "nobody"}), get_of("/weir/limits"), get_of("/")});
    EXPECT_THAT(story.statuses, ::testing::ElementsAre(400, 401, 200, 200));
    EXPECT_TRUE(story.books.empty());
}

TEST(WireBooks, AnErrorOfTheUpstreamIsARequestWithoutTokens) {
    const Story story(keys_required, {reply({.body = R"({"error":{"message":"no"}})", .status = 404})},
                      {plain_chat()});
    EXPECT_EQ(story.books, (Books{{"test|gpt-4o", {1, 1, 0, 0, 0, 0}}}));
    story.expect_agreement();
}

TEST(WireBooks, NamesOfModelsAreMadePrintable) {
    const Story story(keys_required, {chat_reply(usage_text)},
                      {request({.body = R"({"model":"gpt\u001b[31m",)" + messages_member + "}"})});
    EXPECT_EQ(story.books.count("test|gpt?[31m"), 1U);
}

std::string background() {
    return request({.path = "/v1/responses",
                    .body = body_of(R"("input":"hello there","max_output_tokens":400,"background":true)")});
}

Reply says(const std::string& status, const std::string& counts) {
    return reply({.body = response(status, counts)});
}

TEST(WireBooks, BackgroundTokensAreCountedOnceUnderTheirModel) {
    const std::string poll = get_of("/v1/responses/resp_1");
    const std::string counts =
        R"({"input_tokens":50,"input_tokens_details":{"cached_tokens":20},"output_tokens":60})";
    const Story story(keys_required, {says("queued", "null"), says("completed", counts)},
                      {background(), poll, poll});
    EXPECT_EQ(story.books, (Books{{"test|gpt-4o", {1, 1, 0, 50, 20, 60}}, {"test|", {2, 2, 0, 0, 0, 0}}}));
    story.expect_agreement();
}

TEST(WireBooks, ABackgroundResponseThatIsLeftAtTheEndCountsAsReserved) {
    const Story story(keys_required, {says("queued", "null")}, {background()});
    const Amounts& amounts = story.books.at("test|gpt-4o");
    EXPECT_EQ(amounts.requests, 1);
    EXPECT_EQ(amounts.output_tokens, 400);
    EXPECT_GT(amounts.input_tokens, 0);
    story.expect_agreement();
}

/// Somebody takes all the while, many ask at once, and then everything ends.
TEST(WireBooks, NothingIsLostOrDoubledOverThreads) {
    constexpr int clients = 6;
    constexpr std::int64_t requests_each = 60;
    ScriptedUpstream upstream({chat_reply(usage_text)});
    RunningWeir weir(wire_config(keys_required, upstream.port()), 3);
    std::mutex mutex;
    std::vector<usage::Row> rows;
    std::atomic<bool> ended{false};
    std::atomic<int> takes{0};
    std::thread taker([&] {
        while (!ended.load()) {
            weir.take_usage([&](std::vector<usage::Row> taken) {
                const std::lock_guard lock(mutex);
                rows.insert(rows.end(), taken.begin(), taken.end());
                ++takes;
            });
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    });
    std::vector<std::thread> all;
    for (int i = 0; i < clients; ++i) {
        all.emplace_back([&] {
            for (std::int64_t n = 0; n < requests_each; ++n) {
                RawClient client(weir.port());
                client.send(plain_chat());
                EXPECT_EQ(client.read_answer().status, 200);
            }
        });
    }
    for (std::thread& thread : all) thread.join();
    ended = true;
    taker.join();
    weir.stop();
    const std::vector<usage::Row> rest = weir.rest_of_usage();
    rows.insert(rows.end(), rest.begin(), rest.end());
    const auto sums = usage::group(rows, {.key = true, .model = true, .day = false});
    constexpr std::int64_t count = clients * requests_each;
    ASSERT_EQ(sums.size(), 1U);
    EXPECT_EQ(sums[0].amounts, (Amounts{count, count, 0, 12 * count, 8 * count, 34 * count}));
    EXPECT_GT(takes.load(), 3);
}

}  // namespace
}  // namespace weir::testing
