// The names of sets, and the call that operations share.
#include "limiter/operation.hpp"

namespace weir {

std::string set_name(const LedgerSet& ledgers) {
    std::string name;
    for (const LedgerLimits& ledger : ledgers) name.append(ledger.ledger.key()).push_back('\n');
    return name;
}

std::string set_name(const std::vector<Charge>& charges) {
    std::string name;
    for (const Charge& charge : charges) name.append(charge.ledger.key()).push_back('\n');
    return name;
}

WindowCall call_for(std::span<const Operation* const> operations) {
    WindowCall call;
    for (const Operation* operation : operations) {
        if (const Reserve* reserve = operation->reserve()) {
            call.demands.push_back(reserve->demand);
            continue;
        }
        const Correct& correct = *operation->correct();
        Change change{.correction = *correct.correction, .places = {}};
        for (const Charge& charge : *correct.charges) change.places.push_back(charge.place);
        call.changes.push_back(std::move(change));
    }
    // The limits are those of the demands. Where there are none, none are asked for.
    const Operation& last = *operations.back();
    if (const Reserve* reserve = last.reserve()) {
        for (const LedgerLimits& ledger : reserve->ledgers) {
            call.ledgers.push_back({ledger.ledger, ledger.window_us, ledger.limits});
        }
    } else {
        for (const Charge& charge : *last.correct()->charges) {
            call.ledgers.push_back({charge.ledger, charge.window_us, {}});
        }
    }
    return call;
}

}  // namespace weir
