// The rounds of asking.
#include "proxy/shadow.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <string>

namespace weir::proxy {

namespace {

/// The ledgers that are still asked, and where each stands among all of them.
class Asked {
public:
    explicit Asked(const LedgerSet& all) : ledgers_(all) {
        for (std::size_t index = 0; index < all.size(); ++index) places_.push_back(index);
    }

    const LedgerSet& ledgers() const noexcept { return ledgers_; }
    std::size_t place_of(std::size_t index) const noexcept { return places_[index]; }
    /// What points into the ledgers that are left points into all of them then.
    void put_back(Decision& decision) const noexcept {
        for (std::optional<Level>& level : decision.tightest) {
            if (level) level->ledger_index = place_of(level->ledger_index);
        }
        for (Level& level : decision.candidate_levels) level.ledger_index = place_of(level.ledger_index);
    }
    void leave_out(std::size_t index) {
        ledgers_.remove(index);
        places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(index));
    }
    void leave_out_shadow() {
        for (std::size_t index = ledgers_.size(); index-- > 0;) {
            if (!ledgers_[index].enforced) leave_out(index);
        }
    }

private:
    LedgerSet ledgers_;
    boost::container::small_vector<std::size_t, 8> places_;
};

/// `ask` asks a store for the ledgers that are left. Each round but the last leaves at least one out.
template <typename Ask>
awaitable<result<Decision>> ask_past_shadow(const LedgerSet& ledgers, Ask ask,
                                            std::vector<observe::RefusedBy>& shadowed_by) {
    Asked asked(ledgers);
    std::vector<observe::RefusedBy> noted;
    for (;;) {
        auto decided = co_await ask(asked.ledgers());
        if (!decided) {
            if (decided.error() == errc::withdrawn || !has_shadow(asked.ledgers())) co_return decided;
            asked.leave_out_shadow();
            continue;
        }
        if (decided->verdict == Verdict::admitted) {
            shadowed_by.insert(shadowed_by.end(), noted.begin(), noted.end());
            asked.put_back(*decided);
            co_return decided;
        }
        Refusal& refusal = decided->refusal;
        const LedgerLimits& ledger = asked.ledgers()[refusal.ledger_index];
        if (ledger.enforced) {
            refusal.ledger_index = asked.place_of(refusal.ledger_index);
            asked.put_back(*decided);
            co_return decided;
        }
        noted.push_back(refused_by(ledger, refusal));
        asked.leave_out(refusal.ledger_index);
    }
}

}  // namespace

awaitable<result<Decision>> reserve_past_shadow(Limiter& limiter, Demand demand, const LedgerSet& ledgers,
                                                Withdrawal withdrawal,
                                                std::vector<observe::RefusedBy>& shadowed_by) {
    return ask_past_shadow(
        ledgers,
        [&limiter, demand, withdrawal](const LedgerSet& asked) {
            return limiter.reserve(demand, asked, withdrawal);
        },
        shadowed_by);
}

awaitable<result<Decision>> move_past_shadow(Limiter& limiter, Reservation& reservation, Usage usage,
                                             const LedgerSet& ledgers, Withdrawal withdrawal,
                                             std::vector<observe::RefusedBy>& shadowed_by) {
    // What is moved twice is settled once: after the first time there is nothing left of the first upstream.
    return ask_past_shadow(
        ledgers,
        [&limiter, &reservation, usage, withdrawal](const LedgerSet& asked) {
            return limiter.move(reservation, usage, asked, withdrawal);
        },
        shadowed_by);
}

bool has_shadow(const LedgerSet& ledgers) noexcept {
    return !std::all_of(ledgers.begin(), ledgers.end(),
                        [](const LedgerLimits& ledger) { return ledger.enforced; });
}

observe::RefusedBy refused_by(const LedgerLimits& ledger, const Refusal& refusal) {
    return {.scope = ledger.scope,
            .dimension = refusal.dimension,
            .name = llm::limit_name(ledger.scope, refusal.dimension, ledger.window_us),
            .limit = refusal.limit,
            .used = refusal.used,
            .requested = refusal.requested,
            .retry_after_us = refusal.retry_after_us};
}

llm::HeaderLines shadow_lines(std::span<const observe::RefusedBy> shadowed_by) {
    llm::HeaderLines lines;
    if (shadowed_by.empty()) return lines;
    std::string names;
    for (const observe::RefusedBy& limit : shadowed_by) {
        if (!names.empty()) names.append(", ");
        names.append(limit.name);
    }
    llm::append_header(lines, "x-weir-shadow", names);
    return lines;
}

}  // namespace weir::proxy
