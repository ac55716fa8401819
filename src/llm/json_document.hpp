// One JSON text parsed whole and validated, by simdjson's DOM: On-Demand would skip without validating.
// Inside the room alone; the room is compiled with NDEBUG, which simdjson's headers need.
#pragma once

#include <simdjson.h>

#include <memory>
#include <string>
#include <string_view>

namespace weir::llm {

namespace dom = simdjson::dom;

/// Small texts use the thread's own parser, so at most one document per thread may be in use at a time. A
/// text above 1 MiB brings its own parser, whose buffers go with it.
class JsonDocument {
public:
    /// Reads from `offset` on. Copies `text` unless its capacity exceeds its size by
    /// simdjson::SIMDJSON_PADDING. `text` need not outlive the call.
    simdjson::error_code parse(const std::string& text, std::size_t offset = 0);
    /// Copies `text`, into memory that is kept.
    simdjson::error_code parse_copy(std::string_view text);
    /// REQUIRES: parse() succeeded.
    dom::element root() const noexcept { return root_; }

private:
    simdjson::error_code parse_view(std::string_view text, bool must_copy);

    std::unique_ptr<dom::parser> own_;
    dom::element root_;
};

}  // namespace weir::llm
