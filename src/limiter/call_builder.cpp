// A call has few ledgers, so that they are looked for one by one.
#include "limiter/call_builder.hpp"

#include <utility>

namespace weir {

bool CallBuilder::add(Operation& operation) {
    if (full()) return false;
    operation.ledgers.clear();
    if (const Reserve* reserve = operation.reserve()) return add(operation, *reserve);
    return add(operation, *operation.correct());
}

WindowCall CallBuilder::take() {
    has_limits_.clear();
    return std::exchange(call_, {});
}

bool CallBuilder::add(Operation& operation, const Reserve& reserve) {
    if (!has_room_for(reserve.ledgers.size())) return false;
    for (const LedgerLimits& ledger : reserve.ledgers) {
        const std::size_t index = index_of(ledger.ledger);
        const bool is_asked = index != none && has_limits_[index];
        if (is_asked && call_.ledgers[index].limits != ledger.limits) return false;
        operation.ledgers.push_back(static_cast<std::uint16_t>(index));
    }
    for (std::size_t i = 0; i < reserve.ledgers.size(); ++i) {
        const LedgerLimits& ledger = reserve.ledgers[i];
        std::uint16_t& index = operation.ledgers[i];
        if (index == none) {
            index = static_cast<std::uint16_t>(call_.ledgers.size());
            call_.ledgers.push_back({&ledger.ledger, ledger.window_us, {}});
            has_limits_.push_back(true);
        }
        call_.ledgers[index].limits = ledger.limits;
        has_limits_[index] = true;
    }
    LedgerDemand demand{.demand = reserve.demand, .ledgers = operation.ledgers};
    for (std::size_t number = 0; number < reserve.ledgers.candidate_count(); ++number)
        demand.candidates.push_back(static_cast<std::uint16_t>(reserve.ledgers.candidate(number).begin));
    call_.demands.push_back(std::move(demand));
    return true;
}

bool CallBuilder::add(Operation& operation, const Correct& correct) {
    if (!has_room_for(correct.charges->size())) return false;
    Change of_usage, of_slots;
    for (const Charge& charge : *correct.charges) {
        std::size_t index = index_of(charge.ledger);
        if (index == none) {
            index = call_.ledgers.size();
            call_.ledgers.push_back({&charge.ledger, charge.window_us, {}});
            has_limits_.push_back(false);
        }
        Change& change = charge.in_flight ? of_slots : of_usage;
        change.correction = correction_for(charge, *correct.correction);
        change.places.push_back(charge.place);
        change.ledgers.push_back(static_cast<std::uint16_t>(index));
        operation.ledgers.push_back(static_cast<std::uint16_t>(index));
    }
    for (Change* change : {&of_usage, &of_slots}) {
        if (!change->ledgers.empty()) call_.changes.push_back(std::move(*change));
    }
    return true;
}

std::size_t CallBuilder::index_of(const LedgerName& name) const {
    for (std::size_t i = 0; i < call_.ledgers.size(); ++i) {
        const LedgerName& other = *call_.ledgers[i].name;
        if (other.hash() == name.hash() && other == name) return i;
    }
    return none;
}

/// An operation of more ledgers than any call may have goes alone.
bool CallBuilder::has_room_for(std::size_t ledger_count) const noexcept {
    return call_.ledgers.empty() || call_.ledgers.size() + ledger_count <= call_ledgers_max;
}

}  // namespace weir
