// Text reduced to what a linear token estimate needs: how many of each class of character.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::llm {

/// Defined in character_class.hpp, their coefficients in estimate.cpp.
enum class CharacterClass : std::uint8_t;
inline constexpr std::size_t character_class_count_max = 40;

struct TextProfile {
    std::int64_t bytes = 0;  ///< UTF-8 length
    std::array<std::int64_t, character_class_count_max> counts{};

    /// Takes any bytes; what is no UTF-8 counts as text of an unknown script.
    void add(std::string_view utf8) noexcept;
    /// Bytes that only the bound counts.
    void add_unread(std::int64_t more_bytes) noexcept { bytes += more_bytes; }
    /// Quotes, colons and commas around a key or value of JSON that is shown to the model.
    void add_json_marks(std::int64_t more) noexcept;
};

}  // namespace weir::llm
