// The names and the call that letters share.
#include "limiter/mailbox.hpp"

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

WindowCall call_for(std::span<const Letter* const> letters) {
    WindowCall call;
    for (const Letter* letter : letters) {
        if (letter->correction == nullptr) {
            call.demands.push_back(letter->demand);
            continue;
        }
        Change change{.correction = *letter->correction, .places = {}};
        for (const Charge& charge : *letter->charges) change.places.push_back(charge.place);
        call.changes.push_back(std::move(change));
    }
    // The limits are those of the demands. Where there are none, none are asked for.
    const Letter& last = *letters.back();
    if (last.correction == nullptr) {
        for (const LedgerLimits& ledger : last.ledgers) {
            call.ledgers.push_back({ledger.ledger, ledger.window_us, ledger.limits});
        }
    } else {
        for (const Charge& charge : *last.charges) {
            call.ledgers.push_back({charge.ledger, charge.window_us, {}});
        }
    }
    return call;
}

}  // namespace weir
