// From what was asked to how many tokens to reserve.
#pragma once

#include <cstdint>

#include "llm/call.hpp"

namespace weir::llm {

enum class EstimateMode : std::uint8_t {
    fitted,  ///< close to the tokenizer's count: a few per cent off either way
    bound    ///< never below it: UTF-8 bytes, and the request must bound its own output
};

/// Input tokens of the call. At least 1.
std::int64_t estimate_input(const Call& call, EstimateMode mode) noexcept;

/// Tokens of a piece of text by the fitted model.
std::int64_t estimate_text(const TextProfile& text) noexcept;

/// Output to reserve: min(the call's own bound, output_default); in mode bound, the call's own bound.
/// `output_default` has been cut to the tightest output limit by the caller.
std::int64_t reserve_output(const Call& call, EstimateMode mode, std::int64_t output_default) noexcept;

}  // namespace weir::llm
