// One row per request: what was decided and what became of it. No prompt, no completion, no secret.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/limit.hpp"

namespace weir::observe {

enum class Outcome : std::uint8_t {
    served,             ///< the upstream's answer was passed on whole, whatever its status
    refused,            ///< no room in a window
    never_fits,         ///< above a limit itself
    blocked,            ///< a limit of 0
    unauthenticated,    ///< unknown key
    bad_request,        ///< refused for what it was
    answered,           ///< by weir itself: /weir/limits
    client_gone,        ///< left or stalled before the answer was whole
    upstream_failed,    ///< unreachable, broken, silent or malformed
    store_unavailable,  ///< could not be decided
    overloaded          ///< a limit of weir's own, or draining
};
inline constexpr std::size_t outcome_count = 11;
std::string_view to_string(Outcome outcome) noexcept;

/// The upstream is to blame, whether its answer was passed on or not.
constexpr bool is_upstream_error(Outcome outcome, int status) noexcept {
    return outcome == Outcome::upstream_failed || (outcome == Outcome::served && status >= 500);
}

struct RefusedBy {
    Scope scope = Scope::key;
    Dimension dimension = Dimension::requests;
    std::string name;  ///< "key/output_tokens/1m"
    std::int64_t limit = 0;
    std::int64_t used = 0;            ///< at the decision; 0 where waiting is of no use
    std::int64_t requested = 0;       ///< of this dimension
    std::int64_t retry_after_us = 0;  ///< 0 where waiting is of no use
};

/// Its views point into the request, which outlives it.
struct RequestRecord {
    std::string request_id;
    std::string_view key_id;
    std::string_view client_address;  ///< without port
    std::string_view model;
    std::string_view method;
    std::string_view path;      ///< without the query
    std::string_view upstream;  ///< the last one that was asked; empty: none
    std::size_t upstream_slot = 0;
    int attempts = 0;  ///< upstreams that were asked
    int status = 0;    ///< as the client got it; 0: none
    Outcome outcome = Outcome::served;
    std::optional<RefusedBy> refused_by;
    std::vector<RefusedBy> shadowed_by;  ///< limits in shadow mode that would have refused it
    Demand estimated;                    ///< what the estimator made of the request
    Demand reserved;                     ///< zero where nothing was reserved
    std::optional<Usage> actual;         ///< what was settled; what nobody reported, as charged
    /// Of the input, what the provider says came out of its cache.
    std::int64_t cached_input_tokens = 0;
    std::int64_t received_at_us = 0;    ///< wall clock, when the head was complete
    std::int64_t decided_at_us = 0;     ///< the store's clock; 0: no decision
    std::int64_t first_byte_at_us = 0;  ///< wall clock, of the upstream's answer; 0: none
    std::int64_t added_us = 0;          ///< weir's own part, store included, body transfer and waiting not
    std::optional<std::int64_t> waited_us;  ///< for room; none: it did not wait
    std::int64_t upstream_us = 0;           ///< from sending to the end of the answer
    std::int64_t duration_us = 0;           ///< from the complete head to the end
    std::int64_t request_bytes = 0;
    std::int64_t answer_bytes = 0;  ///< body bytes sent to the client
    bool streamed = false;
    std::string_view store_mode;  ///< what decided; empty: nothing was decided
};

}  // namespace weir::observe
