// Shadow mode: limits that decide, are counted and told about, and let pass. Stores know nothing of it.
#pragma once

#include <span>
#include <vector>

#include "llm/dialect.hpp"
#include "observe/request_record.hpp"
#include "weir/limiter.hpp"

namespace weir::proxy {

/// Asks all ledgers; whenever one in shadow mode refuses, once more without it. So a request is refused by
/// enforced limits alone, and a ledger in shadow mode holds what it would hold if it were enforced: what it
/// would have refused is not charged to it. One round trip, and one more for each such refusal.
/// `shadowed_by` gets those that would have refused what is admitted. The decision's refusal and levels
/// point into `ledgers`. A store that cannot decide is asked again without them: they must not stop a request
/// either.
awaitable<result<Decision>> reserve_past_shadow(Limiter& limiter, Demand demand, const LedgerSet& ledgers,
                                                Withdrawal withdrawal,
                                                std::vector<observe::RefusedBy>& shadowed_by);

/// The same of Limiter::move: from one upstream to the first of `ledgers`' candidates that has room.
awaitable<result<Decision>> move_past_shadow(Limiter& limiter, Reservation& reservation, Usage usage,
                                             const LedgerSet& ledgers, Withdrawal withdrawal,
                                             std::vector<observe::RefusedBy>& shadowed_by);

/// One of them is in shadow mode.
bool has_shadow(const LedgerSet& ledgers) noexcept;

/// A refusal as it stands in the record.
observe::RefusedBy refused_by(const LedgerLimits& ledger, const Refusal& refusal);

/// `x-weir-shadow: key/output_tokens/1m, group/requests/1d`; nothing where there are none.
llm::HeaderLines shadow_lines(std::span<const observe::RefusedBy> shadowed_by);

}  // namespace weir::proxy
