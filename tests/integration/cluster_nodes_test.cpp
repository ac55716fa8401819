// Never over, with four processes over a Redis Cluster of three masters and three replicas, whether ledgers
// lie in one slot or in several.
#include <gtest/gtest.h>

#include "cluster_nodes.hpp"
#include "support/raw_client.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t patient_ms = 10'000;

class ClusterTruthTest : public ClusterNodesTest {
protected:
    /// All that the nodes have told each other through the cluster.
    nlohmann::json total_usage() const {
        RawClient client(nodes_->admin_port(0));
        client.send("GET /admin/usage?by=key,model HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        return nlohmann::json::parse(client.read_answer().body)["total"];
    }
};

TEST_F(ClusterTruthTest, FourNodesAreNeverOver) {
    start({}, patient_ms);
    begin_load();
    pass_windows(in_a_hurry() ? 2.5 : 4);
    end_load();
    expect_always_redis();
    for (std::size_t master = 0; master < 3; ++master) EXPECT_FALSE(keys_of(master).empty()) << master;
    nlohmann::json total;
    EXPECT_TRUE(eventually([&] {
        total = total_usage();
        return total["requests"] == served_ + refused_;
    })) << total;
    EXPECT_EQ(total["admitted"], served_.load());
    for (std::size_t i = 0; i < node_count; ++i) (void)nodes_->stop(i);
    upstream_.stop();
    expect_only_served_and_refused();
    expect_never_over(all_keys());
}

/// The key's ledgers lie in one slot, the upstream's in another: one after the other is asked.
TEST_F(ClusterTruthTest, TheUpstreamsLimitHoldsForTheKeysOfAllSlots) {
    constexpr std::int64_t upstream_limit = 300;
    cluster_.emplace(RedisClusterOptions{});
    start_nodes(
        patient_ms,
        {{"limits", {{"more", {{{"dimension", "requests"}, {"limit", upstream_limit}, {"window", "4s"}}}}}}});
    begin_load();
    pass_windows(2.2);
    end_load();
    expect_always_redis();
    for (std::size_t i = 0; i < node_count; ++i) (void)nodes_->stop(i);
    upstream_.stop();
    expect_only_served_and_refused();
    std::vector<Dated> decided;
    for (const auto& [key, truth] : truths_of(upstream_.records())) {
        decided.insert(decided.end(), truth.decided.begin(), truth.decided.end());
        EXPECT_LE(most_in_a_window(truth.decided, window_us - truth.longest_way_us), requests_limit) << key;
    }
    const std::int64_t most = most_in_a_window(decided, window_us);
    EXPECT_LE(most, upstream_limit);
    EXPECT_GE(most, upstream_limit * 9 / 10) << "or else nobody has tried";
}

}  // namespace
}  // namespace weir::testing
