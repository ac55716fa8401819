// Comparing what several windows say about one demand.
#include "ledger/decide.hpp"

namespace weir {

std::optional<Impossible> find_impossible(const Demand& demand, const LedgerSet& ledgers) noexcept {
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

std::optional<Refusal> find_refusal(const Demand& demand, const LedgerSet& ledgers,
                                    std::span<const Window* const> windows, std::int64_t now_us) {
    std::optional<Refusal> longest;
    for (std::size_t index = 0; index < ledgers.size(); ++index) {
        if (windows[index] == nullptr) continue;
        const auto no_room = windows[index]->find_no_room(demand, ledgers[index].limits, now_us);
        if (!no_room || (longest && no_room->retry_after_us <= longest->retry_after_us)) continue;
        longest = Refusal{index,
                          no_room->dimension,
                          ledgers[index].limits.of(no_room->dimension),
                          no_room->used,
                          demand.of(no_room->dimension),
                          no_room->retry_after_us};
    }
    return longest;
}

void append_levels(std::vector<Level>& levels, std::size_t ledger_index, const LedgerLimits& ledger,
                   const Window* window, std::int64_t now_us) {
    for (const Dimension dimension : all_dimensions) {
        const std::int64_t limit = ledger.limits.of(dimension);
        if (limit == unlimited) continue;
        Level level{ledger_index, dimension, limit, 0, 0};
        if (window != nullptr) {
            level.used = window->sum().of(dimension);
            level.reset_us = window->reset_us(dimension, now_us);
        }
        levels.push_back(level);
    }
}

std::array<std::optional<Level>, dimension_count> tightest_of(std::span<const Level> levels,
                                                              const LedgerSet& ledgers) {
    std::array<std::optional<Level>, dimension_count> tightest;
    for (const Level& level : levels) {
        if (!ledgers[level.ledger_index].enforced) continue;
        auto& best = tightest[static_cast<std::size_t>(level.dimension)];
        if (!best || level.remaining() < best->remaining() ||
            (level.remaining() == best->remaining() && level.reset_us > best->reset_us)) {
            best = level;
        }
    }
    return tightest;
}

}  // namespace weir
