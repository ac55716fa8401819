// Rows by error; llm/dialect gives them the shape of the client's provider.
#include "proxy/errors.hpp"

#include <algorithm>
#include <array>
#include <variant>

#include "weir/error.hpp"

namespace weir::proxy {

namespace {

struct Row {
    std::variant<errc, http_errc> code;
    int status;
    std::string_view type;
    std::string_view error_code;
    std::string_view message;
    observe::Outcome outcome;
};

constexpr std::string_view invalid = "invalid_request_error";
constexpr std::string_view server = "server_error";

constexpr std::array<Row, 19> rows{{
    {errc::store_unavailable, 503, server, "store_unavailable",
     "The limits can't be checked right now. Please try again.", Outcome::store_unavailable},
    {errc::store_timeout, 503, server, "store_unavailable",
     "The limits can't be checked right now. Please try again.", Outcome::store_unavailable},
    {errc::withdrawn, 499, invalid, "client_gone", "The client left.", Outcome::client_gone},
    {http_errc::bad_request, 400, invalid, "bad_request", "The request is malformed.", Outcome::bad_request},
    {http_errc::header_too_large, 431, invalid, "header_too_large", "The request header is too large.",
     Outcome::bad_request},
    {http_errc::target_too_long, 414, invalid, "uri_too_long", "The request target is too long.",
     Outcome::bad_request},
    {http_errc::method_not_allowed, 405, invalid, "method_not_allowed", "The method is not allowed.",
     Outcome::bad_request},
    {http_errc::expectation_failed, 417, invalid, "expectation_failed", "Expect must be 100-continue.",
     Outcome::bad_request},
    {http_errc::body_too_large, 413, invalid, "request_too_large", "The request body is too large.",
     Outcome::bad_request},
    {http_errc::request_timeout, 408, invalid, "request_timeout", "The request did not arrive in time.",
     Outcome::bad_request},
    {http_errc::too_many_buffered_bytes, 503, server, "overloaded",
     "Too much is being processed. Please try again.", Outcome::overloaded},
    {http_errc::too_many_connections, 503, server, "overloaded", "Too many connections. Please try again.",
     Outcome::overloaded},
    {http_errc::overloaded, 503, server, "overloaded", "This server is overloaded. Please try again.",
     Outcome::overloaded},
    {http_errc::draining, 503, server, "overloaded", "This server is shutting down. Please try again.",
     Outcome::overloaded},
    {http_errc::upstream_unreachable, 502, server, "upstream_unreachable", "The upstream can't be reached.",
     Outcome::upstream_failed},
    {http_errc::upstream_timeout, 504, server, "upstream_timeout", "The upstream did not answer in time.",
     Outcome::upstream_failed},
    {http_errc::upstream_broken, 502, server, "upstream_broken", "The upstream's answer broke off.",
     Outcome::upstream_failed},
    {http_errc::upstream_bad_answer, 502, server, "upstream_bad_answer",
     "The upstream's answer is malformed.", Outcome::upstream_failed},
    {http_errc::client_gone, 499, invalid, "client_gone", "The client left.", Outcome::client_gone},
}};

constexpr Row unforeseen{http_errc::ok,           500, server, "internal_error", "Something went wrong.",
                         Outcome::upstream_failed};

const Row& row_of(boost::system::error_code code) noexcept {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& candidate) {
        return std::visit([&](auto own) { return code == own; }, candidate.code);
    });
    return row == rows.end() ? unforeseen : *row;
}

}  // namespace

llm::ErrorDescription describe_error(boost::system::error_code code, std::string_view detail) {
    const Row& row = row_of(code);
    llm::ErrorDescription description;
    description.status = row.status;
    description.type = row.type;
    description.code = row.error_code;
    description.message = detail.empty() ? row.message : detail;
    return description;
}

Outcome outcome_of(boost::system::error_code code) noexcept {
    return row_of(code).outcome;
}

Outcome outcome_of(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::never_fits:
            return Outcome::never_fits;
        case Verdict::blocked:
            return Outcome::blocked;
        case Verdict::admitted:
        case Verdict::refused:
            break;
    }
    return Outcome::refused;
}

llm::ErrorDescription describe(const RefusalReason& reason, std::string_view more) {
    llm::ErrorDescription description;
    description.status = reason.status;
    description.type = invalid;
    description.code = reason.code;
    description.message = std::string(reason.message).append(more);
    return description;
}

std::string_view place_of_key(llm::Dialect dialect) noexcept {
    if (dialect == llm::Dialect::anthropic) return "an x-api-key header.";
    if (dialect == llm::Dialect::gemini) return "an x-goog-api-key header.";
    return "an Authorization header (Authorization: Bearer YOUR_KEY).";
}

}  // namespace weir::proxy
