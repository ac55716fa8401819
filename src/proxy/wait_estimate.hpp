// When there will be room for what waits: from what the store last said of a limit. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "weir/limiter.hpp"

namespace weir::proxy {

/// One dimension of one ledger, as the store last told it. Times are the steady clock's.
struct Room {
    std::int64_t limit = unlimited;
    std::int64_t remaining = 0;
    std::int64_t window_us = 0;  ///< 0: of requests in flight, which get free when others end
    /// From then on nothing is used, if nobody asks meanwhile.
    std::int64_t resets_at_us = std::numeric_limits<std::int64_t>::max();
};

/// What a refusal says to whoever wants to wait.
struct Obstacle {
    std::string ledger;  ///< its key
    Dimension dimension = Dimension::requests;
    std::int64_t limit = unlimited;  ///< what it has there for whoever was refused: tiers may differ
    std::int64_t due_us = 0;   ///< steady clock: no earlier does the demand fit, unless somebody gives back
    std::int64_t missing = 0;  ///< so much must be given back until it fits
    std::int64_t used = 0;     ///< may exceed the limit
    /// Of that ledger and dimension. A node that decides alone has its part of the limit.
    Room room;
    /// Of each dimension the ledger with the least remaining.
    std::array<std::optional<Room>, dimension_count> tightest{};
    std::array<std::optional<Level>, dimension_count> levels{};  ///< the same, for the answer's headers
    std::int64_t decided_at_us = 0;                              ///< the store's clock
    StoreMode decided_by = StoreMode::memory;
};

/// REQUIRES: the decision is a refusal over these ledgers. `now_us`: of the steady clock, just after it.
Obstacle obstacle_of(const Decision& decision, const LedgerSet& ledgers, std::int64_t now_us);

/// A request is one slot of those in flight.
constexpr std::int64_t amount_of(const Demand& demand, Dimension dimension) noexcept {
    return dimension == Dimension::in_flight ? demand.requests : demand.of(dimension);
}

/// From when on `needed` fits into the room, where `first_us` is when there is room for the first `first` of
/// it: the rest slides out as fast as the limit lets it in, and no later than all is reset, if it fits into
/// one limit.
std::int64_t room_at_us(const Room& room, std::int64_t needed, std::int64_t first, std::int64_t first_us);

/// No state of the ledgers that hold for every candidate could admit it: the store need not be asked.
bool may_ever_fit(const Demand& demand, const LedgerSet& ledgers);

}  // namespace weir::proxy
