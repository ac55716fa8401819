// Lines, gates and turns. A line is gone as soon as nobody stands there, a gate as soon as no line does.
#include "proxy/wait_lines.hpp"

#include <algorithm>

namespace weir::proxy {

namespace {

template <typename Map>
void count_down(Map& counts, const std::string& name) {
    const auto count = counts.find(name);
    if (--count->second == 0) counts.erase(count);
}

}  // namespace

WaitLines::Gate* WaitLines::find_gate(const std::string& ledger, Dimension dimension,
                                      std::int64_t limit) const {
    const auto gates = gates_.find(ledger);
    if (gates == gates_.end()) return nullptr;
    for (const auto& gate : gates->second) {
        if (gate->obstacle->dimension == dimension && gate->obstacle->limit == limit) return gate.get();
    }
    return nullptr;
}

WaitLines::Gate* WaitLines::gate_of(const Obstacle& obstacle) const {
    return find_gate(obstacle.ledger, obstacle.dimension, obstacle.limit);
}

WaitLines::Gate* WaitLines::gate_before(const LedgerSet& ledgers, const Demand& demand) const {
    for (std::size_t index = ledgers.own().begin; index < ledgers.own().end; ++index) {
        if (!ledgers[index].enforced) continue;
        for (const Dimension dimension : all_dimensions) {
            const std::int64_t limit = ledgers[index].limits.of(dimension);
            if (limit == unlimited || amount_of(demand, dimension) == 0) continue;
            Gate* gate = find_gate(ledgers[index].ledger.key(), dimension, limit);
            if (gate != nullptr) return gate;
        }
    }
    return nullptr;
}

bool WaitLines::is_behind(std::string_view set, const LedgerSet& ledgers, const Demand& demand,
                          bool joins_others) const {
    if (by_set_.contains(std::string(set))) return true;
    return joins_others && gate_before(ledgers, demand) != nullptr;
}

WaitLines::Entry WaitLines::enter(const Applicant& applicant, const LedgerSet& ledgers,
                                  std::optional<Obstacle> own, const Bounds& bounds, std::int64_t now_us) {
    const auto known = by_set_.find(std::string(applicant.set));
    Line* line = known == by_set_.end() ? nullptr : lines_.at(known->second).get();
    Gate* gate = line != nullptr ? line->gate : own ? gate_of(*own) : gate_before(ledgers, applicant.demand);
    Entry entry;
    if (line != nullptr) entry.line = line->id;
    entry.turn_us = own ? own->due_us : now_us;
    if (gate != nullptr) {
        const Amounts ahead = line != nullptr ? line->sum : Amounts{};
        entry.turn_us = std::max(entry.turn_us, turn_us({*gate, line}, ahead, applicant));
    }
    const auto of_key = by_key_.find(std::string(applicant.key_id));
    const bool is_full =
        size() >= bounds.waiting_max || (of_key != by_key_.end() && of_key->second >= bounds.per_key_max);
    if (entry.turn_us > applicant.deadline_us || is_full) {
        const bool may_ask = line == nullptr && !own;
        entry.entered = may_ask ? Entered::ask : is_full ? Entered::too_many : Entered::too_late;
        return entry;
    }
    if (line == nullptr) {
        std::shared_ptr<const Obstacle> told;
        if (own) told = std::make_shared<const Obstacle>(*std::move(own));
        if (gate == nullptr) gate = &make_gate(told, now_us);
        line = &make_line(applicant.set, *gate);
        line->told = std::move(told);
        entry.line = line->id;
        entry.is_new_line = true;
    }
    entry.ticket = ++last_id_;
    add(*line, entry.ticket, applicant);
    wakes_.push_back(line->id);
    return entry;
}

void WaitLines::add(Line& line, Ticket ticket, const Applicant& applicant) {
    line.waiting.emplace(ticket, Waiting{.demand = applicant.demand,
                                         .deadline_us = applicant.deadline_us,
                                         .weight = applicant.weight,
                                         .key_id = std::string(applicant.key_id),
                                         .tier = std::string(applicant.tier),
                                         .asks_alone = applicant.asks_alone});
    line.deadlines.emplace(applicant.deadline_us, ticket);
    line.sum += applicant.demand;
    tickets_.emplace(ticket, line.id);
    ++by_key_[std::string(applicant.key_id)];
    ++by_tier_[std::string(applicant.tier)];
}

WaitLines::Gate& WaitLines::make_gate(std::shared_ptr<const Obstacle> obstacle, std::int64_t now_us) {
    Gates& gates = gates_[obstacle->ledger];
    const auto& gate = gates.emplace_back(std::make_unique<Gate>());
    gate->obstacle = std::move(obstacle);
    gate->asked_us = now_us;
    return *gate;
}

WaitLines::Line& WaitLines::make_line(std::string_view set, Gate& gate) {
    auto line = std::make_unique<Line>();
    line->id = ++last_id_;
    line->set = set;
    by_set_.emplace(line->set, line->id);
    Line& made = *lines_.emplace(line->id, std::move(line)).first->second;
    stand_at(made, gate);
    return made;
}

void WaitLines::stand_at(Line& line, Gate& gate) {
    line.gate = &gate;
    line.pass = gate.pass;
    gate.turns.emplace(line.pass, line.id);
}

/// From its gate. Whoever has the turn then was not the one that the store last said something to.
void WaitLines::step_away(Line& line) {
    Gate& gate = *line.gate;
    const bool had_turn = has_turn(line);
    gate.turns.erase({line.pass, line.id});
    line.gate = nullptr;
    if (!gate.turns.empty()) {
        if (had_turn) gate.knows_front = false;
        return wake_front(gate);
    }
    const auto gates = gates_.find(gate.obstacle->ledger);
    std::erase_if(gates->second, [&](const auto& each) { return each.get() == &gate; });
    if (gates->second.empty()) gates_.erase(gates);
}

bool WaitLines::has_turn(const Line& line) const {
    return line.gate->turns.begin()->second == line.id;
}

void WaitLines::wake_front(const Gate& gate) {
    if (!gate.is_busy) wakes_.push_back(gate.turns.begin()->second);
}

/// When there will be room for the applicant, behind so much of its own line.
std::int64_t WaitLines::turn_us(const Spot& spot, const Amounts& ahead, const Applicant& applicant) const {
    const auto& [gate, line] = spot;
    const Dimension dimension = gate.obstacle->dimension;
    Amounts total = ahead;
    total += applicant.demand;
    std::int64_t needed = amount_of(total, dimension);
    std::int64_t first = amount_of(applicant.demand, dimension);
    const auto of_line = static_cast<double>(needed) / static_cast<double>(applicant.weight);
    for (const auto& [pass, id] : gate.turns) {
        const Line& other = *lines_.at(id);
        const Waiting& front = other.waiting.begin()->second;
        const bool is_first = id == gate.turns.begin()->second;
        if (is_first) first = amount_of(front.demand, dimension);
        if (&other == line) continue;
        const auto share = static_cast<std::int64_t>(of_line * static_cast<double>(front.weight));
        const std::int64_t its = std::min(amount_of(other.sum, dimension), share);
        needed += is_first ? std::max(its, first) : its;
    }
    std::int64_t at_us = room_at_us(gate.obstacle->room, needed, first, gate.obstacle->due_us);
    if (line == nullptr || !line->told) return at_us;
    const Obstacle& told = *line->told;
    for (const Dimension other : all_dimensions) {
        const auto& room = told.tightest[static_cast<std::size_t>(other)];
        if (!room || other == dimension || amount_of(applicant.demand, other) == 0) continue;
        const std::int64_t of_front = amount_of(line->waiting.begin()->second.demand, other);
        at_us = std::max(at_us, room_at_us(*room, amount_of(total, other),
                                           std::max(room->remaining, of_front), told.due_us));
    }
    return at_us;
}

std::int64_t WaitLines::turn_us(const Line& line, Ticket ticket) const {
    Amounts ahead;
    for (const auto& [before, waiting] : line.waiting) {
        if (before == ticket) break;
        ahead += waiting.demand;
    }
    const Waiting& waiting = line.waiting.at(ticket);
    Applicant applicant;
    applicant.demand = waiting.demand;
    applicant.weight = waiting.weight;
    return turn_us({*line.gate, &line}, ahead, applicant);
}

void WaitLines::remove(Line& line, Ticket ticket) {
    const auto found = line.waiting.find(ticket);
    const Waiting& waiting = found->second;
    line.deadlines.erase({waiting.deadline_us, ticket});
    line.sum -= waiting.demand;
    count_down(by_key_, waiting.key_id);
    count_down(by_tier_, waiting.tier);
    tickets_.erase(ticket);
    line.waiting.erase(found);
}

/// Ends the line where it is empty.
void WaitLines::tidy(Line& line) {
    if (!line.waiting.empty()) return;
    const LineId id = line.id;
    if (line.gate != nullptr) step_away(line);
    by_set_.erase(line.set);
    lines_.erase(id);
    wakes_.push_back(id);
}

/// One that is not being asked for.
void WaitLines::take_out(Line& line, Ticket ticket) {
    const bool was_front = line.waiting.begin()->first == ticket;
    remove(line, ticket);
    if (was_front && has_turn(line) && !line.gate->is_busy && !line.waiting.empty()) {
        line.gate->knows_front = false;
        wakes_.push_back(line.id);
    }
    tidy(line);
}

bool WaitLines::leave(Ticket ticket) {
    const auto found = tickets_.find(ticket);
    if (found == tickets_.end()) return false;
    Line& line = *lines_.at(found->second);
    if (is_asked(line, ticket)) return false;
    take_out(line, ticket);
    return true;
}

std::vector<WaitLines::Ticket> WaitLines::leave_all() {
    std::vector<Ticket> left;
    for (const auto& [ticket, line] : tickets_) {
        if (!is_asked(*lines_.at(line), ticket)) left.push_back(ticket);
    }
    for (const Ticket ticket : left) take_out(*lines_.at(tickets_.at(ticket)), ticket);
    return left;
}

Obstacle WaitLines::obstacle_before(LineId line) const {
    const Line& found = *lines_.at(line);
    if (found.told) return *found.told;
    Obstacle obstacle = *found.gate->obstacle;
    obstacle.levels = {};
    return obstacle;
}

}  // namespace weir::proxy
