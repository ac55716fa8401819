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

/// What of the fitted estimate is certain: without what was guessed of media whose size can't be seen.
/// Whoever refuses for good refuses for no more than this. At least 1.
std::int64_t estimate_input_least(const Call& call) noexcept;

/// Tokens of a text in a vocabulary, as the fitted table has it. At most its bytes.
std::int64_t estimate_text(const TextProfile& text, Encoding encoding) noexcept;

/// What a tier reserves where the call bounds its own output.
enum class OutputReserve : std::uint8_t {
    output_default,  ///< no more than the default: clients set their bound high
    own_bound        ///< all of it: nothing is overshot
};

/// Output to reserve: min(the call's own bound, output_default); in mode bound, or where the tier chose so
/// and the request itself gives the bound, the call's own bound. Without one, `output_default`, which the
/// caller has cut to the tightest output limit.
std::int64_t reserve_output(const Call& call, EstimateMode mode, std::int64_t output_default,
                            OutputReserve reserve = OutputReserve::output_default) noexcept;

}  // namespace weir::llm
