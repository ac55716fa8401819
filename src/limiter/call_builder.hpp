// Puts operations of any ledgers into one call. Pure.
#pragma once

#include "limiter/operation.hpp"

namespace weir {

/// Each ledger stands in the call once, with one set of limits.
class CallBuilder {
public:
    /// Appends the operation, and notes in it which ledgers of the call are its own. False where it does not
    /// fit: the call has as much as it can take, or asks for other limits of the same ledger. Corrections go
    /// before demands.
    bool add(Operation& operation);
    /// Nothing more fits, whatever it is.
    bool full() const noexcept { return call_.changes.size() + call_.demands.size() >= operations_max; }

    /// Begins anew.
    WindowCall take();

private:
    static constexpr std::size_t none = call_ledgers_max;

    bool add(Operation& operation, const Reserve& reserve);
    bool add(Operation& operation, const Correct& correct);
    std::size_t index_of(const LedgerName& name) const;
    bool has_room_for(std::size_t ledger_count) const noexcept;

    WindowCall call_;
    std::vector<bool> has_limits_;  ///< by ledger: it was demanded from
};

}  // namespace weir
