// How much a request allows to be produced, whichever of the bound's names a server prefers. Inside the room
// alone.
#pragma once

#include <cstdint>
#include <optional>

#include "llm/call.hpp"
#include "llm/call_fields.hpp"

namespace weir::llm {

/// The largest of all bounds given, times the choices asked for, times `prompts`; nullopt where there is
/// none, or one of them stands for no bound: -1, and 0 (but Anthropic's). Throws a CallError for one that is
/// no integer or negative otherwise, also where another one is larger.
std::optional<std::int64_t> output_bound(const CallText& text, const TopLevel& fields, std::int64_t prompts);

/// Of Vertex's :predict: the largest bound among instances and parameters, for each instance.
std::optional<std::int64_t> output_bound_of_predictions(const CallText& text, const TopLevel& fields);

/// a x b, at most amount_max.
std::int64_t clamped_product(std::int64_t a, std::int64_t b) noexcept;

/// Of `choices` images by that model.
std::int64_t output_bound_of_images(std::string_view model, std::int64_t choices) noexcept;

inline constexpr std::int64_t choices_max = 1'000'000;

}  // namespace weir::llm
