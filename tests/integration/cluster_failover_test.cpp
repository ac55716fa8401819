// Masters of a Redis Cluster that die, hand over, or stand still, under load: their own keys are decided by
// each node's part meanwhile, and all other keys stay exact.
#include <gtest/gtest.h>

#include <iostream>
#include <set>
#include <sstream>

#include "cluster_nodes.hpp"
#include "support/raw_client.hpp"

namespace weir::testing {
namespace {

/// So long a node asks a master that stands still; a busy machine is no failure.
constexpr std::int64_t store_timeout_ms = 500;

class ClusterFailoverTest : public ClusterNodesTest {
protected:
    std::vector<std::size_t> keys_of_others(std::size_t master) const {
        std::vector<std::size_t> keys;
        for (std::size_t i = 0; i < 3; ++i) {
            if (i == master) continue;
            for (const std::size_t key : keys_of(i)) keys.push_back(key);
        }
        return keys;
    }
    bool someone_falls_back() const {
        return eventually([&] { return sum_of("weir_store_fallback_total") > 0; }, 30'000);
    }
    int readiness_of(std::size_t node) const {
        RawClient client(nodes_->admin_port(node));
        client.send("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        return client.read_answer().status;
    }
    void end() {
        end_load();
        for (std::size_t i = 0; i < node_count; ++i) access_log_ += nodes_->stop(i);
        upstream_.stop();
    }
    /// Says the access log: of how many of these keys. Those of other keys are Redis's, all of them.
    std::size_t count_decided_locally_of(const std::vector<std::size_t>& keys) const {
        std::set<std::string> expected, local;
        for (const std::size_t key : keys) expected.insert(name_of(key));
        std::istringstream rows(access_log_);
        for (std::string row; std::getline(rows, row);) {
            const nlohmann::json fields = nlohmann::json::parse(row);
            const std::string mode = fields["store_mode"], key = fields["key"];
            if (mode == "local") local.insert(key);
            EXPECT_TRUE(mode == "redis" || mode == "local") << row;
        }
        for (const std::string& key : local) EXPECT_EQ(expected.count(key), 1U) << key;
        return local.size();
    }

    std::string access_log_;
};

TEST_F(ClusterFailoverTest, AMasterDies) {
    start({}, store_timeout_ms);
    begin_load();
    pass_windows(1.2);
    const std::int64_t lost_us = clock_.now_us();
    cluster_->kill(0);
    ASSERT_TRUE(nodes_->all_become("local"));
    const std::int64_t noticed_us = clock_.now_us();
    ASSERT_TRUE(nodes_->all_become("redis"));
    const std::int64_t back_us = clock_.now_us();
    EXPECT_EQ(cluster_->master_of(0), 3U);
    pass_windows(1.2);
    EXPECT_TRUE(are_served_again(all_keys()));
    cluster_->restart(0);  // a replica now
    cluster_->wait_until_ok();
    EXPECT_TRUE(are_served_again(all_keys()));
    EXPECT_TRUE(nodes_->all_become("redis"));
    std::cout << "noticed after " << (noticed_us - lost_us) / 1000 << " ms, back after "
              << (back_us - lost_us) / 1000 << " ms\n";
    print_waits("before", lost_us - window_us, lost_us);
    print_waits("meanwhile", lost_us, back_us);
    end();
    expect_only_served_and_refused();
    EXPECT_EQ(count_decided_locally_of(keys_of(0)), keys_of(0).size());
    expect_within_bounds("a master died", keys_of(0), lost_us, noticed_us);
    expect_never_over(keys_of_others(0));
}

TEST_F(ClusterFailoverTest, AMasterHandsOver) {
    start({}, store_timeout_ms);
    begin_load();
    pass_windows(1.2);
    const std::int64_t lost_us = clock_.now_us();
    cluster_->fail_over(4);
    const bool all_noticed = eventually([&] {
        for (std::size_t i = 0; i < node_count; ++i) {
            if (nodes_->metric(i, "weir_store_data_losses_total") == 0) return false;
        }
        return true;
    });
    EXPECT_TRUE(all_noticed) << "another server answers";
    const std::int64_t noticed_us = clock_.now_us();
    ASSERT_TRUE(nodes_->all_become("redis"));
    const std::int64_t back_us = clock_.now_us();
    pass_windows(1.2);
    EXPECT_TRUE(are_served_again(all_keys()));
    std::cout << "noticed after " << (noticed_us - lost_us) / 1000 << " ms, back after "
              << (back_us - lost_us) / 1000 << " ms\n";
    print_waits("meanwhile", lost_us, back_us);
    end();
    expect_only_served_and_refused();
    EXPECT_LE(count_decided_locally_of(keys_of(1)), keys_of(1).size());
    expect_within_bounds("a master handed over", keys_of(1), lost_us, noticed_us);
    expect_never_over(keys_of_others(1));
}

TEST_F(ClusterFailoverTest, AMasterStandsStill) {
    start({.replicas_each = 0}, store_timeout_ms);
    begin_load();
    pass_windows(1.2);
    const std::int64_t lost_us = clock_.now_us();
    cluster_->pause(2);
    ASSERT_TRUE(nodes_->all_become("local"));
    const std::int64_t noticed_us = clock_.now_us();
    ASSERT_TRUE(someone_falls_back());
    for (std::size_t i = 0; i < node_count; ++i) EXPECT_EQ(readiness_of(i), 200) << i;
    EXPECT_TRUE(are_served_again(all_keys()));
    pass_windows(1.2);
    const std::int64_t until_us = clock_.now_us();
    cluster_->resume(2);
    ASSERT_TRUE(nodes_->all_become("redis"));
    const std::int64_t back_us = clock_.now_us();
    // Decisions that were under way when it came back have ended by then.
    EXPECT_TRUE(are_served_again(all_keys()));
    const std::int64_t fallbacks = sum_of("weir_store_fallback_total");
    pass_windows(1.2);
    EXPECT_TRUE(are_served_again(all_keys()));
    EXPECT_EQ(sum_of("weir_store_fallback_total"), fallbacks) << "everything is exact again";
    std::cout << "noticed after " << (noticed_us - lost_us) / 1000 << " ms, back "
              << (back_us - until_us) / 1000 << " ms after it goes on\n";
    print_waits("meanwhile", noticed_us, until_us);
    end();
    expect_only_served_and_refused();
    EXPECT_EQ(count_decided_locally_of(keys_of(2)), keys_of(2).size());
    expect_within_bounds("a master stood still", keys_of(2), lost_us, noticed_us);
    expect_never_over(keys_of_others(2));
}

}  // namespace
}  // namespace weir::testing
