// What RFC 9112 forbids, or lets two servers read differently, and a lenient parser would let through.
// Pure, over parsed heads; what is wrong with their bytes alone head_parser.hpp has refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/http_message.hpp"
#include "http/objection.hpp"

namespace weir::http {

/// How the body of a message is delimited.
struct Framing {
    bool chunked = false;
    std::optional<std::uint64_t> content_length;
};

/// Transfer-Encoding and Content-Length by RFC 9112 6, more strictly: one `chunked` or nothing, not on 1.0,
/// never together with a length; lengths in digits, repeated only when equal. Connection is a list of tokens
/// (RFC 9110 7.6.1), so that all agree on whether the connection goes on.
Objection check_framing(int version, const Fields& fields, Framing& framing) noexcept;

/// Host (one, without userinfo), the form of the target, and the methods that a proxy of this kind has no use
/// for. `path_and_query` is the target in origin form: a view into the head. `is_forwarded`: somebody else
/// will read the path too, so that of a POST, which may be metered, is judged by the stricter rules.
Objection check_request(const RequestHead& head, std::string_view& path_and_query,
                        bool is_forwarded = true) noexcept;

/// The path (no query) is in its normal form: no empty or dot segments (with `;parameters` or without), no
/// percent-encoded unreserved characters (RFC 3986 6.2.2), so that it means to the upstream what it means to
/// the meter.
/// `may_be_metered`: nor anything encoded that a lenient server might take for a delimiter, for white space
/// or for a letter: / \ ? # ; % and what looks like them beyond ASCII, overlong UTF-8 included. Elsewhere
/// they are names: GET /v1/models/vendor%2Fmodel.
bool is_normal_path(std::string_view path, bool may_be_metered) noexcept;

}  // namespace weir::http
