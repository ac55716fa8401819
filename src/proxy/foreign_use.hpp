// Learns from a provider's answers what others have used of its limits, and charges that to the upstream's
// ledgers, where it slides out like any other charge.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

#include "llm/provider_limits.hpp"
#include "policy/policy.hpp"
#include "weir/limit.hpp"

namespace weir::proxy {

struct Worker;

/// What this node has charged to one upstream for others. Any thread.
class ForeignUse {
public:
    /// A comparison may begin: none is under way, and the last one was long enough ago, or what was told is
    /// `urgent`. It ends with `end`.
    bool begin(bool urgent, std::int64_t steady_us);
    void end() noexcept;

    /// A charge slides out at once, where others go on using their part. So what is about to go is looked at
    /// as gone already: where the provider still counts it, it is charged anew.
    std::int64_t about_to_end(Dimension dimension, std::int64_t window_us, std::int64_t steady_us);
    void note(Dimension dimension, std::int64_t amount, std::int64_t window_us, std::int64_t steady_us);

    /// True once for each limit: the provider has announced it, below the configured one.
    bool is_news(Dimension dimension, std::int64_t announced);

    static constexpr std::int64_t apart_us = 200'000;
    static constexpr std::size_t charges_max = 64;  ///< that are remembered of one dimension

private:
    struct Charge {
        std::int64_t amount = 0;
        std::int64_t ends_us = 0;
    };
    mutable std::mutex mutex_;
    bool is_under_way_ = false;
    std::int64_t began_us_ = -apart_us;
    std::array<std::deque<Charge>, dimension_count> charges_;
    std::array<std::int64_t, dimension_count> announced_{};
};

/// Compares in the background: the answer does not wait for it. `told`: by an answer of that status just now.
/// `in_flight`: reserved by this node and not answered yet.
void learn_from(Worker& worker, std::shared_ptr<const policy::Policy> policy, std::size_t upstream,
                std::shared_ptr<ForeignUse> use, const llm::ProviderLimits& told, int status,
                const Amounts& in_flight);

}  // namespace weir::proxy
