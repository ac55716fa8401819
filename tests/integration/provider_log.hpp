// What a provider wrote down, by key, held against limits: what weir admitted when, and what came of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mock_upstream/mock_upstream.hpp"

namespace weir::testing {

/// So much of something, at a time.
struct Dated {
    std::int64_t at_us = 0;
    std::int64_t amount = 0;
};
/// The most within any half-open window of that length.
std::int64_t most_in_a_window(std::vector<Dated> events, std::int64_t window_us);

/// Of one key.
struct Truth {
    std::vector<Dated> decided, received, input_decided, input_received, produced;
    std::int64_t longest_way_us = 0;  ///< D: from the decision to the provider
};
/// Of all requests that say when weir let them pass (x-weir-trace).
std::map<std::string, Truth> truths_of(const std::vector<mock::MockRecord>& records);

/// One request that the provider received.
struct Arrival {
    std::size_t node = 0;
    std::int64_t decided_us = 0, received_us = 0;
};
/// By key; of requests for a model "node-<number>", which tells who sent them on.
std::map<std::string, std::vector<Arrival>> arrivals_by_key(const std::vector<mock::MockRecord>& records);

/// J: the most that each node had in a window from the one before `lost_us` to when it had noticed.
std::vector<std::int64_t> held_at(const std::vector<Arrival>& arrivals, std::size_t node_count,
                                  std::int64_t window_us, std::int64_t lost_us, std::int64_t noticed_us);
/// What all nodes may admit together while none has the store: what each held, or its part of the limit.
std::int64_t sum_of_parts(const std::vector<std::int64_t>& held, std::int64_t limit);

/// The most that the provider received in any window of W - D, of what was decided before `until_us`.
struct Received {
    std::int64_t most = 0;
    std::int64_t longest_way_us = 0;  ///< D
};
Received most_received(const std::vector<Arrival>& arrivals, std::int64_t window_us,
                       std::int64_t until_us = INT64_MAX);

}  // namespace weir::testing
