// What weir itself says to a client, in the shape that the client's SDK understands.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "llm/api.hpp"
#include "weir/limit.hpp"

namespace weir::llm {

/// Fields of a header as they stand on the wire: "name: value", each with its CRLF.
using HeaderLines = std::string;

inline void append_header(HeaderLines& lines, std::string_view name, std::string_view value) {
    lines.append(name).append(": ").append(value).append("\r\n");
}

/// An answer of weir's own; the caller adds Content-Length, Date and x-request-id.
struct Answer {
    int status = 500;
    HeaderLines headers;  ///< names in lower case; Content-Type included
    std::string body;
};

/// An error that is no refusal by a limit.
struct ErrorDescription {
    int status = 500;
    std::string_view type;  ///< OpenAI's; Anthropic's and Google's follow from the status
    std::string message;
    std::string param;                ///< empty: null
    std::string_view code;            ///< empty: null
    std::int64_t retry_after_us = 0;  ///< told where a dialect's body has a place for it
};

Answer error_answer(Dialect dialect, const ErrorDescription& error, std::string_view request_id);

/// The same as what ends a broken stream: an event with its blank line, in Ollama's streams a line of JSON.
std::string error_event(Dialect dialect, const ErrorDescription& error);

/// A refusal by a limit and all that its answer tells.
struct RefusalContext {
    Verdict verdict = Verdict::refused;  ///< refused, never_fits or blocked
    Refusal refusal;
    Scope scope = Scope::key;             ///< of the ledger that refused
    std::int64_t window_us = 60'000'000;  ///< of the ledger that refused; not told of requests in flight
    std::string_view owner;               ///< the name of the group or upstream whose ledger it is
    std::string_view model;               ///< empty: not named
    std::array<std::optional<Level>, dimension_count> tightest;
    std::int64_t now_us = 0;  ///< wall clock, for resets given as dates
    std::int64_t spread_us =
        0;  ///< added to the retry headers alone, so that clients don't come back all at once
    std::string_view request_id;
};

/// 429, 413 or 403, with x-weir-limit and the rate-limit headers.
Answer refusal_answer(Dialect dialect, const RefusalContext& context);

/// 429 where every upstream that could serve the request has asked for a pause, which ends after `wait_us`.
Answer pause_answer(Dialect dialect, std::int64_t wait_us, std::string_view request_id);

/// `retry-after` and, where SDKs of the dialect read it, `retry-after-ms`: at most 59 s, since SDKs ignore
/// more than 60.
void append_retry_headers(Dialect dialect, std::int64_t wait_us, HeaderLines& headers);

/// The rate-limit headers of one answer, refused or not.
void append_rate_limit_headers(Dialect dialect,
                               const std::array<std::optional<Level>, dimension_count>& tightest,
                               std::int64_t now_us, HeaderLines& headers);

/// `name` (any case) belongs to the upstream's own rate-limit families, which weir replaces.
bool is_rate_limit_header(std::string_view name) noexcept;

/// "key/output_tokens/1m"; of requests in flight, which have no window, "key/in_flight".
std::string limit_name(Scope scope, Dimension dimension, std::int64_t window_us);

}  // namespace weir::llm
