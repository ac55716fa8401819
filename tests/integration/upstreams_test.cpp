// Several providers behind several nodes: each is used up to its limit and never beyond it, and what fails
// one of them goes to another.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "mock_upstream/mock_upstream.hpp"
#include "provider_log.hpp"
#include "steady_load.hpp"
#include "support/raw_client.hpp"
#include "support/redis_server.hpp"
#include "support/sanitized.hpp"
#include "weir/clock.hpp"
#include "weir_nodes.hpp"

namespace weir::testing {
namespace {

using nlohmann::json;

constexpr std::int64_t window_us = 10'000'000;

json requests_in_ten_seconds(std::int64_t limit) {
    return {{"more", {{{"dimension", "requests"}, {"limit", limit}, {"window", "10s"}}}}};
}

/// Three providers and weir nodes over one Redis in front of them.
class SeveralUpstreams : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        redis_ = std::make_unique<RedisServer>();
        for (const char* name : {"one", "two", "three"}) {
            mock::MockOptions options{.name = name, .keep_records = true};
            options.quota = quotas_[name];
            providers_[name] = std::make_unique<mock::MockUpstream>(options);
            providers_[name]->start();
        }
    }

    json upstream(const std::string& name) const {
        return {{"name", name},
                {"url", providers_.at(name)->url()},
                {"api_key_file", key_file_},
                {"timeouts_ms", {{"connect", 2'000}, {"first_byte", sanitized ? 4'000 : 1'500}}}};
    }
    json configuration(json upstreams) const {
        json config;
        config["upstreams"] = std::move(upstreams);
        config["tiers"]["default"]["limits"] = {{"rpm", 1'000'000}};
        config["unknown_keys"] = "default_tier";
        config["allow_unknown_with_injected_key"] = true;
        config["store"] = {{"timeout_ms", 20'000}};
        config["log"] = {{"access", false}};
        return config;
    }
    void start(const json& config, std::size_t count) {
        const std::string store = "redis://127.0.0.1:" + std::to_string(redis_->port());
        nodes_ = std::make_unique<WeirNodes>(std::vector<std::string>(count, store), "", config);
        ASSERT_TRUE(nodes_->all_become("redis"));
    }
    std::vector<std::uint16_t> ports() const {
        std::vector<std::uint16_t> ports;
        for (std::size_t i = 0; i < nodes_->size(); ++i) ports.push_back(nodes_->port(i));
        return ports;
    }
    std::uint64_t executed(const std::string& name) const { return providers_.at(name)->stats().executed; }
    std::vector<mock::MockRecord> records(const std::string& name) const {
        return providers_.at(name)->records();
    }

    std::map<std::string, mock::QuotaLimits> quotas_;
    std::unique_ptr<RedisServer> redis_;
    std::map<std::string, std::unique_ptr<mock::MockUpstream>> providers_;
    std::unique_ptr<WeirNodes> nodes_;

private:
    struct KeyFile {
        KeyFile() : path(std::string(::testing::TempDir()) + "/weir-upstream-key") {
            std::ofstream(path) << "provider-key\n";
        }
        std::string path;
    };
    const KeyFile made_;

protected:
    const std::string& key_file_ = made_.path;
};

TEST_F(SeveralUpstreams, EachIsUsedUpToItsLimitAndNeverBeyond) {
    const std::map<std::string, std::int64_t> limits{{"one", 100}, {"two", 200}, {"three", 300}};
    json upstreams = json::array();
    for (const auto& [name, limit] : limits) {
        upstreams.push_back(upstream(name));
        upstreams.back()["limits"] = requests_in_ten_seconds(limit);
    }
    start(configuration(upstreams), 2);
    const std::int64_t seconds = in_a_hurry() ? 25 : 60;
    SteadyLoad load({.ports = ports(), .per_second = 120, .headers = "x-weir-trace: 1\r\n"});
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    std::map<int, std::size_t> by_status;
    for (const Seen& seen : load.stop()) {
        ++by_status[seen.status];
        if (seen.status != 429) continue;
        EXPECT_GE(seen.retry_after_ms, 1);
        EXPECT_LE(seen.retry_after_ms, window_us / 1000 + 84);
    }
    for (const auto& [name, limit] : limits) {
        std::vector<Dated> decided;
        for (const mock::MockRecord& record : records(name))
            decided.push_back({std::stoll(record.decided_at_us), 1});
        EXPECT_LE(most_in_a_window(decided, window_us), limit) << name;
        const std::int64_t began_us =
            std::min_element(decided.begin(), decided.end(), [](const Dated& a, const Dated& b) {
                return a.at_us < b.at_us;
            })->at_us;
        const std::int64_t windows = seconds * 1'000'000 / window_us;
        const auto within = std::count_if(decided.begin(), decided.end(), [&](const Dated& each) {
            return each.at_us < began_us + windows * window_us;
        });
        const double percent = 100.0 * static_cast<double>(within) / static_cast<double>(limit * windows);
        EXPECT_GE(percent, 97) << name;
        std::cout << name << ": " << percent << " % of its limit, most in a window "
                  << most_in_a_window(decided, window_us) << " of " << limit << "\n";
    }
    EXPECT_EQ(by_status.size(), 2U) << "others than 200 and 429: the first is " << by_status.begin()->first;
    std::cout << by_status[200] << " served, " << by_status[429] << " refused\n";
}

struct Failure {
    std::string mode;
    bool is_certain;  ///< the provider has certainly not served what it failed
};
std::ostream& operator<<(std::ostream& out, const Failure& failure) {
    return out << failure.mode;
}

class OneOfThreeFails : public SeveralUpstreams, public ::testing::WithParamInterface<Failure> {
protected:
    void start_with(bool after_send) {
        json config = configuration({upstream("one"), upstream("two"), upstream("three")});
        config["retry"] = {{"attempts", 3}, {"after_send", after_send}};
        start(config, 2);
    }
    /// 300 requests a second, while provider one fails for two seconds; until it is asked again.
    std::vector<Seen> run() {
        SteadyLoad load({.ports = ports(), .per_second = 300, .clients = 96});
        EXPECT_TRUE(eventually([&] { return executed("one") > 50; }));
        providers_.at("one")->follow(GetParam().mode);
        std::this_thread::sleep_for(std::chrono::seconds(2));
        providers_.at("one")->follow("ok");
        const std::uint64_t before = executed("one");
        // The third time of ejection may have begun: 4 s, and a fifth more.
        EXPECT_TRUE(eventually([&] { return executed("one") > before + 100; }, 15'000))
            << "provider one is not asked again";
        return load.stop();
    }
    /// Requests that more than one provider has executed.
    std::size_t executed_twice() const {
        std::map<std::string, int> times;
        for (const auto& [name, provider] : providers_) {
            for (const mock::MockRecord& record : provider->records())
                times[record.mock_id] += record.executed;
        }
        return static_cast<std::size_t>(
            std::count_if(times.begin(), times.end(), [](const auto& each) { return each.second > 1; }));
    }
    std::set<std::string> received_by_one() const {
        std::set<std::string> ids;
        for (const mock::MockRecord& record : records("one")) ids.insert(record.mock_id);
        return ids;
    }
};

TEST_P(OneOfThreeFails, NothingIsSentTwiceThatMayHaveBeenDone) {
    start_with(false);
    std::size_t errors = 0;
    const std::vector<Seen> all = run();
    providers_.at("one")->stop();
    const std::set<std::string> received = received_by_one();
    for (const Seen& seen : all) {
        if (seen.status == 200) continue;
        ++errors;
        // A healthy upstream could not have helped: this one had got the request.
        EXPECT_TRUE(!GetParam().is_certain && received.contains(seen.id)) << seen.status << " " << seen.body;
    }
    EXPECT_EQ(executed_twice(), 0U);
    std::cout << GetParam().mode << ": " << all.size() << " requests, " << errors << " errors\n";
}

TEST_P(OneOfThreeFails, NobodyNoticesWhereTheOperatorAllowsIt) {
    start_with(true);
    const std::vector<Seen> all = run();
    for (const Seen& seen : all) EXPECT_EQ(seen.status, 200) << seen.body;
    std::cout << GetParam().mode << ": " << all.size() << " requests, " << executed_twice()
              << " done twice\n";
}

INSTANTIATE_TEST_SUITE_P(Modes, OneOfThreeFails,
                         ::testing::Values(Failure{"refuse", false}, Failure{"hang", false},
                                           Failure{"500", true}, Failure{"429", true}, Failure{"503=1", true},
                                           Failure{"reset", false}, Failure{"midhead", false}),
                         [](const auto& instance) {
                             std::string name = instance.param.mode.substr(0, instance.param.mode.find('='));
                             return name;
                         });

class OthersUseIt : public SeveralUpstreams {
protected:
    static constexpr std::int64_t limit = 1'000;
    OthersUseIt() {
        quotas_["one"] = {.requests = static_cast<std::uint64_t>(limit), .window_us = window_us};
    }
};

TEST_F(OthersUseIt, WhatTheyUseIsLearned) {
    json alone = upstream("one");
    alone["limits"] = requests_in_ten_seconds(limit);
    start(configuration(json::array({alone})), 2);
    SteadyLoad others(
        {.ports = {providers_.at("one")->port()}, .per_second = 0.4 * limit / 10, .clients = 4});
    // They have their part before weir has its own.
    ASSERT_TRUE(eventually([&] { return executed("one") >= std::uint64_t{2} * limit / 5; }, 20'000));
    SteadyLoad ours({.ports = ports(), .per_second = 2.0 * limit / 10});
    const std::int64_t began_us = SystemClock().now_us();
    std::this_thread::sleep_for(std::chrono::seconds(in_a_hurry() ? 35 : 60));
    std::size_t served = 0, refused_there = 0;
    for (const Seen& seen : ours.stop()) {
        if (seen.sent_us < began_us + window_us) continue;
        served += seen.status == 200;
        refused_there += seen.status == 429 && seen.refused_by.empty();
        EXPECT_TRUE(seen.status == 200 || seen.status == 429) << seen.body;
    }
    std::size_t served_others = 0;
    for (const Seen& seen : others.stop()) served_others += seen.status == 200 && seen.sent_us >= began_us;
    const double percent =
        100.0 * static_cast<double>(refused_there) / static_cast<double>(served + refused_there);
    std::cout << served << " served, " << served_others << " of others, " << refused_there
              << " refused by the provider: " << percent << " %\n";
    EXPECT_GT(served, 500U);
    EXPECT_LE(percent, 0.5);
}

TEST_F(SeveralUpstreams, AllNodesLeaveAloneWhatAskedOneOfThemForAPause) {
    json first = upstream("one");
    json second = upstream("two");
    second["priority"] = 1;
    start(configuration({first, second}), 2);
    providers_.at("one")->follow("429=20");
    RawClient client(nodes_->port(0));
    client.send(post("/v1/chat/completions", chat_body()));
    EXPECT_EQ(client.read_answer().status, 200);
    EXPECT_EQ(executed("two"), 1U);
    const std::string asleep = "weir_upstream_asleep{upstream=\"one\"}";
    ASSERT_TRUE(eventually([&] { return nodes_->metric(1, asleep) == 1; }, 3'000));
    const std::uint64_t seen = providers_.at("one")->requests_seen();
    RawClient other(nodes_->port(1));
    for (int i = 0; i < 20; ++i) {
        other.send(post("/v1/chat/completions", chat_body()));
        EXPECT_EQ(other.read_answer().status, 200);
    }
    EXPECT_EQ(providers_.at("one")->requests_seen(), seen);
}

TEST_F(SeveralUpstreams, WhereAllSleepTheClientIsToldHowLong) {
    start(configuration({upstream("one"), upstream("two")}), 1);
    providers_.at("one")->follow("429=7");
    providers_.at("two")->follow("503=4");
    RawClient client(nodes_->port(0));
    client.send(post("/v1/chat/completions", chat_body()));
    const RawAnswer last = client.read_answer();
    EXPECT_TRUE(last.status == 429 || last.status == 503) << "the last provider's own answer";
    const std::uint64_t seen = providers_.at("one")->requests_seen() + providers_.at("two")->requests_seen();
    EXPECT_EQ(seen, 2U);
    client.send(post("/v1/chat/completions", chat_body()));
    const RawAnswer refused = client.read_answer();
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.headers.at("x-weir-limit"), "upstream/asleep");
    const int wait_ms = std::stoi(refused.headers.at("retry-after-ms"));
    EXPECT_LE(wait_ms, 4'000);
    EXPECT_GT(wait_ms, 1'000);
    EXPECT_EQ(providers_.at("one")->requests_seen() + providers_.at("two")->requests_seen(), 2U);
}

}  // namespace
}  // namespace weir::testing
