// A request's row as people read it on a terminal.
#pragma once

#include <string>

#include "observe/request_record.hpp"

namespace weir::observe {

/// Without the line's end: "2026-11-26T03:16:46.123456Z 429 acme-web gpt-4o 120→- 300→- 1.2 ms refused
/// key/output_tokens/1m …": time, status, key, model, tokens of input and of output (estimated→actual), how
/// long it took and how much of that was weir's part, outcome where it is not served, limit, request id. In
/// columns.
std::string format_text_row(const RequestRecord& record);

}  // namespace weir::observe
