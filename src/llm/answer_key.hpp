// The member names that answers are read by, whatever provider they come from. Inside the room alone.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::llm {

enum class AnswerKey : std::uint8_t {
    other,
    // Where usage stands.
    usage,
    usage_metadata,
    x_groq,
    meta,
    timings,
    details,
    iterations,
    tokens,
    billed_units,
    // Counts of the input, of the output, of both, and of the part that came from a cache.
    input_tokens,
    prompt_tokens,
    prompt_token_count,
    tool_use_prompt_token_count,
    prompt_eval_count,
    tokens_evaluated,
    prompt_n,
    input_length,
    output_tokens,
    completion_tokens,
    candidates_token_count,
    thoughts_token_count,
    eval_count,
    tokens_predicted,
    predicted_n,
    generated_tokens,
    reasoning_tokens,
    total_tokens,
    cached_tokens,
    cache_read_input_tokens,
    cache_creation_input_tokens,
    cache_n,
    input_details,
    output_details,
    // What an answer is and how it ends.
    id,
    object,
    type,
    event_type,
    status,
    error,
    base_resp,
    index,
    finish_reason,
    stop_reason,
    done,
    stop,
    is_finished,
    prompt_feedback,
    moderation,
    prompt_filter_results,
    // Where text stands.
    choices,
    candidates,
    message,
    response,
    delta,
    output,
    content_block,
    function_call,
    tool_calls,
    text,        ///< any of the names that generated text stands under
    inner_text,  ///< the same, but elsewhere the name says something else
    content,
    generated_text,
    token,
    generations
};

AnswerKey answer_key(std::string_view name) noexcept;

}  // namespace weir::llm
