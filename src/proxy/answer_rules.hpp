// Which of the upstream's fields reach the client, and heads of weir's own answers. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/config.hpp"
#include "llm/dialect.hpp"
#include "proxy/http_names.hpp"

namespace weir::proxy {

/// How a relayed body is delimited toward the client.
enum class BodyFraming : std::uint8_t { none, content_length, chunked, until_close };

/// `length_holds`: the body will have as many bytes as the upstream announced.
BodyFraming answer_framing(const Framing& upstream, int client_version, bool has_body,
                           bool length_holds) noexcept;

/// RFC 9110 6.4.1: whether an answer of that status to that method has a body at all.
bool answer_has_body(std::string_view method, int status) noexcept;

/// `Location` and its like as the client may follow it: what lies at the upstream becomes a path at weir,
/// without the upstream's base path; any other place stays as it is.
std::string place_for_client(std::string_view value, const config::Url& url);

struct ClientAnswer {
    const ResponseHead& head;
    const config::Url& upstream;
    Framing upstream_framing;
    BodyFraming framing = BodyFraming::none;
    bool close = false;  ///< the connection ends after this answer
    int client_version = 11;
    std::string_view request_id;       ///< added where the upstream gives none of its own
    std::string_view rate_limits;      ///< weir's lines; empty where nothing is limited
    bool replace_rate_limits = false;  ///< drop the upstream's own family
    std::string_view cors{};           ///< weir's lines, in place of the upstream's own; empty: theirs pass
    bool body_is_decoded = false;      ///< the body goes on without the upstream's Content-Encoding
};

/// The whole head toward the client.
std::string make_answer_head(const ClientAnswer& answer);

/// An answer of weir's own, head and body.
struct OwnAnswer {
    const llm::Answer& answer;
    std::string_view request_id;
    std::int64_t now_us = 0;
    bool close = false;
    bool head_only = false;   ///< to a HEAD request
    std::string_view cors{};  ///< lines of cors.hpp
};
std::string make_own_answer(const OwnAnswer& own);

}  // namespace weir::proxy
