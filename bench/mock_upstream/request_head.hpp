// A request's head, read strictly: whatever RFC 9112 forbids is named, never repaired.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::mock {

struct Field {
    std::string_view name;
    std::string_view value;
};

/// Views point into the text that was parsed.
struct RequestHead {
    std::string_view line;  ///< the request line as it came
    std::string_view method;
    std::string_view target;
    std::vector<Field> fields;
    std::uint64_t content_length = 0;
    bool chunked = false;
    bool close = false;
    bool expects_continue = false;
    std::string problem;  ///< empty: nothing is wrong

    /// The first field of that name (given in lower case), or an empty view.
    std::string_view value_of(std::string_view name) const;
};

/// Reads the text up to and including the empty line. Reuses the vector of `head`.
void parse_head(std::string_view text, RequestHead& head);

/// Reads one chunk's size line without its CRLF; extensions are taken as a mistake.
std::optional<std::uint64_t> parse_chunk_size(std::string_view line);

}  // namespace weir::mock
