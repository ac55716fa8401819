// Numbers in, numbers out, in the order that lua/window.lua names.
#include "limiter/window_call.hpp"

#include <algorithm>

#include "limiter/store_keys.hpp"

namespace weir {

namespace {

class Command {
public:
    explicit Command(std::size_t size) { words_.reserve(size); }
    void add(std::string_view word) { words_.emplace_back(word); }
    void add(std::int64_t number) { words_.push_back(std::to_string(number)); }
    template <typename... Words>
    void add_all(const Words&... words) {
        (add(words), ...);
    }
    std::vector<std::string> take() { return std::move(words_); }

private:
    std::vector<std::string> words_;
};

/// Lua counts from 1.
std::int64_t number_of_key(std::size_t ledger_index) noexcept {
    return static_cast<std::int64_t>(ledger_index + 1);
}

/// Ledgers of the same window and limits, as most calls have them, share their words.
void add_windows(Command& command, const std::vector<WindowLedger>& ledgers) {
    for (auto begin = ledgers.begin(); begin != ledgers.end();) {
        const auto end = std::find_if(begin, ledgers.end(), [&](const WindowLedger& ledger) {
            return ledger.window_us != begin->window_us || ledger.limits != begin->limits;
        });
        const auto count = static_cast<std::int64_t>(end - begin);
        const bool counts_in_flight = begin->limits.counts_in_flight();
        command.add_all(counts_in_flight ? -count : count, begin->window_us);
        for (const Dimension dimension : {Dimension::requests, Dimension::input_tokens,
                                          Dimension::output_tokens, Dimension::total_tokens}) {
            const bool is_of_slots = counts_in_flight && dimension == Dimension::output_tokens;
            const std::int64_t limit = begin->limits.of(is_of_slots ? Dimension::in_flight : dimension);
            if (limit == unlimited) {
                command.add("");
            } else {
                command.add(limit);
            }
        }
        begin = end;
    }
}

void add_change(Command& command, const Change& change) {
    const Correction& correction = change.correction;
    const bool gives_produced_back = correction.produced_back > 0;
    command.add_all(gives_produced_back ? "p" : "c", correction.admission_back.requests,
                    correction.admission_back.input_tokens, correction.input_more, correction.lease_back,
                    correction.produced, correction.lease_again,
                    static_cast<std::int64_t>(change.places.size()));
    for (std::size_t i = 0; i < change.places.size(); ++i) {
        const Place& place = change.places[i];
        command.add_all(number_of_key(change.ledgers[i]), place.epoch, place.admission_bucket,
                        place.lease_bucket);
        if (gives_produced_back) {
            command.add_all(place.produced_bucket,
                            std::min(correction.produced_back, place.produced_in_bucket));
        }
    }
}

/// All ledgers of the call, in their order, need not be named.
bool is_all(const LedgerIndexes& indexes, std::size_t ledger_count) {
    if (indexes.size() != ledger_count) return false;
    for (std::size_t i = 0; i < ledger_count; ++i) {
        if (indexes[i] != i) return false;
    }
    return true;
}

void add_ledgers(Command& command, const LedgerIndexes& indexes, std::size_t begin, std::size_t end) {
    command.add(static_cast<std::int64_t>(end - begin));
    for (std::size_t i = begin; i < end; ++i) command.add(number_of_key(indexes[i]));
}

void add_demand(Command& command, const LedgerDemand& asked, std::size_t ledger_count) {
    const Demand& demand = asked.demand;
    const LedgerIndexes& candidates = asked.candidates;
    command.add_all(candidates.empty() ? "r" : "o", demand.requests, demand.input_tokens,
                    demand.output_tokens);
    const std::size_t count = asked.ledgers.size();
    if (candidates.empty()) {
        if (is_all(asked.ledgers, ledger_count)) return command.add("0");
        return add_ledgers(command, asked.ledgers, 0, count);
    }
    add_ledgers(command, asked.ledgers, 0, candidates.front());
    command.add(static_cast<std::int64_t>(candidates.size()));
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const std::size_t end = i + 1 < candidates.size() ? candidates[i + 1] : count;
        add_ledgers(command, asked.ledgers, candidates[i], end);
    }
}

/// Takes numbers one by one; `failed` once there are too few.
class Numbers {
public:
    explicit Numbers(std::span<const std::int64_t> numbers) : rest_(numbers) {}
    std::int64_t take() {
        if (rest_.empty()) {
            failed_ = true;
            return 0;
        }
        const std::int64_t number = rest_.front();
        rest_ = rest_.subspan(1);
        return number;
    }
    Amounts take_amounts() {
        const std::int64_t requests = take(), input = take(), output = take();
        return {requests, input, output};
    }
    bool failed() const noexcept { return failed_; }
    bool empty() const noexcept { return rest_.empty(); }

private:
    std::span<const std::int64_t> rest_;
    bool failed_ = false;
};

std::optional<DemandReply> take_demand_reply(Numbers& numbers, const WindowCall& call,
                                             const LedgerDemand& asked) {
    DemandReply reply;
    const std::int64_t code = numbers.take();
    const std::size_t candidates = std::max<std::size_t>(asked.candidates.size(), 1);
    if (code > 0) {
        if (static_cast<std::uint64_t>(code) > candidates) return std::nullopt;
        reply.kind = DemandReply::Kind::admitted;
        reply.candidate = static_cast<std::size_t>(code - 1);
    }
    if (code != 0) return reply;
    reply.kind = DemandReply::Kind::refused;
    if (!asked.candidates.empty()) {
        const std::int64_t earliest = numbers.take() - 1;
        if (earliest < 0 || static_cast<std::size_t>(earliest) >= candidates) return std::nullopt;
        reply.candidate = static_cast<std::size_t>(earliest);
    }
    const std::int64_t ledger = numbers.take(), dimension = numbers.take();
    const auto found = std::find_if(asked.ledgers.begin(), asked.ledgers.end(),
                                    [&](std::uint16_t index) { return number_of_key(index) == ledger; });
    if (found == asked.ledgers.end()) return std::nullopt;
    if (dimension < 1 || dimension > static_cast<std::int64_t>(dimension_count)) return std::nullopt;
    Refusal& refusal = reply.refusal;
    refusal.ledger_index = static_cast<std::size_t>(found - asked.ledgers.begin());
    refusal.dimension = all_dimensions[static_cast<std::size_t>(dimension - 1)];
    const Limits& limits = call.ledgers[*found].limits;
    refusal.limit = limits.of(refusal.dimension);
    refusal.used = numbers.take();
    refusal.requested = demand_on(limits, asked.demand).of(refusal.dimension);
    refusal.retry_after_us = numbers.take();
    reply.alike_more = numbers.take();
    return reply;
}

std::int64_t until_us(const LedgerState& ledger, Dimension dimension) noexcept {
    switch (dimension) {
        case Dimension::requests:
            return ledger.requests_until_us;
        case Dimension::input_tokens:
            return ledger.input_until_us;
        case Dimension::output_tokens:
            return ledger.output_until_us;
        case Dimension::total_tokens:
            return std::max(ledger.input_until_us, ledger.output_until_us);
        case Dimension::in_flight:
            return 0;  // as in Level
    }
    return 0;
}

}  // namespace

std::vector<std::string> encode(const WindowCall& call, const std::string& script_sha1) {
    const std::size_t operations = call.changes.size() + call.additions.size() + call.demands.size();
    Command command(8 + 6 * call.ledgers.size() + 16 * operations);
    const bool names_store_epoch = call.store_epoch != 0;
    command.add_all("EVALSHA", script_sha1,
                    static_cast<std::int64_t>(call.ledgers.size() + (names_store_epoch ? 1 : 0)));
    for (const WindowLedger& ledger : call.ledgers) command.add(ledger.name->key());
    if (names_store_epoch) command.add(store_keys::epoch);
    command.add_all(call.now_us, call.not_after_us, call.fresh_epoch, call.store_epoch);
    add_windows(command, call.ledgers);
    for (const Change& change : call.changes) add_change(command, change);
    for (const Addition& addition : call.additions) {
        command.add_all("a", number_of_key(addition.ledger_index), addition.bucket, addition.amounts.requests,
                        addition.amounts.input_tokens, addition.amounts.output_tokens);
    }
    for (const LedgerDemand& asked : call.demands) add_demand(command, asked, call.ledgers.size());
    return command.take();
}

std::optional<WindowReply> decode(const WindowCall& call, std::span<const std::int64_t> numbers) {
    Numbers rest(numbers);
    WindowReply reply;
    reply.now_us = rest.take();
    if (numbers.size() == 2 && numbers[1] == -1) {
        reply.other_store_epoch = true;
        return reply;
    }
    reply.ledgers.reserve(call.ledgers.size());
    for (std::size_t i = 0; i < call.ledgers.size(); ++i) {
        LedgerState ledger;
        ledger.epoch = rest.take();
        ledger.sums = rest.take_amounts();
        ledger.requests_until_us = rest.take();
        ledger.input_until_us = rest.take();
        ledger.output_until_us = rest.take();
        reply.ledgers.push_back(ledger);
    }
    reply.demands.reserve(call.demands.size());
    for (const LedgerDemand& asked : call.demands) {
        const auto answered = take_demand_reply(rest, call, asked);
        if (!answered) return std::nullopt;
        reply.demands.push_back(*answered);
    }
    if (rest.failed() || !rest.empty()) return std::nullopt;
    return reply;
}

std::vector<Level> levels_of(const LedgerSet& ledgers, const LedgerIndexes& indexes,
                             const WindowReply& reply) {
    std::vector<Level> levels;
    levels.reserve(ledgers.size() * dimension_count);
    for (std::size_t i = 0; i < ledgers.size(); ++i) {
        for (const Dimension dimension : all_dimensions) {
            const std::int64_t limit = ledgers[i].limits.of(dimension);
            if (limit == unlimited) continue;
            const LedgerState& ledger = reply.ledgers[indexes[i]];
            levels.push_back({i, dimension, limit, ledger.sums.of(dimension),
                              std::max<std::int64_t>(until_us(ledger, dimension) - reply.now_us, 0)});
        }
    }
    return levels;
}

}  // namespace weir
