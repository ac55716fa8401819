// The random operations of the models, and the ledgers that they are about.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <vector>

#include "contract/contract.hpp"
#include "support/property.hpp"

namespace weir::testing {

/// Two ledgers of each length: 1 s, 7 s and 31 d, where a 120th is no round number of microseconds, and 60 s.
inline constexpr std::int64_t pool_windows_us[] = {second_us, 7 * second_us, minute_us, 31 * day_us};
inline constexpr std::size_t windowed_size = 2 * std::size(pool_windows_us);
/// And behind them two that count requests in flight.
inline constexpr std::size_t pool_size = windowed_size + 2;

enum class Kind {
    reserve,
    reserve_of_one,
    move,
    again,
    progress,
    settle,
    peek,
    pass,
    pass_to_room,
    step_back
};

/// One operation. `pick` chooses ledgers, or a reservation among those in flight.
struct Command {
    Kind kind = Kind::reserve;
    std::uint32_t pick = 0;
    std::int64_t requests = 0;
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    std::int64_t expected_more = 0;  ///< of progress
    bool exact = false;
    int unproduced = 0;
    int scale = 0;  ///< how far time moves: 0, up to a tick, ... up to two months
    std::int64_t millionths = 0;
};

std::int64_t duration_us(const Command& command);
std::ostream& operator<<(std::ostream& out, const Command& command);
rc::Gen<std::vector<Command>> any_commands();

/// A number for each ledger and dimension of the pool, from which its limit is made.
using PoolLimits = std::vector<std::int64_t>;
rc::Gen<PoolLimits> any_limits();
std::int64_t limit_of(Dimension dimension, std::int64_t number);

}  // namespace weir::testing
