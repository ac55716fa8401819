// The rounds of asking.
#include "proxy/shadow.hpp"

#include <algorithm>
#include <string>

namespace weir::proxy {

namespace {

/// The ledgers that are still asked, and where each stands among all of them.
class Asked {
public:
    explicit Asked(std::span<const LedgerLimits> all) : all_(all), asked_(all) {}

    std::span<const LedgerLimits> ledgers() const noexcept { return asked_; }
    std::size_t place_of(std::size_t index) const noexcept {
        return places_.empty() ? index : places_[index];
    }
    bool has_shadow() const noexcept {
        return !std::all_of(asked_.begin(), asked_.end(),
                            [](const LedgerLimits& ledger) { return ledger.enforced; });
    }
    void leave_out(std::size_t index) {
        copy();
        kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(index));
        places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(index));
        asked_ = kept_;
    }
    void leave_out_shadow() {
        for (std::size_t index = asked_.size(); index-- > 0;) {
            if (!asked_[index].enforced) leave_out(index);
        }
    }

private:
    /// Only where something is left out: most requests never come here.
    void copy() {
        if (asked_.data() != all_.data()) return;
        kept_.assign(all_.begin(), all_.end());
        for (std::size_t index = 0; index < all_.size(); ++index) places_.push_back(index);
    }

    std::span<const LedgerLimits> all_;
    std::span<const LedgerLimits> asked_;
    std::vector<LedgerLimits> kept_;
    std::vector<std::size_t> places_;
};

}  // namespace

awaitable<result<Decision>> reserve_past_shadow(Limiter& limiter, Demand demand,
                                                std::span<const LedgerLimits> ledgers, const bool* gone,
                                                std::vector<observe::RefusedBy>& shadowed_by) {
    Asked asked(ledgers);
    std::vector<observe::RefusedBy> noted;
    // Each round but the last leaves at least one out.
    for (;;) {
        auto decided = co_await limiter.reserve(demand, asked.ledgers(), gone);
        if (!decided) {
            if (decided.error() == errc::client_gone || !asked.has_shadow()) co_return decided;
            asked.leave_out_shadow();
            continue;
        }
        if (decided->verdict == Verdict::admitted) {
            shadowed_by = std::move(noted);
            co_return decided;
        }
        Refusal& refusal = decided->refusal;
        const LedgerLimits& ledger = asked.ledgers()[refusal.ledger_index];
        if (ledger.enforced) {
            refusal.ledger_index = asked.place_of(refusal.ledger_index);
            co_return decided;
        }
        noted.push_back(refused_by(ledger, refusal));
        asked.leave_out(refusal.ledger_index);
    }
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
