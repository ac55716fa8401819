// Numbers in, numbers out, in the order that lua/window.lua names.
#include "limiter/window_call.hpp"

#include <algorithm>

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

void add_ledger(Command& command, const WindowLedger& ledger) {
    command.add(ledger.window_us);
    for (const Dimension dimension : all_dimensions) {
        const std::int64_t limit = ledger.limits.of(dimension);
        if (limit == unlimited) {
            command.add("");
        } else {
            command.add(limit);
        }
    }
}

void add_change(Command& command, const Change& change) {
    const Correction& correction = change.correction;
    command.add_all("c", correction.admission_back.requests, correction.admission_back.input_tokens,
                    correction.input_more, correction.lease_back, correction.produced,
                    correction.lease_again);
    for (const Place& place : change.places) {
        command.add_all(place.epoch, place.admission_bucket, place.lease_bucket, place.produced_bucket,
                        std::min(correction.produced_back, place.produced_in_bucket));
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

std::optional<DemandReply> take_demand_reply(Numbers& numbers, const WindowCall& call, const Demand& demand) {
    DemandReply reply;
    const std::int64_t code = numbers.take();
    if (code == 1) reply.kind = DemandReply::Kind::admitted;
    if (code != 0) return reply;
    reply.kind = DemandReply::Kind::refused;
    const std::int64_t ledger = numbers.take(), dimension = numbers.take();
    if (ledger < 1 || ledger > static_cast<std::int64_t>(call.ledgers.size())) return std::nullopt;
    if (dimension < 1 || dimension > static_cast<std::int64_t>(dimension_count)) return std::nullopt;
    Refusal& refusal = reply.refusal;
    refusal.ledger_index = static_cast<std::size_t>(ledger - 1);
    refusal.dimension = all_dimensions[static_cast<std::size_t>(dimension - 1)];
    refusal.limit = call.ledgers[refusal.ledger_index].limits.of(refusal.dimension);
    refusal.used = numbers.take();
    refusal.requested = demand.of(refusal.dimension);
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
    }
    return 0;
}

}  // namespace

std::vector<std::string> encode(const WindowCall& call, const std::string& script_sha1) {
    const std::size_t words_per_change = 7 + 5 * call.ledgers.size();
    Command command(8 + 6 * call.ledgers.size() + words_per_change * call.changes.size() +
                    6 * call.additions.size() + 4 * call.demands.size());
    const bool names_store_epoch = call.store_epoch != 0;
    command.add_all("EVALSHA", script_sha1,
                    static_cast<std::int64_t>(call.ledgers.size() + (names_store_epoch ? 1 : 0)));
    for (const WindowLedger& ledger : call.ledgers) command.add(ledger.name.key());
    if (names_store_epoch) command.add(store_epoch_key);
    command.add_all(call.now_us, call.not_after_us, call.fresh_epoch, call.store_epoch);
    for (const WindowLedger& ledger : call.ledgers) add_ledger(command, ledger);
    for (const Change& change : call.changes) add_change(command, change);
    for (const Addition& addition : call.additions) {
        command.add_all("a", static_cast<std::int64_t>(addition.ledger_index + 1), addition.bucket,
                        addition.amounts.requests, addition.amounts.input_tokens,
                        addition.amounts.output_tokens);
    }
    for (const Demand& demand : call.demands) {
        command.add_all("r", demand.requests, demand.input_tokens, demand.output_tokens);
    }
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
    for (const Demand& demand : call.demands) {
        const auto answered = take_demand_reply(rest, call, demand);
        if (!answered) return std::nullopt;
        reply.demands.push_back(*answered);
    }
    if (rest.failed() || !rest.empty()) return std::nullopt;
    return reply;
}

std::vector<Level> levels_of(const LedgerSet& ledgers, const WindowReply& reply) {
    std::vector<Level> levels;
    levels.reserve(ledgers.size() * dimension_count);
    for (std::size_t i = 0; i < ledgers.size(); ++i) {
        for (const Dimension dimension : all_dimensions) {
            const std::int64_t limit = ledgers[i].limits.of(dimension);
            if (limit == unlimited) continue;
            const LedgerState& ledger = reply.ledgers[i];
            levels.push_back({i, dimension, limit, ledger.sums.of(dimension),
                              std::max<std::int64_t>(until_us(ledger, dimension) - reply.now_us, 0)});
        }
    }
    return levels;
}

}  // namespace weir
