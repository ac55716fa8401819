// The members of bodies that weir knows by name, and what each is for. Inside the room alone.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::llm {

enum class Member : std::uint8_t {
    // These decide a charge or a route: each is given at most once, and with a value of its type.
    model,
    stream,
    stream_options,
    background,
    max_tokens,
    max_completion_tokens,
    max_output_tokens,
    n_predict,
    num_predict,
    max_new_tokens,
    max_tokens_to_sample,
    max_length,
    n,
    best_of,
    n_cmpl,
    num_return_sequences,
    num_generations,
    // Objects that hold bounds and multipliers.
    options,
    parameters,
    sampling_params,
    generation_config,
    generation_config_snake,
    inference_config,
    deciding_count,

    // Input; named by how it is read (input_reader.hpp). They may be repeated: each counts.
    messages = deciding_count,
    items_or_texts,
    texts,
    text,
    content,
    tools,
    json,
    images,
    documents,
    embeddings,
    models,
    unknown
};
inline constexpr std::size_t deciding_count = static_cast<std::size_t>(Member::deciding_count);

/// How much is looked at hardly grows with the number of names: those of the same length alone are compared.
Member member_of(std::string_view name) noexcept;

/// The same without regard to case, as Go's servers (Ollama) read names; unknown for one without capitals.
Member member_by_capitals(std::string_view name) noexcept;

/// REQUIRES: `member` decides.
std::string_view name_of(Member member) noexcept;

}  // namespace weir::llm
