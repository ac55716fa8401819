// Requests that wait for room in place of being refused, as clients meet it; with the embedded store and with
// Redis.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <thread>

#include "config/sha256.hpp"
#include "mock_upstream/mock_upstream.hpp"
#include "support/lasting_store.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t max_wait_ms = 4'000;

std::int64_t now_ms() {
    return SystemClock().steady_us() / 1'000;
}

class Waiting : public OverStore {
protected:
    void SetUp() override {
        OverStore::SetUp();
        upstream_.start();
        config_ = config_for(upstream_.port());
        tier().max_wait_ms = max_wait_ms;
    }

    config::Tier& tier() { return config_.tiers.at("default"); }
    void start(config::LimitSet limits, unsigned threads = 2) {
        tier().limits = std::move(limits);
        weir_.emplace(config_, threads, store_->limiters());
        ASSERT_TRUE(eventually([&] { return all_threads_decide(); }));
    }
    /// Each has a connection of its own to the store; clients reach them by chance.
    bool all_threads_decide() const {
        for (int i = 0; i < 20; ++i) {
            RawClient client(weir_->port());
            client.send(get("/weir/limits", "authorization: Bearer test-key\r\n"));
            if (client.read_answer().status != 200) return false;
        }
        return true;
    }
    void start_with_requests(std::int64_t limit, std::int64_t window_us = second_us) {
        start({{Dimension::requests, limit, window_us}});
    }

    static std::string request(std::string_view fields = {}, std::string_view key = "test-key") {
        return post("/v1/chat/completions", chat_body(",\"max_tokens\":4"),
                    "x-weir-trace: 1\r\n" + std::string(fields), key);
    }
    RawAnswer ask(std::string_view fields = {}) {
        RawClient client(weir_->port());
        client.send(request(fields));
        return client.read_answer();
    }
    void use_up(int requests) {
        for (int i = 0; i < requests; ++i) ASSERT_EQ(ask().status, 200);
    }
    /// One that is not answered yet. Returns when it waits.
    RawClient& begin_waiting(std::string_view fields = {}) {
        const std::size_t before = weir_->waiting();
        RawClient& client = clients_.emplace_back(weir_->port());
        client.send(request(fields));
        EXPECT_TRUE(eventually([&] { return weir_->waiting() == before + 1; }));
        return client;
    }
    /// Written down a moment after the client has its answer.
    std::vector<mock::MockRecord> records(std::size_t count) const {
        EXPECT_TRUE(eventually([&] { return upstream_.records().size() >= count; }));
        return upstream_.records();
    }
    static std::int64_t waited_ms(const RawAnswer& answer) {
        const auto field = answer.headers.find("x-weir-waited-ms");
        return field == answer.headers.end() ? -1 : std::stoll(field->second);
    }

    mock::MockUpstream upstream_{{.threads = 2, .keep_records = true}};
    config::Config config_;
    std::optional<RunningWeir> weir_;
    std::deque<RawClient> clients_;
};

TEST_P(Waiting, IsServedWhenThereIsRoom) {
    start_with_requests(2);
    use_up(1);
    EXPECT_EQ(waited_ms(ask()), -1) << "nothing to wait for";
    const RawAnswer answer = ask();
    EXPECT_EQ(answer.status, 200);
    EXPECT_GT(waited_ms(answer), 0);
    EXPECT_LE(waited_ms(answer), 1'500);
    const std::vector<mock::MockRecord> passed = records(3);
    ASSERT_EQ(passed.size(), 3U);
    const std::int64_t apart_us =
        std::stoll(passed.back().decided_at_us) - std::stoll(passed.front().decided_at_us);
    EXPECT_GE(apart_us, second_us);
    for (const auto& [name, value] : passed.back().headers) EXPECT_NE(name, "x-weir-max-wait-ms");
}

TEST_P(Waiting, FirstComeFirstServed) {
    tier().max_wait_ms = 8'000;
    start_with_requests(4, 2 * second_us);
    use_up(4);
    constexpr int count = 7;
    for (int i = 0; i < count; ++i) begin_waiting("x-mock-id: w" + std::to_string(i) + "\r\n");
    for (RawClient& client : clients_) {
        const RawAnswer answer = client.read_answer();
        EXPECT_EQ(answer.status, 200);
        EXPECT_GT(waited_ms(answer), 0);
    }
    std::vector<std::int64_t> decided(count);
    for (const mock::MockRecord& record : records(4 + count)) {
        if (record.mock_id.starts_with('w'))
            decided[static_cast<std::size_t>(std::stoi(record.mock_id.substr(1)))] =
                std::stoll(record.decided_at_us);
    }
    EXPECT_TRUE(std::is_sorted(decided.begin(), decided.end()));
    EXPECT_GE(decided.back() - decided.front(), 2 * second_us) << "more than the limit in one window";
}

TEST_P(Waiting, ALaterOneIsNotAskedForBeforeThoseThatWait) {
    start({{Dimension::output_tokens, 100, second_us}});
    const auto chat = [](int tokens) {
        return post("/v1/chat/completions", chat_body(",\"max_tokens\":" + std::to_string(tokens)),
                    "x-mock-tokens: " + std::to_string(tokens) + "\r\n");
    };
    const auto send = [&](int tokens) -> RawClient& {
        RawClient& client = clients_.emplace_back(weir_->port());
        client.send(chat(tokens));
        return client;
    };
    EXPECT_EQ(send(60).read_answer().status, 200);
    RawClient& large = send(80);
    ASSERT_TRUE(eventually([&] { return weir_->waiting() == 1; }));
    RawClient& small = send(10);
    const RawAnswer answer = small.read_answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_GT(waited_ms(answer), 0) << "there was room for it alone";
    EXPECT_EQ(large.read_answer().status, 200);
}

TEST_P(Waiting, WhoLeavesIsNotServed) {
    start_with_requests(1);
    use_up(1);
    begin_waiting();
    RawClient& last = begin_waiting();
    clients_.front().close();
    EXPECT_TRUE(eventually([&] { return weir_->waiting() == 1; }));
    EXPECT_EQ(last.read_answer().status, 200);
    EXPECT_EQ(records(2).size(), 2U);
    EXPECT_TRUE(eventually([&] { return weir_->counted(observe::Outcome::client_gone) == 1; }));
}

constexpr std::int64_t minutes_us = 300 * second_us;

/// For whom there would be room in minutes alone.
class WaitingForLong : public Waiting {
protected:
    void begin(int count) {
        tier().max_wait_ms = 600'000;
        start_with_requests(4, minutes_us);
        use_up(4);
        for (int i = 0; i < count; ++i) begin_waiting("x-mock-id: w" + std::to_string(i) + "\r\n");
    }
    void allow(std::int64_t requests) {
        tier().limits = {{Dimension::requests, requests, minutes_us}};
        weir_->use(config_);
    }
};

TEST_P(WaitingForLong, ALimitThatIsRaisedLetsThemGo) {
    begin(3);
    allow(100);
    for (RawClient& client : clients_) {
        const RawAnswer answer = client.read_answer();
        EXPECT_EQ(answer.status, 200);
        EXPECT_GE(waited_ms(answer), 0);
    }
    EXPECT_EQ(weir_->waiting(), 0U);
    EXPECT_EQ(ask().status, 200);
}

TEST_P(WaitingForLong, AsManyAsANewLimitHasRoomForAndTheOthersWaitOn) {
    begin(4);
    allow(6);
    int served = 0;
    ASSERT_TRUE(eventually([&] { return weir_->waiting() == 2; }));
    ASSERT_TRUE(eventually([&] { return upstream_.requests_seen() == 6; }));
    allow(8);
    for (RawClient& client : clients_) served += client.read_answer().status == 200 ? 1 : 0;
    EXPECT_EQ(served, 4);
    EXPECT_EQ(upstream_.requests_seen(), 8U);
}

TEST_P(WaitingForLong, AKeyThatIsNobodysMeanwhileIsRefused) {
    begin(2);
    config_.unknown_keys = config::UnknownKeys::reject;
    weir_->use(config_);
    for (RawClient& client : clients_) EXPECT_EQ(client.read_answer().status, 401);
    EXPECT_EQ(upstream_.requests_seen(), 4U);
    EXPECT_EQ(weir_->reservations_in_flight(), 0U);
}

TEST_P(WaitingForLong, AsManyAsHadRoomBeforeAreRefusedAtOnceWhereNobodyMayWaitAnyMore) {
    begin(2);
    tier().max_wait_ms = 0;
    weir_->use(config_);
    for (RawClient& client : clients_) EXPECT_EQ(client.read_answer().status, 429);
}

TEST_P(WaitingForLong, AChangeThatIsNoneForThemLeavesThemInTheirOrder) {
    tier().max_wait_ms = 8'000;
    start({{Dimension::requests, 1, 2 * second_us}}, 1);
    use_up(1);
    for (int i = 0; i < 3; ++i) begin_waiting("x-mock-id: w" + std::to_string(i) + "\r\n");
    weir_->use(config_);
    for (RawClient& client : clients_) {
        const RawAnswer answer = client.read_answer();
        EXPECT_EQ(answer.status, 200);
        EXPECT_GE(waited_ms(answer), 1'000) << "the time before the change counts";
    }
    const std::vector<mock::MockRecord> passed = records(4);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(passed[i + 1].mock_id, "w" + std::to_string(i));
}

TEST_P(Waiting, DrainingEndsItAtOnce) {
    start_with_requests(3, 3 * second_us);
    use_up(3);
    for (int i = 0; i < 3; ++i) begin_waiting();
    const std::int64_t began_ms = now_ms();
    weir_->begin_drain();
    for (RawClient& client : clients_) {
        const RawAnswer answer = client.read_answer();
        EXPECT_EQ(answer.status, 503);
        EXPECT_GE(waited_ms(answer), 0);
    }
    EXPECT_LT(now_ms() - began_ms, 1'500);
    weir_->stop();
    EXPECT_EQ(weir_->waiting(), 0U);
}

TEST_P(Waiting, AboveABoundItIsRefusedAtOnce) {
    config_.limits_of_weir.max_waiting_per_key = 2;
    start_with_requests(2);
    use_up(2);
    begin_waiting();
    begin_waiting();
    const RawAnswer refused = ask();
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(waited_ms(refused), -1);
    EXPECT_TRUE(refused.headers.contains("retry-after"));
    EXPECT_EQ(weir_->limit_hits(observe::LimitHit::waiting), 1U);
    for (RawClient& client : clients_) EXPECT_EQ(client.read_answer().status, 200);
}

TEST_P(Waiting, TheClientMayWaitLessButNotLonger) {
    tier().max_wait_ms = 1'500;
    start_with_requests(1);
    use_up(1);
    EXPECT_EQ(ask("x-weir-max-wait-ms: 0\r\n").status, 429);
    EXPECT_EQ(ask("x-weir-max-wait-ms: 20\r\n").status, 429);
    EXPECT_EQ(ask("x-weir-max-wait-ms: soon\r\n").status, 200) << "not a number: not said";
    EXPECT_EQ(ask("x-weir-max-wait-ms: 99999999\r\n").status, 200);
}

TEST_P(Waiting, WhoseTurnComesTooLateIsToldWhenItWouldCome) {
    tier().max_wait_ms = 2'500;
    start_with_requests(1);
    use_up(1);
    begin_waiting();
    begin_waiting();
    const RawAnswer refused = ask();
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(waited_ms(refused), -1);
    EXPECT_EQ(refused.headers.at("x-weir-limit"), "key/requests/1s");
    const int retry_after_ms = std::stoi(refused.headers.at("retry-after-ms"));
    EXPECT_GT(retry_after_ms, 2'000);
    EXPECT_LT(retry_after_ms, 3'400);
    for (RawClient& client : clients_) EXPECT_EQ(client.read_answer().status, 200);
}

TEST_P(Waiting, NobodyWaitsLongerThanItMay) {
    tier().max_wait_ms = 1'500;
    start({{Dimension::in_flight, 1, in_flight_lease_us}});
    RawClient busy(weir_->port());
    busy.send(request("x-mock-latency-ms: 4000\r\n"));
    ASSERT_TRUE(eventually([&] { return upstream_.requests_seen() == 1; }));
    const std::int64_t began_ms = now_ms();
    const RawAnswer refused = ask();
    EXPECT_EQ(refused.status, 429);
    EXPECT_GE(waited_ms(refused), 1'400);
    EXPECT_GE(now_ms() - began_ms, 1'400);
    EXPECT_LT(now_ms() - began_ms, 3'500);
    EXPECT_EQ(refused.headers.at("x-weir-limit"), "key/in_flight");
    EXPECT_EQ(busy.read_answer().status, 200);
}

TEST_P(Waiting, ASettlementMakesRoomAtOnce) {
    start({{Dimension::in_flight, 1, in_flight_lease_us}});
    RawClient busy(weir_->port());
    busy.send(request("x-mock-latency-ms: 200\r\n"));
    ASSERT_TRUE(eventually([&] { return upstream_.requests_seen() == 1; }));
    RawClient& waiting = begin_waiting();
    EXPECT_EQ(busy.read_answer().status, 200);
    const RawAnswer answer = waiting.read_answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_LT(waited_ms(answer), 900) << "not when it was told to come back";
}

TEST_P(Waiting, WhatNeverFitsOrIsOnlyShadowedDoesNotWait) {
    start({{Dimension::requests, 0, second_us}});
    RawAnswer answer = ask();
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(waited_ms(answer), -1);
    weir_.reset();
    start({{Dimension::requests, 1, second_us, false}});
    use_up(3);
    EXPECT_EQ(waited_ms(ask()), -1);
}

TEST_P(Waiting, WaitsForTheFirstOfSeveralUpstreams) {
    config::Upstream other = config_.upstreams.front();
    other.name = "other";
    config_.upstreams.push_back(other);
    for (config::Upstream& upstream : config_.upstreams)
        upstream.limits = {{Dimension::requests, 1, second_us}};
    start({});
    use_up(2);
    for (int i = 0; i < 2; ++i) {
        const RawAnswer answer = ask();
        EXPECT_EQ(answer.status, 200);
    }
    EXPECT_GT(waited_ms(ask()), 0);
}

TEST_P(Waiting, LimitsHoldAndManyAreServed) {
    constexpr std::int64_t limit = 40;
    constexpr int clients = 24, each = 8;
    config_.upstreams.front().limits = {{Dimension::requests, 3 * limit / 2, second_us}};
    for (const char* id : {"one", "two"}) {
        config::Key key;
        key.id = id;
        key.secret_sha256 = config::sha256("secret-of-" + key.id);
        config_.keys.push_back(key);
    }
    tier().max_wait_ms = 8'000;
    start({{Dimension::requests, limit, second_us}}, 3);
    std::atomic<int> served = 0, waited = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < clients; ++i) {
        threads.emplace_back([&, i] {
            RawClient client(weir_->port());
            for (int n = 0; n < each; ++n) {
                client.send(request({}, i % 2 == 0 ? "secret-of-one" : "secret-of-two"));
                const RawAnswer answer = client.read_answer();
                served += answer.status == 200;
                waited += waited_ms(answer) >= 0;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(served, clients * each);
    EXPECT_GT(waited, 0);
    std::map<std::string, std::vector<std::int64_t>> decided;
    for (const mock::MockRecord& record : records(clients * each)) {
        decided[record.key].push_back(std::stoll(record.decided_at_us));
        decided["all"].push_back(std::stoll(record.decided_at_us));
    }
    for (auto& [key, times] : decided) {
        std::sort(times.begin(), times.end());
        const auto most = static_cast<std::size_t>(key == "all" ? 3 * limit / 2 : limit);
        for (std::size_t i = 0; i + most < times.size(); ++i)
            ASSERT_GE(times[i + most] - times[i], second_us) << key << " " << i;
    }
    EXPECT_EQ(Reservation::dropped(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Stores, Waiting, ::testing::Values("memory", "redis"));
INSTANTIATE_TEST_SUITE_P(Stores, WaitingForLong, ::testing::Values("memory", "redis"));

}  // namespace
}  // namespace weir::testing
