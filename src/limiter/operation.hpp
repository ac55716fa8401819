// What is asked of some ledgers, and what became of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ledger/charging.hpp"
#include "limiter/window_call.hpp"
#include "weir/limiter.hpp"

namespace weir {

/// Take a demand from the ledgers.
struct Reserve {
    Demand demand;
    LedgerSet ledgers;
    Withdrawal withdrawal{};
};

/// Change what was charged. Where that lies is read when the batch leaves.
struct Correct {
    const Correction* correction;
    const std::vector<Charge>* charges;
};

/// Lives in the frame of the coroutine that waits for it, and so do the things it points to.
struct Operation {
    std::variant<Reserve, Correct> what;
    bool may_wait_for_company = false;  ///< nobody is held up where it leaves a moment later, with others
    std::int64_t queued_at_us = 0;      ///< steady clock

    /// store_unavailable, withdrawn: it was not sent; store_timeout: it may have been done.
    boost::system::error_code error{};
    std::shared_ptr<const WindowReply> reply{};  ///< shared by all operations of one call
    LedgerIndexes ledgers{};                     ///< in that call and reply: those that it asks for, in order
    DemandReply demand_reply{};                  ///< of a Reserve
    /// How often this node has changed these ledgers, up to this answer; nullopt: once more while it came.
    std::optional<std::uint64_t> changes{};

    const Reserve* reserve() const noexcept { return std::get_if<Reserve>(&what); }
    const Correct* correct() const noexcept { return std::get_if<Correct>(&what); }
    const LedgerState& state_of(std::size_t index) const { return reply->ledgers[ledgers[index]]; }
};

}  // namespace weir
