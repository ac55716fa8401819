// Finds the outermost member `usage` of a JSON object that passes in pieces, in constant memory.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "llm/usage_reader.hpp"

namespace weir::llm {

class JsonUsageFinder {
public:
    /// Tells the reader of each `usage` that is complete, and of the end of the object.
    void feed(std::string_view bytes, UsageReader& reader);

private:
    static constexpr std::size_t captured_bytes_max = 64 << 10;
    static constexpr std::string_view wanted = "usage";

    std::size_t pass_string(std::string_view bytes, std::size_t begin);
    void structural(std::string_view bytes, std::size_t at, UsageReader& reader);
    void end_member(std::string_view bytes, std::size_t at, UsageReader& reader);
    void capture(std::string_view bytes);

    std::size_t depth_ = 0;
    bool is_object_ = false;  ///< the outermost value is one
    bool done_ = false;
    bool in_string_ = false;
    bool escaped_ = false;   ///< the byte before was a backslash within a string
    bool key_next_ = false;  ///< the next outermost string is a key
    bool in_key_ = false;
    bool is_wanted_ = false;  ///< the member's key is `usage`
    bool capturing_ = false;
    bool too_long_ = false;
    std::size_t capture_from_ = 0;  ///< in the piece at hand
    std::string key_;
    std::string captured_;
};

}  // namespace weir::llm
