// Only subtractions of what was found to be smaller: no values overflow.
#include "llm/provider_counts.hpp"

#include <algorithm>

namespace weir::llm {

namespace {

/// 1/20: 5 %.
constexpr std::int64_t ignored_part = 20;

std::int64_t less(std::int64_t amount, std::int64_t taken) noexcept {
    return taken >= amount ? 0 : amount - std::max<std::int64_t>(taken, 0);
}

}  // namespace

CountCorrection compare_counts(const CountsToCompare& counts) noexcept {
    const ProviderDimension& announced = counts.announced;
    CountCorrection correction{0, counts.configured_limit};
    if (announced.window_us && *announced.window_us != counts.window_us) return correction;
    correction.effective_limit = std::min(counts.configured_limit, announced.limit.value_or(unlimited));
    const std::int64_t configured = counts.configured_limit;
    if (configured == unlimited || configured <= 0 || !announced.remaining) return correction;
    const std::int64_t room = less(configured, counts.ledger_sum);
    const std::int64_t foreign = less(less(room, *announced.remaining), counts.in_flight);
    const bool matters = counts.is_certain || foreign >= (correction.effective_limit - 1) / ignored_part + 1;
    if (matters) correction.foreign_charge = foreign;
    return correction;
}

}  // namespace weir::llm
