// Never over, by two clocks: many connections hammer one key on many threads, and both weir's decision times
// and the provider's own log are held against the limit.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <thread>
#include <vector>

#include "mock_upstream/mock_upstream.hpp"
#include "support/raw_client.hpp"
#include "support/running_weir.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t window_us = 1'000'000;
constexpr int connections = 64;
constexpr unsigned io_threads = 8;

/// The least time in which more than `limit` units arrived: units are dated, `cost` each.
std::int64_t tightest_overrun_us(std::vector<std::int64_t> dates, std::size_t limit) {
    std::sort(dates.begin(), dates.end());
    std::int64_t tightest = INT64_MAX;
    for (std::size_t i = 0; i + limit < dates.size(); ++i)
        tightest = std::min(tightest, dates[i + limit] - dates[i]);
    return tightest;
}

/// Sends the same request over many connections until `until_us`.
void hammer(const RunningWeir& weir, const std::string& request, std::int64_t until_us) {
    std::vector<std::thread> threads;
    for (int i = 0; i < connections; ++i) {
        threads.emplace_back([&] {
            RawClient client(weir.port());
            while (weir.clock().now_us() < until_us) {
                ASSERT_TRUE(client.send(request));
                const RawAnswer answer = client.read_answer();
                ASSERT_TRUE(answer.status == 200 || answer.status == 429) << answer.status;
                if (answer.status == 429) {
                    ASSERT_TRUE(answer.headers.contains("retry-after"));
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}

struct Truth {
    std::vector<std::int64_t> decided_us, received_us;
    std::int64_t longest_way_us = 0;  ///< D: from the decision to the provider
};

Truth truth_of(const mock::MockUpstream& upstream) {
    Truth truth;
    for (const mock::MockRecord& record : upstream.records()) {
        truth.decided_us.push_back(std::stoll(record.decided_at_us));
        truth.received_us.push_back(record.received_us);
        truth.longest_way_us =
            std::max(truth.longest_way_us, truth.received_us.back() - truth.decided_us.back());
    }
    return truth;
}

void run_truth(Dimension dimension, std::int64_t limit, std::int64_t cost, int windows) {
    mock::MockUpstream upstream({.keep_records = true});
    upstream.start();
    config::Config config = config_for(upstream.port(), {{dimension, limit, window_us}});
    config.tiers["default"].estimate_bound = true;
    RunningWeir weir(std::move(config), io_threads);
    const std::string fields = ",\"max_tokens\":" + std::to_string(cost);
    const std::string request = post("/v1/chat/completions", chat_body(fields), "x-weir-trace: 1\r\n");
    const std::int64_t started_us = weir.clock().now_us();
    hammer(weir, request, started_us + windows * window_us);
    weir.stop();

    const Truth truth = truth_of(upstream);
    const auto requests_per_window =
        static_cast<std::size_t>(limit / (dimension == Dimension::requests ? 1 : cost));
    EXPECT_GE(tightest_overrun_us(truth.decided_us, requests_per_window), window_us);
    EXPECT_GE(tightest_overrun_us(truth.received_us, requests_per_window), window_us - truth.longest_way_us);
    const double used =
        static_cast<double>(truth.decided_us.size()) / (static_cast<double>(requests_per_window) * windows);
    EXPECT_GE(used, 0.97);
    std::cout << "admitted " << truth.decided_us.size() << ", " << used * 100 << " % of the limit, refused "
              << weir.counted(observe::Outcome::refused) << ", D = " << truth.longest_way_us << " us\n";
    EXPECT_EQ(Reservation::dropped(), 0U);
}

TEST(Truth, OneThousandRequestsAWindowAreNeverOneTooMany) {
    run_truth(Dimension::requests, 1000, 1, 30);
}

TEST(Truth, OutputTokensAreNeverTooMany) {
    run_truth(Dimension::output_tokens, 4000, 8, 5);
}

}  // namespace
}  // namespace weir::testing
