// The values that a limiter is asked with and answers with. No HTTP, no JSON, no models, no stores.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/ledger_name.hpp"

namespace weir {

/// What is counted. total_tokens is always input + output; it is limited, never stored. in_flight is how many
/// requests are under way at once: it has no window, and ledgers of its own (Limits::counts_in_flight).
enum class Dimension : std::uint8_t { requests, input_tokens, output_tokens, total_tokens, in_flight };
inline constexpr std::size_t dimension_count = 5;
inline constexpr std::array<Dimension, dimension_count> all_dimensions{
    Dimension::requests, Dimension::input_tokens, Dimension::output_tokens, Dimension::total_tokens,
    Dimension::in_flight};

/// "requests", "input_tokens", "output_tokens", "total_tokens", "in_flight".
std::string_view to_string(Dimension dimension) noexcept;

/// Whose ledger it is.
enum class Scope : std::uint8_t { key, group, key_on_model, upstream };
/// "key", "group", "model", "upstream".
std::string_view to_string(Scope scope) noexcept;

/// Amounts of one call are clamped to this, so that sums stay exact in 64 bits and in Lua's doubles.
inline constexpr std::int64_t amount_max = 1'000'000'000;
/// Limits are clamped to this, for the same reason.
inline constexpr std::int64_t limit_max = 1'000'000'000'000;
/// The limit of a dimension that is not limited.
inline constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

/// A request holds its slot in a ledger of requests in flight for so long, and takes it anew while it lasts
/// (Limiter::progress). What a dead node held is free after that. It is the window of such a ledger.
inline constexpr std::int64_t in_flight_lease_us = 60'000'000;
/// Nobody knows when a request will end: whoever found all slots taken comes back after so long.
inline constexpr std::int64_t in_flight_retry_us = 1'000'000;

/// So much of each stored dimension. As a demand: what a request asks for. As a sum: what a window holds.
///
/// A ledger of requests in flight holds nothing but slots, as output that is reserved: there a slot is one
/// output token, and `of(Dimension::in_flight)` is how many are taken. Of other ledgers it says nothing.
struct Amounts {
    std::int64_t requests = 0;
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;

    constexpr std::int64_t of(Dimension dimension) const noexcept {
        switch (dimension) {
            case Dimension::requests:
                return requests;
            case Dimension::input_tokens:
                return input_tokens;
            case Dimension::output_tokens:
                return output_tokens;
            case Dimension::total_tokens:
                return input_tokens + output_tokens;
            case Dimension::in_flight:
                return output_tokens;
        }
        return 0;
    }
    constexpr Amounts& operator+=(const Amounts& other) noexcept {
        requests += other.requests;
        input_tokens += other.input_tokens;
        output_tokens += other.output_tokens;
        return *this;
    }
    constexpr Amounts& operator-=(const Amounts& other) noexcept {
        requests -= other.requests;
        input_tokens -= other.input_tokens;
        output_tokens -= other.output_tokens;
        return *this;
    }
    constexpr bool operator==(const Amounts&) const noexcept = default;
};

/// What a request asks for: normally one request, its estimated input, the output to keep free for it.
using Demand = Amounts;

/// The limit of each dimension, indexed by Dimension; `unlimited` where there is none, 0 where blocked.
struct Limits {
    std::array<std::int64_t, dimension_count> by_dimension{unlimited, unlimited, unlimited, unlimited,
                                                           unlimited};

    constexpr std::int64_t of(Dimension dimension) const noexcept {
        return by_dimension[static_cast<std::size_t>(dimension)];
    }
    constexpr void set(Dimension dimension, std::int64_t limit) noexcept {
        by_dimension[static_cast<std::size_t>(dimension)] = limit;
    }
    /// Their ledger counts requests in flight. REQUIRES: nothing else is limited then.
    constexpr bool counts_in_flight() const noexcept { return of(Dimension::in_flight) != unlimited; }
    constexpr bool operator==(const Limits&) const noexcept = default;
};

/// What a demand is to a ledger with these limits: all of it, or one slot for each request in flight.
constexpr Demand demand_on(const Limits& limits, const Demand& demand) noexcept {
    return limits.counts_in_flight() ? Demand{0, 0, demand.requests} : demand;
}

/// Ends the name of a ledger in shadow mode beside which an enforced one has the same owner and window.
inline constexpr std::string_view shadow_suffix = "-shadow";

/// One ledger that applies to a request, and what it may hold.
struct LedgerLimits {
    LedgerName ledger;
    Scope scope = Scope::key;
    std::int64_t window_us = 60'000'000;  ///< W; 1 s to 31 d; in_flight_lease_us of requests in flight
    Limits limits;
    /// Made for a key that no configuration names. When the store is full, such ledgers share one.
    bool may_overflow = false;
    /// False: what it would refuse passes all the same (shadow mode). Stores decide by it as by any other;
    /// whoever asks them leaves it out then, and asks again.
    bool enforced = true;
};

/// How one dimension of one ledger stands.
struct Level {
    std::size_t ledger_index = 0;  ///< into the span that the limiter was asked with
    Dimension dimension = Dimension::requests;
    std::int64_t limit = unlimited;
    std::int64_t used = 0;  ///< may exceed the limit: debt
    /// Until the dimension is as empty as it would get by itself; 0 when empty. Of in_flight always 0: slots
    /// get free when requests end, and nobody knows when that is.
    std::int64_t reset_us = 0;

    constexpr std::int64_t remaining() const noexcept { return limit > used ? limit - used : 0; }
};

/// The answer to "may it proceed?"
enum class Verdict : std::uint8_t {
    admitted,
    refused,     ///< no room now; there will be after retry_after_us
    never_fits,  ///< the demand is above the limit itself: waiting is of no use
    blocked      ///< a limit of 0 that the request needs
};

/// Which limit said no.
struct Refusal {
    std::size_t ledger_index = 0;
    Dimension dimension = Dimension::requests;
    std::int64_t limit = 0;
    std::int64_t used = 0;       ///< at the decision; 0 for never_fits and blocked
    std::int64_t requested = 0;  ///< of this dimension
    /// Exact for the ledgers as they stand: at decision time + retry_after_us the demand fits, one
    /// microsecond earlier it does not. 0 for never_fits and blocked. Of in_flight it is in_flight_retry_us,
    /// whatever happens meanwhile.
    std::int64_t retry_after_us = 0;
};

/// A demand that no state of the ledgers could admit: blocked or never_fits, found without asking a store.
/// Blocked wins over never_fits; of several, the first ledger and dimension in order.
struct Impossible {
    Verdict verdict;
    Refusal refusal;
};

/// What is known of a request's end. What nobody reported is never refunded.
enum class Certainty : std::uint8_t {
    exact,       ///< the provider said so: charges are corrected both ways
    lower_bound  ///< cut off or unreported: charges may rise to it, never fall
};

/// What becomes of output that was reserved and that nobody saw produced. Slots of requests in flight are
/// always given back: the request is over for whoever settles it.
enum class Unproduced : std::uint8_t {
    release,  ///< given back: the provider will not produce it
    run_out,  ///< left reserved until its lease expires: the provider may still be at it
    charge    ///< charged as produced now: the answer was whole but nobody said how long it was
};

/// What a request used, so far (progress) or in all (settle).
struct Usage {
    std::int64_t requests = 1;  ///< 0 refunds the request itself: the upstream was never reached
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    Certainty certainty = Certainty::lower_bound;
    Unproduced unproduced = Unproduced::charge;
    /// Of progress alone: output that is still to come, as far as anybody can guess. Where it is more than
    /// what is left of the reservation, so much stays reserved, whether there is room or not.
    std::int64_t expected_more = 0;
};

}  // namespace weir
