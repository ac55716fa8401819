// Ratios as nodes tell each other of them, and as they are kept over a restart. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "learning/ratio_sums.hpp"

namespace weir::learning {

inline constexpr std::size_t name_bytes_max =
    256;  ///< of an upstream or a model; longer ones are not learned

struct ToldRatio {
    std::string upstream;
    std::string model;
    Ratio ratio;
};

/// Appends "openai/gpt-4o/120/88000/1042300" and a comma before it where something stands already: names
/// percent-encoded, answers, tokens, millionths. False, and nothing is appended: it would be longer than
/// `bytes_max`, or says nothing.
bool append_ratio(std::string& text, const ToldRatio& told, std::size_t bytes_max);

/// All of them, or nullopt where one is malformed. What is out of bounds is cut to them.
std::optional<std::vector<ToldRatio>> read_ratios(std::string_view text);

}  // namespace weir::learning
