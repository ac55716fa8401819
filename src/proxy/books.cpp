// What was decided is counted at the end of the request, so that one look-up does for decision and tokens.
#include "proxy/books.hpp"

#include "proxy/worker.hpp"
#include "text/times.hpp"

namespace weir::proxy {

Usage as_recorded(Usage usage, const Spent& spent) noexcept {
    usage.input_tokens = spent.weighted_input_tokens;
    usage.output_tokens = spent.output_tokens;
    return usage;
}

usage::Amounts amounts_of(const observe::RequestRecord& record, const Spent& spent) noexcept {
    usage::Amounts amounts;
    if (record.store_mode.empty()) return amounts;
    amounts.requests = 1;
    amounts.refused = record.refused_by ? 1 : 0;
    amounts.admitted = 1 - amounts.refused;
    amounts.input_tokens = spent.input_tokens;
    amounts.cached_input_tokens = spent.cached_input_tokens;
    amounts.output_tokens = spent.output_tokens;
    return amounts;
}

void enter(Worker& worker, const observe::RequestRecord& record, const Spent& spent) {
    const usage::Amounts amounts = amounts_of(record, spent);
    if (amounts.requests == 0) return;
    const std::int64_t day = text::day_of(record.received_at_us + record.duration_us);
    worker.usage.add(day, record.key_id, record.model, amounts);
    if (record.refused_by) {
        worker.refused_keys.note(record.key_id, record.refused_by->name, record.refused_by->limit);
    }
}

void enter(Worker& worker, const BackgroundResponses::Settled& settled) {
    const Spent& spent = settled.spent;
    usage::Amounts amounts;
    amounts.input_tokens = spent.input_tokens;
    amounts.cached_input_tokens = spent.cached_input_tokens;
    amounts.output_tokens = spent.output_tokens;
    worker.usage.add(text::day_of(worker.clock.now_us()), settled.key_id, settled.model, amounts);
    worker.metrics.count_settled(settled.reserved, as_recorded({}, spent));
    worker.metrics.reservations_in_flight.subtract();
}

}  // namespace weir::proxy
