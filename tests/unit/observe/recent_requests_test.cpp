// The last refusals and errors, whatever comes at once.
#include "observe/recent_requests.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

namespace weir::observe {
namespace {

constexpr std::int64_t start_us = 1'800'000'000'000'000;

RequestRecord row(Outcome outcome, std::int64_t at_us, std::string id = "req_1") {
    RequestRecord record;
    record.request_id = std::move(id);
    record.outcome = outcome;
    record.received_at_us = at_us - 100;
    record.duration_us = 100;
    return record;
}

TEST(RecentRequests, KeepsRefusalsAndErrorsNewestFirst) {
    RecentRequests recent;
    recent.note(row(Outcome::refused, start_us, "a"));
    recent.note(row(Outcome::served, start_us + 1, "b"));
    recent.note(row(Outcome::upstream_failed, start_us + 2, "c"));
    recent.note(row(Outcome::client_gone, start_us + 3, "d"));
    recent.note(row(Outcome::never_fits, start_us + 4, "e"));
    const auto rows = recent.newest();
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(nlohmann::json::parse(rows[0].json)["request_id"], "e");
    EXPECT_EQ(nlohmann::json::parse(rows[1].json)["request_id"], "c");
    EXPECT_EQ(nlohmann::json::parse(rows[2].json)["request_id"], "a");
    EXPECT_EQ(rows[0].at_us, start_us + 4);
    EXPECT_EQ(recent.newest(1).size(), 1U);
}

TEST(RecentRequests, AnErrorOfTheUpstreamThatWasPassedOnIsOne) {
    RecentRequests recent;
    RequestRecord record = row(Outcome::served, start_us, "a");
    record.status = 404;
    recent.note(record);
    EXPECT_TRUE(recent.newest().empty());
    record.status = 502;
    recent.note(record);
    EXPECT_EQ(recent.newest().size(), 1U);
}

TEST(RecentRequests, ManyAtOnceFitAndAFloodIsThinnedOut) {
    RecentRequests recent;
    for (int i = 0; i < 50; ++i) recent.note(row(Outcome::refused, start_us, std::to_string(i)));
    EXPECT_EQ(recent.newest().size(), 50U);
    EXPECT_EQ(nlohmann::json::parse(recent.newest().back().json)["request_id"], "0");
    // 100,000 a second, for two seconds: 100 of them are taken, and the last is a late one.
    for (int i = 0; i < 200'000; ++i)
        recent.note(row(Outcome::refused, start_us + 10 * i, std::to_string(i)));
    const auto rows = recent.newest();
    EXPECT_GT(rows.front().at_us, start_us + 1'970'000);
    EXPECT_GT(rows.back().at_us, start_us + 900'000);
    EXPECT_LT(rows.back().at_us, start_us + 1'100'000);
}

TEST(RecentRequests, AFloodOfRefusalsLeavesErrors) {
    RecentRequests recent;
    recent.note(row(Outcome::upstream_failed, start_us, "error"));
    for (int i = 0; i < 1000; ++i) recent.note(row(Outcome::refused, start_us - 1'000'000 + i * 1000));
    const auto rows = recent.newest();
    EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [](const RecentRow& kept) {
        return nlohmann::json::parse(kept.json)["request_id"] == "error";
    }));
}

TEST(RecentRequests, AClockThatIsSetBackEndsNothing) {
    RecentRequests recent;
    for (int i = 0; i < 50; ++i) recent.note(row(Outcome::refused, start_us));
    recent.note(row(Outcome::refused, start_us - 3'600'000'000, "earlier"));
    const auto rows = recent.newest(100);
    EXPECT_EQ(nlohmann::json::parse(rows.back().json)["request_id"], "earlier");
}

TEST(RecentRequests, LongTextsAreCut) {
    RecentRequests recent;
    RequestRecord record = row(Outcome::bad_request, start_us, std::string(10'000, 'i'));
    const std::string text(100'000, '"');
    record.model = record.path = record.key_id = text;
    recent.note(record);
    EXPECT_LT(recent.newest().front().json.size(), 4'000U);
}

TEST(RecentRequests, ManyThreadsAndAReader) {
    RecentRequests recent;
    std::atomic<bool> done{false};
    std::thread reader([&] {
        while (!done) EXPECT_LE(recent.newest().size(), 50U);
    });
    std::vector<std::thread> writers;
    for (int thread = 0; thread < 4; ++thread) {
        writers.emplace_back([&] {
            for (int i = 0; i < 20'000; ++i) recent.note(row(Outcome::overloaded, start_us + i * 20'000));
        });
    }
    for (std::thread& writer : writers) writer.join();
    done = true;
    reader.join();
    // While somebody reads, rows are left out; once nobody does, they are taken again.
    for (int i = 0; i < 50; ++i)
        recent.note(row(Outcome::overloaded, 2 * start_us + i * 20'000, std::to_string(i)));
    const auto rows = recent.newest();
    ASSERT_EQ(rows.size(), 50U);
    EXPECT_EQ(nlohmann::json::parse(rows.back().json)["request_id"], "0");
}

}  // namespace
}  // namespace weir::observe
