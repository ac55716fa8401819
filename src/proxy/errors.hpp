// What HTTP clients are told of errors and refusals, one row each: status, code, message, and how it is
// counted.
#pragma once

#include <string_view>

#include "http/error.hpp"
#include "llm/dialect.hpp"
#include "observe/request_record.hpp"

namespace weir::proxy {

/// Status, OpenAI type and code, and a message for the client. `detail` replaces the message where it says
/// more.
llm::ErrorDescription describe_error(boost::system::error_code code, std::string_view detail = {});

/// How the request is counted and logged.
observe::Outcome outcome_of(boost::system::error_code code) noexcept;
/// Of one that a limit refuses.
observe::Outcome outcome_of(Verdict verdict) noexcept;

/// Why weir refuses a request by a rule of its own, and all that follows from it. Nothing is reserved by
/// then, so that nothing is to be given back.
struct RefusalReason {
    int status;
    std::string_view code;  ///< OpenAI's; its type is "invalid_request_error"
    std::string_view message;
    observe::Outcome outcome;
};

// One line each; the place where one is raised names it: `answer_error(describe(unknown_key),
// unknown_key.outcome)`.
using observe::Outcome;
inline constexpr RefusalReason no_key{401, "invalid_api_key", "You didn't provide an API key. Send it in ",
                                      Outcome::unauthenticated};
inline constexpr RefusalReason unknown_key{401, "invalid_api_key", "Incorrect API key provided.",
                                           Outcome::unauthenticated};
inline constexpr RefusalReason disabled_key{401, "invalid_api_key", "This key is disabled.",
                                            Outcome::unauthenticated};
inline constexpr RefusalReason no_websockets{
    426, "websocket_not_supported",
    "WebSocket connections are not served here. Send the request over plain HTTP.", Outcome::bad_request};
inline constexpr RefusalReason not_weirs_path{
    404, "unknown_url", "weir itself serves GET /weir/limits and nothing else here.", Outcome::bad_request};
inline constexpr RefusalReason not_weirs_method{405, "method_not_allowed", not_weirs_path.message,
                                                Outcome::bad_request};

inline constexpr RefusalReason not_served{404, "unknown_url", "This path is not served.",
                                          Outcome::bad_request};
inline constexpr RefusalReason unknown_model{404, "model_not_found",
                                             "The model does not exist or you do not have access to it.",
                                             Outcome::bad_request};
inline constexpr RefusalReason unknown_coding{
    415, "unsupported_content_encoding",
    "The body's Content-Encoding must be one or two of gzip, deflate, zstd and br.", Outcome::bad_request};
inline constexpr RefusalReason bad_call{400, "", "", Outcome::bad_request};
inline constexpr RefusalReason no_output_bound{
    400, "", "This key requires a bound on the output: ", Outcome::bad_request};

/// `more`: is put behind the message.
llm::ErrorDescription describe(const RefusalReason& reason, std::string_view more = {});
/// Behind `no_key`: "an x-api-key header."
std::string_view place_of_key(llm::Dialect dialect) noexcept;

}  // namespace weir::proxy
