// Four weir processes over a Redis Cluster under load, and what their clients and the provider saw of it.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mock_upstream/mock_upstream.hpp"
#include "provider_log.hpp"
#include "support/redis_cluster.hpp"
#include "weir/clock.hpp"
#include "weir_nodes.hpp"

namespace weir::testing {

class ClusterNodesTest : public ::testing::Test {
protected:
    static constexpr std::size_t node_count = 4;
    static constexpr std::size_t key_count = 36;
    static constexpr std::size_t clients_per_key = 2;
    static constexpr std::int64_t window_us = 4'000'000;
    /// Of each key.
    static constexpr std::int64_t requests_limit = 40, output_limit = 240;

    void SetUp() override;
    void TearDown() override;

    /// A cluster, and nodes that all know each other and ask every master.
    void start(const RedisClusterOptions& options, std::int64_t store_timeout_ms) {
        cluster_.emplace(options);
        start_nodes(store_timeout_ms);
    }
    void start_nodes(std::int64_t store_timeout_ms,
                     const nlohmann::json& upstream = nlohmann::json::object());
    /// Clients of every key, who go from node to node, until `end_load`.
    void begin_load();
    void end_load();
    void pass_windows(double count) const;

    /// The slot of a key's ledgers, once it has some.
    std::uint16_t slot_of_key(std::size_t key) const;
    /// Keys whose slots that server had before anything happened.
    std::vector<std::size_t> keys_of(std::size_t master) const { return keys_of_.at(master); }

    std::int64_t sum_of(const std::string& metric) const;
    /// So much was served to each of the keys after that.
    bool are_served_again(const std::vector<std::size_t>& keys);

    /// Nothing but 200 and 429, and both of them.
    void expect_only_served_and_refused() const;
    /// At all times, and by all masters.
    void expect_always_redis() const;
    /// By the provider's log.
    void expect_never_over(const std::vector<std::size_t>& keys) const;
    /// What the design allows where all nodes lose the store of these keys at once.
    void expect_within_bounds(const std::string& what, const std::vector<std::size_t>& keys,
                              std::int64_t lost_us, std::int64_t noticed_us) const;
    /// How long clients waited for their answers since then.
    void print_waits(const std::string& what, std::int64_t since_us, std::int64_t until_us) const;

    static std::string name_of(std::size_t key) { return "test-key-" + std::to_string(key); }
    static std::vector<std::size_t> all_keys();

    const SystemClock clock_;
    mock::MockUpstream upstream_{{.keep_records = true}};
    std::optional<RedisCluster> cluster_;
    std::optional<WeirNodes> nodes_;

    std::atomic<std::int64_t> served_ = 0, refused_ = 0;

private:
    static nlohmann::json configuration(std::int64_t store_timeout_ms);
    void find_masters_of_keys();
    void take(std::size_t number);
    void note(std::size_t key, int status, std::int64_t asked_us);

    std::vector<std::vector<std::size_t>> keys_of_;  ///< by server
    std::atomic<bool> stop_ = false;
    std::vector<std::thread> clients_;
    std::array<std::atomic<std::int64_t>, key_count> served_to_{};  ///< by key
    mutable std::mutex mutex_;                                      ///< guards the next two
    std::map<int, std::int64_t> others_;                            ///< by status
    std::vector<Dated> waits_;                                      ///< how long each took, in us
};

}  // namespace weir::testing
