// Names of dimensions and scopes, and demands that no ledger could ever admit.
#include "weir/limit.hpp"

#include <span>

#include "weir/limiter.hpp"

namespace weir {

std::string_view to_string(Dimension dimension) noexcept {
    switch (dimension) {
        case Dimension::requests:
            return "requests";
        case Dimension::input_tokens:
            return "input_tokens";
        case Dimension::output_tokens:
            return "output_tokens";
        case Dimension::total_tokens:
            return "total_tokens";
    }
    return "unknown";
}

std::string_view to_string(Scope scope) noexcept {
    switch (scope) {
        case Scope::key:
            return "key";
        case Scope::group:
            return "group";
        case Scope::key_on_model:
            return "model";
        case Scope::upstream:
            return "upstream";
    }
    return "unknown";
}

std::optional<Impossible> find_impossible(const Demand& demand,
                                          std::span<const LedgerLimits> ledgers) noexcept {
    std::optional<Impossible> never_fits;
    for (std::size_t index = 0; index < ledgers.size(); ++index) {
        for (const Dimension dimension : all_dimensions) {
            const std::int64_t limit = ledgers[index].limits.of(dimension);
            const std::int64_t wanted = demand.of(dimension);
            if (wanted <= 0 || wanted <= limit) continue;
            const Refusal refusal{index, dimension, limit, 0, wanted, 0};
            if (limit <= 0) return Impossible{Verdict::blocked, refusal};
            if (!never_fits) never_fits = Impossible{Verdict::never_fits, refusal};
        }
    }
    return never_fits;
}

}  // namespace weir
