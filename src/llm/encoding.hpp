// Which vocabulary a model's tokens are of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::llm {

enum class Encoding : std::uint8_t {
    o200k,   ///< OpenAI since gpt-4o
    cl100k,  ///< OpenAI before, and its embeddings
    other    ///< the mean of open vocabularies: what is usual where a model's own is not known
};
inline constexpr std::size_t encoding_count = 3;

/// By the model's name, with or without a maker before it ("openai/gpt-4o") or "ft:".
Encoding encoding_of(std::string_view model) noexcept;

}  // namespace weir::llm
