// Who is asked for next, and what follows from the store's answers.
#include <algorithm>
#include <limits>

#include "proxy/wait_lines.hpp"

namespace weir::proxy {

namespace {

constexpr std::int64_t never_us = std::numeric_limits<std::int64_t>::max();

/// Costs are divided by weights: so much finer than amounts are.
constexpr std::int64_t pass_scale = 1'024;

std::int64_t cost_of(const Demand& demand, std::int64_t weight, Dimension dimension) noexcept {
    return std::max<std::int64_t>(
        amount_of(demand, dimension) * pass_scale / std::max<std::int64_t>(weight, 1), 1);
}

bool is_no_smaller(const Demand& demand, const Demand& than) noexcept {
    return demand.requests >= than.requests && demand.input_tokens >= than.input_tokens &&
           demand.output_tokens >= than.output_tokens;
}

using Kind = WaitLines::Answer::Kind;

/// What was admitted goes to those in front; see the header.
std::vector<std::optional<std::size_t>> deal(const std::vector<WaitLines::Answer>& answers) {
    std::vector<std::optional<std::size_t>> dealt(answers.size());
    std::size_t next = 0;
    for (std::size_t place = 0; place < answers.size(); ++place) {
        if (answers[place].kind == Kind::final) {
            dealt[place] = place;
            continue;
        }
        while (next < answers.size() && answers[next].kind != Kind::admitted) ++next;
        if (next < answers.size()) dealt[place] = next++;
    }
    return dealt;
}

}  // namespace

std::int64_t WaitLines::asks_at_us(const Line& line) const {
    const Gate& gate = *line.gate;
    if (!has_turn(line) || gate.is_busy) return never_us;
    if (gate.is_open) return 0;
    const std::int64_t earliest_us = gate.asked_us + pause_us;
    if (!gate.knows_front) return earliest_us;
    const std::int64_t last_us = line.waiting.begin()->second.deadline_us - last_ask_before_us;
    return std::max(gate.obstacle->due_us, std::min(earliest_us, last_us));
}

WaitLines::Step WaitLines::step(LineId id, std::int64_t now_us) {
    Step step;
    const auto found = lines_.find(id);
    step.is_over = found == lines_.end();
    if (step.is_over) return step;
    Line& line = *found->second;
    const std::vector<Ticket> late = late_in(line, now_us);
    if (!late.empty()) step.obstacle = obstacle_before(id);
    for (const Ticket ticket : late) step.expired.push_back({ticket, turn_us(line, ticket)});
    for (const Ticket ticket : late) take_out(*lines_.at(id), ticket);
    step.is_over = !lines_.contains(id);
    if (step.is_over) return step;
    // Whoever is in front now may have come there just so.
    const std::int64_t asks_us = asks_at_us(line);
    if (asks_us <= now_us) {
        step.ask = begin_wave(line, now_us);
        return step;
    }
    step.wake_us = asks_us;
    for (const auto& [deadline_us, ticket] : line.deadlines) {
        if (is_asked(line, ticket)) continue;
        step.wake_us = std::min(step.wake_us, deadline_us);
        break;
    }
    return step;
}

/// Whose time is up, but for those that are being asked for, and the front where it was to be asked for
/// before that and only its server is late.
std::vector<WaitLines::Ticket> WaitLines::late_in(const Line& line, std::int64_t now_us) const {
    const auto& [front, waiting] = *line.waiting.begin();
    const bool front_asks = asks_at_us(line) <= now_us && line.gate->asked_us < waiting.deadline_us;
    std::vector<Ticket> late;
    for (const auto& [deadline_us, ticket] : line.deadlines) {
        if (deadline_us > now_us) break;
        if (!is_asked(line, ticket) && !(front_asks && ticket == front)) late.push_back(ticket);
    }
    return late;
}

std::vector<WaitLines::Ticket> WaitLines::begin_wave(Line& line, std::int64_t now_us) {
    Gate& gate = *line.gate;
    const auto next = std::next(gate.turns.begin());
    const std::int64_t others_pass = next == gate.turns.end() ? never_us : next->first;
    std::int64_t pass = line.pass;
    std::vector<Ticket> wave;
    const Waiting* last = nullptr;
    const Dimension dimension = gate.obstacle->dimension;
    const std::int64_t of_front = amount_of(line.waiting.begin()->second.demand, dimension);
    std::int64_t needed = 0;
    bool has_room = true;
    for (const auto& [ticket, waiting] : line.waiting) {
        needed += amount_of(waiting.demand, dimension);
        if (last != nullptr) {
            const bool goes_along = has_room && wave.size() < wave_max && pass <= others_pass &&
                                    !last->asks_alone && !waiting.asks_alone &&
                                    is_no_smaller(waiting.demand, last->demand);
            if (!goes_along) break;
            // The first for whom there should be none goes along too: its refusal says when there will be.
            has_room = gate.was_admitted ||
                       (gate.knows_front && gate.obstacle->room.window_us > 0 &&
                        room_at_us(gate.obstacle->room, needed, of_front, gate.obstacle->due_us) <= now_us);
        }
        wave.push_back(ticket);
        pass += cost_of(waiting.demand, waiting.weight, dimension);
        last = &waiting;
    }
    line.asked_to = wave.back();
    gate.is_busy = true;
    gate.is_open = false;
    gate.given_back = 0;
    return wave;
}

std::vector<std::optional<std::size_t>> WaitLines::decided(LineId id, std::vector<Answer> answers,
                                                           std::int64_t now_us) {
    Line& line = *lines_.at(id);
    Gate& gate = *line.gate;
    std::vector<std::optional<std::size_t>> dealt = deal(answers);
    gate.is_busy = false;
    gate.pass = line.pass;
    gate.turns.erase({line.pass, line.id});
    gate.was_admitted = false;
    auto place = line.waiting.begin();
    for (const std::optional<std::size_t>& gets : dealt) {
        const auto [ticket, waiting] = *place++;
        if (!gets) continue;
        if (answers[*gets].kind == Kind::admitted) {
            line.pass += cost_of(waiting.demand, waiting.weight, gate.obstacle->dimension);
            gate.was_admitted = true;
        }
        remove(line, ticket);
    }
    gate.turns.emplace(line.pass, line.id);
    line.asked_to = 0;
    const auto refused = std::find_if(answers.begin(), answers.end(),
                                      [](const Answer& answer) { return answer.kind == Kind::refused; });
    gate.is_open = true;
    const bool has_moved = refused != answers.end() && !line.waiting.empty() &&
                           note_refusal(line, *std::move(refused->obstacle), now_us);
    if (!has_moved && !has_turn(line)) wake_front(gate);
    tidy(line);
    return dealt;
}

/// True: it stands at another gate now.
bool WaitLines::note_refusal(Line& line, Obstacle obstacle, std::int64_t now_us) {
    Gate& gate = *line.gate;
    line.told = std::make_shared<const Obstacle>(std::move(obstacle));
    if (gate_of(*line.told) == &gate) {
        gate.asked_us = now_us;
        gate.was_admitted = false;
        gate.obstacle = line.told;
        gate.knows_front = has_turn(line);
        gate.is_open = !gate.knows_front || gate.given_back >= gate.obstacle->missing;
        return false;
    }
    // Whoever comes after it at the old gate need not be refused there.
    step_away(line);
    Gate* other = gate_of(*line.told);
    stand_at(line, other != nullptr ? *other : make_gate(line.told, now_us));
    return true;
}

void WaitLines::given_back(const LedgerSet& ledgers, const Amounts& amounts) {
    for (const LedgerLimits& ledger : ledgers) {
        const auto gates = gates_.find(ledger.ledger.key());
        if (gates == gates_.end()) continue;
        for (const std::unique_ptr<Gate>& gate : gates->second) {
            const Dimension dimension = gate->obstacle->dimension;
            const bool is_slot = dimension == Dimension::in_flight;
            gate->given_back += is_slot ? 1 : std::max<std::int64_t>(amounts.of(dimension), 0);
            if (gate->is_busy || gate->is_open || gate->given_back < gate->obstacle->missing) continue;
            gate->is_open = true;
            wake_front(*gate);
        }
    }
}

}  // namespace weir::proxy
