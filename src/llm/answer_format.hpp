// How an answer is to be read: by its type, and by its first bytes where the type does not fit. Inside the
// room alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::llm {

enum class AnswerFormat : std::uint8_t {
    opaque,      ///< nothing is read
    binary,      ///< by its type; its first bytes may say otherwise
    unknown,     ///< text of some kind
    json,        ///< one document, as far as is known
    json_lines,  ///< documents, one behind another
    event_stream
};

/// `content_type` as it stands in the head, empty where absent.
AnswerFormat declared_format(std::string_view content_type) noexcept;

/// As many of a body's first bytes decide.
inline constexpr std::size_t format_bytes_max = 8;

/// Bytes at which a body has not begun yet: white space, and the three of a byte order mark.
bool is_before_body(char c) noexcept;

/// `begin`: the first bytes behind those. nullopt: more of them must be seen.
std::optional<AnswerFormat> format_by_first_bytes(AnswerFormat declared, std::string_view begin) noexcept;

}  // namespace weir::llm
