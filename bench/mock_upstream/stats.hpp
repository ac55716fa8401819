// What a stand-in provider has done so far, and how it tells it: as JSON, and as a line for people.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mock_upstream/quota.hpp"

namespace weir::mock {

struct MockStats {
    std::string provider;        ///< its name; empty where it has none
    std::string mode;            ///< of now, as mode_text says it
    std::uint64_t requests = 0;  ///< heads that arrived; those for /mock/ count nowhere
    std::uint64_t executed = 0;  ///< calls of a model that were taken on, however they ended
    /// Executions of an id that some provider of this process had executed before.
    std::uint64_t duplicates = 0;
    std::uint64_t malformed = 0;
    std::uint64_t aborted = 0;
    std::uint64_t complete = 0;                     ///< answers that were written to their end
    std::map<unsigned, std::uint64_t> by_status{};  ///< of requests that are over; 0: nothing was answered
    std::int64_t in_flight = 0;
    std::int64_t in_flight_max = 0;
    QuotaLimits limits{};  ///< window_us is 0 where nothing is counted
    std::array<std::uint64_t, counted_count> most_in_a_window{};

    std::uint64_t answered_with(unsigned status) const;
};

/// {"providers":[{"provider":"openai","requests":…},…]}
std::string stats_json(const std::vector<MockStats>& providers);
/// "openai: 12 requests (200: 9, 429: 3), 0 malformed, 0 aborted, at most 9 of 9 in a window of 1m, …"
std::string stats_line(const MockStats& stats);

}  // namespace weir::mock
