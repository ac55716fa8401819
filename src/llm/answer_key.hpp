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
    meta_info,
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
    cache_creation,
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
    // What some errors consist of.
    error_code,
    error_message,
    code,
    detail,
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
    result,   ///< text, or an answer within the answer
    results,  ///< one for each prompt
    payload,  ///< output that is no text
    generated_text,
    token,
    generations
};

AnswerKey answer_key(std::string_view name) noexcept;

/// A string of that name is generated text, where it stands within what was generated.
constexpr bool is_text_within(AnswerKey key) noexcept {
    return key == AnswerKey::text || key == AnswerKey::inner_text || key == AnswerKey::content ||
           key == AnswerKey::result || key == AnswerKey::payload || key == AnswerKey::generated_text;
}

/// Text may stand in it, among the members of `result` or of one of `results`.
constexpr bool is_text_of_result(AnswerKey key) noexcept {
    return key == AnswerKey::text || key == AnswerKey::content || key == AnswerKey::generated_text ||
           key == AnswerKey::response || key == AnswerKey::message || key == AnswerKey::choices ||
           key == AnswerKey::output || key == AnswerKey::tool_calls;
}

/// A report of usage is read from it: a number of tokens, what details it, or what it is measured in.
constexpr bool is_part_of_usage(AnswerKey key) noexcept {
    const bool is_count = key >= AnswerKey::input_tokens && key <= AnswerKey::output_details;
    return is_count || key == AnswerKey::timings || key == AnswerKey::iterations || key == AnswerKey::type;
}

}  // namespace weir::llm
