// A small scanner over JSON text, for what a parsed document can't tell: offsets, and its size before
// parsing.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace weir::llm {

struct JsonShape {
    std::size_t depth = 0;   ///< of the deepest array or object; 1 for the outermost
    std::size_t values = 0;  ///< at least the number of values and keys, less one for each array or object
};

/// Takes any bytes; for those that are no JSON the answer is of no meaning, but there is one.
JsonShape json_shape(std::string_view text) noexcept;

/// Where a value stands in the text: [begin, end).
struct JsonExtent {
    std::size_t begin = 0;
    std::size_t end = 0;
};

enum class AnyCase { no, yes };  ///< of ASCII letters

/// Walks the members of the object that opens at `object_at`, in order. REQUIRES: as find_json_member.
class JsonMembers {
public:
    JsonMembers(std::string_view text, std::size_t object_at) noexcept : text_(text), next_(object_at + 1) {}

    bool next() noexcept;
    /// The key is `name` (ASCII, in lower case); its escapes are resolved.
    bool is_named(std::string_view name, AnyCase any_case = AnyCase::no) const noexcept;
    const JsonExtent& value() const noexcept { return value_; }

private:
    std::string_view text_;
    std::size_t next_;
    std::string_view key_;  ///< as it stands, without its quotes
    JsonExtent value_;
};

/// The first member named `key` (ASCII) of the object that opens at `object_at`; escapes in keys are
/// resolved. REQUIRES: `text` is valid JSON and has a `{` at `object_at`.
std::optional<JsonExtent> find_json_member(std::string_view text, std::size_t object_at,
                                           std::string_view key) noexcept;

/// The first offset at or after `at` that holds no white space; the size of the text where there is none.
std::size_t skip_json_space(std::string_view text, std::size_t at) noexcept;

}  // namespace weir::llm
