// Content codings, both ways: the real ones, of the usual libraries.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::mock {

/// Whether `coding` ("gzip", "deflate", "raw-deflate", "zstd", "br") is one of these.
bool is_coding(std::string_view coding);

/// `text` in that coding. REQUIRES: is_coding(coding).
std::string encode(std::string_view coding, std::string_view text);

/// What a body with this Content-Encoding says: one coding or several, as "gzip, zstd". Nullopt where one is
/// unknown, the bytes are none of it, or the text is longer than `bytes_max`.
std::optional<std::string> decode(std::string_view content_encoding, std::string_view bytes,
                                  std::size_t bytes_max);

}  // namespace weir::mock
