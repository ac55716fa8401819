// Requests as the daily totals and the metrics count them: each decision once, each settlement once.
#pragma once

#include "observe/request_record.hpp"
#include "proxy/background_responses.hpp"
#include "proxy/settlement.hpp"
#include "usage/totals.hpp"

namespace weir::proxy {

struct Worker;

/// What is said of a settlement in the record: the tokens as charged, after `cached_input_weight`.
Usage as_recorded(Usage usage, const Spent& spent) noexcept;
/// Of a request that has ended. Nothing where nobody decided on it.
usage::Amounts amounts_of(const observe::RequestRecord& record, const Spent& spent) noexcept;

/// A request has ended. Its day is the one that it ended on.
void enter(Worker& worker, const observe::RequestRecord& record, const Spent& spent);
/// A response that was made in the background has been settled: its request was entered when it was held.
void enter(Worker& worker, const BackgroundResponses::Settled& settled);

}  // namespace weir::proxy
