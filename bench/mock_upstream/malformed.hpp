// Answers that break the rules, byte by byte as asked.
#pragma once

#include <string>
#include <string_view>

#include "mock_upstream/knobs.hpp"

namespace weir::mock {

struct WireAnswer {
    std::string bytes;
    bool close_after = false;
};

/// One chunk of a body that is sent in chunks.
void append_chunk(std::string& out, std::string_view bytes);

/// Frames a body in the asked-for way. `fields` are header lines that every answer has, each with its CRLF.
WireAnswer malformed_answer(Malformed kind, std::string_view fields, std::string_view body);

/// A gzip file of stored blocks: nothing saved, but every decoder takes it.
std::string gzip(std::string_view text);

}  // namespace weir::mock
