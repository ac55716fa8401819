// What lua/window.lua is asked and what it answers, as values. Pure; the script's header is the contract.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/charging.hpp"
#include "weir/ledger_set.hpp"

namespace weir {

/// At most so many operations go into one call, of so many ledgers: Redis does nothing else meanwhile.
inline constexpr std::size_t operations_max = 64;
inline constexpr std::size_t call_ledgers_max = 128;

/// Which ledgers of a call an operation means.
using LedgerIndexes = boost::container::small_vector<std::uint16_t, 8>;

/// Corrects the charge of one reservation.
struct Change {
    Correction correction;
    std::vector<Place> places;  ///< one for each of `ledgers`
    LedgerIndexes ledgers;
};

/// Takes the demand from these ledgers, of candidates from those of one, or from none.
struct LedgerDemand {
    Demand demand;
    LedgerIndexes ledgers;
    LedgerIndexes candidates{};  ///< where each begins among `ledgers`
};

/// Adds to one bucket of one ledger, without asking whether there is room.
struct Addition {
    std::size_t ledger_index = 0;
    std::int64_t bucket = 0;
    Amounts amounts;
};

struct WindowLedger {
    const LedgerName* name;  ///< outlives the call
    std::int64_t window_us = 0;
    Limits limits;
};

struct WindowCall {
    std::vector<WindowLedger> ledgers;
    std::int64_t now_us = 0;        ///< 0: Redis's own time
    std::int64_t not_after_us = 0;  ///< of the reserves; 0: no bound
    std::int64_t fresh_epoch = 1;   ///< for ledgers that have to be made
    std::int64_t store_epoch = 0;   ///< that the store must have for that, and for additions; 0: any
    std::vector<Change> changes;
    std::vector<Addition> additions;
    std::vector<LedgerDemand> demands;
};

/// One ledger after the whole call.
struct LedgerState {
    std::int64_t epoch = 0;  ///< 0: it does not exist
    Amounts sums;
    /// When the newest entry that holds requests, input, output expires; 0 where none does.
    std::int64_t requests_until_us = 0;
    std::int64_t input_until_us = 0;
    std::int64_t output_until_us = 0;
};

struct DemandReply {
    enum class Kind : std::uint8_t { admitted, refused, late };
    Kind kind = Kind::late;
    std::size_t candidate = 0;  ///< as in Decision
    // Where refused:
    Refusal refusal;              ///< its ledger is counted among those of the demand
    std::int64_t alike_more = 0;  ///< so much more of that dimension would have had to wait equally long
};

struct WindowReply {
    std::int64_t now_us = 0;         ///< Redis's time
    std::int64_t sent_us = 0;        ///< when the call was sent, on this node's clock
    bool other_store_epoch = false;  ///< nothing was done, and nothing below is set
    std::vector<LedgerState> ledgers;
    std::vector<DemandReply> demands;
};

/// The whole command, EVALSHA first.
std::vector<std::string> encode(const WindowCall& call, const std::string& script_sha1);

/// nullopt where the numbers are not an answer to that call.
std::optional<WindowReply> decode(const WindowCall& call, std::span<const std::int64_t> numbers);

/// The level of each limited dimension of each ledger, in order; `indexes`: which ledgers of the call they
/// are.
std::vector<Level> levels_of(const LedgerSet& ledgers, const LedgerIndexes& indexes,
                             const WindowReply& reply);

}  // namespace weir
