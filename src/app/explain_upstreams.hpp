// Which upstreams could serve a request, told to operators. Pure.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.hpp"

namespace weir::app {

struct ExplainedUpstreams {
    nlohmann::ordered_json rows;  ///< those that serve it first, by priority; then the others, with why not
    std::vector<std::size_t> order;  ///< indexes of those that serve it, in the same order
    std::string refusal;             ///< where nobody does: why
};

/// In the order in which they are asked while all have as much room. `path` without its query.
ExplainedUpstreams explain_upstreams(const policy::Policy& policy, std::string_view path,
                                     std::string_view model);

/// The first candidate of `ledgers` that has room for the demand beside the other ledgers, 0 where there are
/// no candidates; nullopt: none has. What is in shadow mode always has room.
std::optional<std::size_t> candidate_with_room(const LedgerSet& ledgers, const std::vector<Level>& levels,
                                               const Demand& demand);

/// Without the ledgers in shadow mode; the candidates are the same.
LedgerSet enforced_only(LedgerSet ledgers);

}  // namespace weir::app
