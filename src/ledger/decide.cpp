// Comparing what several windows say about one demand.
#include "ledger/decide.hpp"

namespace weir {

namespace {

std::optional<Impossible> find_impossible_in(const Demand& demand, const LedgerSet& ledgers,
                                             LedgerSet::Range range) noexcept {
    std::optional<Impossible> never_fits;
    for (std::size_t index = range.begin; index < range.end; ++index) {
        for (const Dimension dimension : all_dimensions) {
            const std::int64_t limit = ledgers[index].limits.of(dimension);
            const std::int64_t wanted = demand_on(ledgers[index].limits, demand).of(dimension);
            if (wanted <= 0 || wanted <= limit) continue;
            const Refusal refusal{index, dimension, limit, 0, wanted, 0};
            if (limit <= 0) return Impossible{Verdict::blocked, refusal};
            if (!never_fits) never_fits = Impossible{Verdict::never_fits, refusal};
        }
    }
    return never_fits;
}

std::optional<Refusal> find_refusal_in(const Demand& demand, const LedgerSet& ledgers, LedgerSet::Range range,
                                       std::span<const Window* const> windows, std::int64_t now_us) {
    std::optional<Refusal> longest;
    for (std::size_t index = range.begin; index < range.end; ++index) {
        if (windows[index] == nullptr) continue;
        const Limits& limits = ledgers[index].limits;
        const Demand wanted = demand_on(limits, demand);
        const auto no_room = windows[index]->find_no_room(wanted, limits, now_us);
        if (!no_room || (longest && no_room->retry_after_us <= longest->retry_after_us)) continue;
        longest = Refusal{index,
                          no_room->dimension,
                          limits.of(no_room->dimension),
                          no_room->used,
                          wanted.of(no_room->dimension),
                          no_room->retry_after_us};
    }
    return longest;
}

}  // namespace

std::optional<Impossible> find_impossible(const Demand& demand, const LedgerSet& ledgers) noexcept {
    const auto by_own = find_impossible_in(demand, ledgers, ledgers.own());
    if (by_own || ledgers.candidate_count() == 0) return by_own;
    std::optional<Impossible> by_first;
    for (std::size_t number = 0; number < ledgers.candidate_count(); ++number) {
        const auto impossible = find_impossible_in(demand, ledgers, ledgers.candidate(number));
        if (!impossible) return std::nullopt;
        if (!by_first) by_first = impossible;
    }
    return by_first;
}

bool is_impossible(const Demand& demand, const LedgerSet& ledgers, LedgerSet::Range range) noexcept {
    return find_impossible_in(demand, ledgers, range).has_value();
}

Choice choose(const Demand& demand, const LedgerSet& ledgers, std::span<const Window* const> windows,
              std::int64_t now_us) {
    Choice own{.refusal = find_refusal_in(demand, ledgers, ledgers.own(), windows, now_us)};
    std::optional<Choice> earliest;
    for (std::size_t number = 0; number < ledgers.candidate_count(); ++number) {
        const LedgerSet::Range range = ledgers.candidate(number);
        if (is_impossible(demand, ledgers, range)) continue;
        const Choice choice{.refusal = find_refusal_in(demand, ledgers, range, windows, now_us),
                            .candidate = number};
        if (!choice.refusal) {
            own.candidate = number;
            return own;
        }
        if (!earliest || choice.refusal->retry_after_us < earliest->refusal->retry_after_us)
            earliest = choice;
    }
    if (!earliest) return own;
    own.candidate = earliest->candidate;
    const bool is_own_longer =
        own.refusal && own.refusal->retry_after_us >= earliest->refusal->retry_after_us;
    return is_own_longer ? own : *earliest;
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
                                                              const LedgerSet& ledgers,
                                                              std::size_t candidate) {
    std::array<std::optional<Level>, dimension_count> tightest;
    for (const Level& level : levels) {
        if (!ledgers[level.ledger_index].enforced) continue;
        if (!ledgers.is_asked(level.ledger_index, candidate)) continue;
        auto& best = tightest[static_cast<std::size_t>(level.dimension)];
        if (!best || level.remaining() < best->remaining() ||
            (level.remaining() == best->remaining() && level.reset_us > best->reset_us)) {
            best = level;
        }
    }
    return tightest;
}

std::vector<Level> levels_of_candidates(std::span<const Level> levels, const LedgerSet& ledgers) {
    std::vector<Level> of_candidates;
    if (ledgers.candidate_count() == 0) return of_candidates;
    for (const Level& level : levels) {
        if (!ledgers.own().contains(level.ledger_index)) of_candidates.push_back(level);
    }
    return of_candidates;
}

}  // namespace weir
