// The same rules as proxy/demand and proxy/growth, without a configuration.
#include "reservation/policy.hpp"

#include <algorithm>

namespace weir::reservation_bench {

std::array<Policy, 7> all_policies() {
    using Kind = Policy::Kind;
    return {{{Kind::max_tokens, 0, "max_tokens"},
             {Kind::count_afterwards, 0, "count afterwards"},
             {Kind::fixed, 0, "fixed 1,024"},
             {Kind::learned, 0.5, "learned p50"},
             {Kind::learned, 0.9, "learned p90"},
             {Kind::learned, 0.99, "learned p99"},
             {Kind::none, 0, "none"}}};
}

std::int64_t Reserver::reserve(const Request& request) const {
    const std::int64_t usual = std::min(request.bound, fixed_tokens);
    switch (policy_.kind) {
        case Policy::Kind::max_tokens:
            return request.bound;
        case Policy::Kind::fixed:
            return usual;
        case Policy::Kind::learned:
            return std::min(request.bound,
                            lengths_.quantile(answer_of_, policy_.quantile, request.bound).value_or(usual));
        case Policy::Kind::none:
        case Policy::Kind::count_afterwards:
            break;
    }
    return 1;  // a limit looks at nobody who asks for nothing
}

std::int64_t Reserver::more_after(const Request& request, std::int64_t produced) const {
    const bool grows = policy_.kind == Policy::Kind::learned || policy_.kind == Policy::Kind::fixed;
    if (!grows || produced >= request.bound) return 0;
    return std::min(lengths_.more_after(answer_of_, produced), request.bound - produced);
}

void Reserver::learn(const Request& request) {
    lengths_.learn(answer_of_, request.length, request.bound);
}

}  // namespace weir::reservation_bench
