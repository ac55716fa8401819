// Never over, with four processes over a Redis Cluster, while its slots move under load: from one master to
// another and back, and to a master that is new.
#include <gtest/gtest.h>

#include <iostream>

#include "cluster_nodes.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t patient_ms = 10'000;

class ClusterReshardTest : public ClusterNodesTest {
protected:
    std::vector<std::size_t> keys_below(std::uint16_t slot) const {
        std::vector<std::size_t> keys;
        for (const std::size_t key : keys_of(0)) {
            if (slot_of_key(key) < slot) keys.push_back(key);
        }
        return keys;
    }
};

TEST_F(ClusterReshardTest, SlotsMoveUnderLoad) {
    constexpr std::size_t slots = 4'000;
    start({}, patient_ms);
    const std::vector<std::size_t> moving = keys_below(slots);
    ASSERT_FALSE(moving.empty());
    begin_load();
    pass_windows(1);
    const std::int64_t since_us = clock_.now_us();
    cluster_->reshard(0, 1, slots);
    cluster_->wait_until_ok();
    for (const std::size_t key : moving) EXPECT_EQ(cluster_->master_of(slot_of_key(key)), 1U);
    cluster_->reshard(1, 0, slots);
    const std::int64_t until_us = clock_.now_us();
    pass_windows(1.2);
    EXPECT_TRUE(are_served_again(all_keys()));
    end_load();
    std::cout << "slots were moved for " << (until_us - since_us) / 1000 << " ms, "
              << sum_of("weir_store_redirects_total") << " redirects\n";
    print_waits("meanwhile", since_us, until_us);
    EXPECT_GT(sum_of("weir_store_redirects_total"), 0);
    EXPECT_TRUE(nodes_->all_become("redis"));
    expect_always_redis();
    for (std::size_t i = 0; i < node_count; ++i) (void)nodes_->stop(i);
    upstream_.stop();
    expect_only_served_and_refused();
    expect_never_over(all_keys());
}

TEST_F(ClusterReshardTest, AMasterIsAddedUnderLoad) {
    constexpr std::uint16_t slots = 2'000;
    cluster_.emplace(RedisClusterOptions{.masters = 3, .replicas_each = 0});
    // The third server begins without slots, so that no node has ever heard of it.
    for (std::size_t i = 0; i < 3; ++i)
        ASSERT_EQ(cluster_->command(i, {"CLUSTER", "DELSLOTSRANGE", "10922", "16383"}), "OK");
    ASSERT_EQ(cluster_->command(1, {"CLUSTER", "ADDSLOTSRANGE", "10922", "16383"}), "OK");
    cluster_->wait_until_ok();
    start_nodes(patient_ms);
    ASSERT_EQ(nodes_->metric(0, "weir_store_masters"), 2);
    const std::vector<std::size_t> moving = keys_below(slots);
    ASSERT_FALSE(moving.empty());
    begin_load();
    pass_windows(1);
    cluster_->reshard(0, 2, slots);
    for (const std::size_t key : moving) EXPECT_EQ(cluster_->master_of(slot_of_key(key)), 2U);
    pass_windows(1.2);
    EXPECT_TRUE(are_served_again(all_keys()));
    end_load();
    EXPECT_TRUE(nodes_->all_become("redis"));
    EXPECT_EQ(sum_of("weir_store_masters"), 3 * static_cast<std::int64_t>(node_count));
    expect_always_redis();
    for (std::size_t i = 0; i < node_count; ++i) (void)nodes_->stop(i);
    upstream_.stop();
    expect_only_served_and_refused();
    expect_never_over(all_keys());
}

}  // namespace
}  // namespace weir::testing
