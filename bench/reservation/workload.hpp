// Requests as clients make them: when, with which bound on the output, and how long the answer will be.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace weir::reservation_bench {

struct Request {
    std::int64_t at_us = 0;
    std::int64_t bound = 0;   ///< max_tokens
    std::int64_t length = 0;  ///< of its answer, in tokens; at most the bound
    double tokens_per_s = 50;
};

enum class Workload : std::uint8_t {
    heavy_tailed,  ///< lengths are log-normal; bounds are what models allow, 4,096 to 32,768
    mixed,         ///< seven in ten are short answers with a bound that fits; the others are heavy-tailed
    shifting       ///< heavy-tailed; in the middle third answers are ten times as long
};
inline constexpr Workload all_workloads[] = {Workload::heavy_tailed, Workload::mixed, Workload::shifting};
std::string_view to_string(Workload workload) noexcept;

/// Arrivals are a Poisson process. They ask for `offered` times as many tokens a minute as `limit`, in each
/// third of the time. In order.
std::vector<Request> make_requests(Workload workload, std::int64_t limit, double offered,
                                   std::int64_t duration_us, std::uint64_t seed);

}  // namespace weir::reservation_bench
