// Heads of messages: judged and taken apart in one pass, so that what was judged is what is read.
// Pure: bytes in, values out.
#pragma once

#include <cstddef>
#include <string_view>

#include "http/http_message.hpp"
#include "http/objection.hpp"

namespace weir::http {

/// A whole head of a request, from its first line to the empty one. `METHOD SP target SP HTTP/1.x` with
/// nothing else (RFC 9112 3), no lower-case letters in METHOD; then lines that end in CRLF and in nothing
/// else, names and values as RFC 9110 5 has them, no white space before a colon, no folding. The views of
/// `head` point into `bytes`; after an objection what it holds means nothing.
Objection parse_head(std::string_view bytes, std::size_t target_bytes_max, RequestHead& head);

/// The same of an answer: `HTTP/1.x SP status SP reason`. Many leave out the last space, which RFC 9112 4
/// wants even where no reason follows.
Objection parse_head(std::string_view bytes, ResponseHead& head);

}  // namespace weir::http
