// A hash table made by the compiler: most look-ups end at a free place.
#include "llm/answer_key.hpp"

#include <array>

namespace weir::llm {

namespace {

struct Named {
    std::string_view name;
    AnswerKey key;
};

using Key = AnswerKey;

constexpr std::array all_names{
    Named{"usage", Key::usage},
    Named{"usageMetadata", Key::usage_metadata},
    Named{"usage_metadata", Key::usage_metadata},
    Named{"x_groq", Key::x_groq},
    Named{"meta", Key::meta},
    Named{"timings", Key::timings},
    Named{"details", Key::details},
    Named{"meta_info", Key::meta_info},
    Named{"iterations", Key::iterations},
    Named{"tokens", Key::tokens},
    Named{"billed_units", Key::billed_units},

    Named{"input_tokens", Key::input_tokens},
    Named{"inputTokens", Key::input_tokens},
    Named{"prompt_tokens", Key::prompt_tokens},
    Named{"promptTokens", Key::prompt_tokens},
    Named{"promptTokenCount", Key::prompt_token_count},
    Named{"prompt_token_count", Key::prompt_token_count},
    Named{"toolUsePromptTokenCount", Key::tool_use_prompt_token_count},
    Named{"tool_use_prompt_token_count", Key::tool_use_prompt_token_count},
    Named{"prompt_eval_count", Key::prompt_eval_count},
    Named{"tokens_evaluated", Key::tokens_evaluated},
    Named{"prompt_n", Key::prompt_n},
    Named{"input_length", Key::input_length},
    Named{"input_token_count", Key::input_length},
    Named{"output_tokens", Key::output_tokens},
    Named{"outputTokens", Key::output_tokens},
    Named{"completion_tokens", Key::completion_tokens},
    Named{"completionTokens", Key::completion_tokens},
    Named{"candidatesTokenCount", Key::candidates_token_count},
    Named{"candidates_token_count", Key::candidates_token_count},
    Named{"responseTokenCount", Key::candidates_token_count},
    Named{"generation_token_count", Key::candidates_token_count},
    Named{"thoughtsTokenCount", Key::thoughts_token_count},
    Named{"thoughts_token_count", Key::thoughts_token_count},
    Named{"eval_count", Key::eval_count},
    Named{"tokens_predicted", Key::tokens_predicted},
    Named{"predicted_n", Key::predicted_n},
    Named{"generated_tokens", Key::generated_tokens},
    Named{"generated_token_count", Key::generated_tokens},
    Named{"reasoning_tokens", Key::reasoning_tokens},
    Named{"total_tokens", Key::total_tokens},
    Named{"totalTokens", Key::total_tokens},
    Named{"totalTokenCount", Key::total_tokens},
    Named{"total_token_count", Key::total_tokens},
    Named{"cached_tokens", Key::cached_tokens},
    Named{"num_cached_tokens", Key::cached_tokens},
    Named{"prompt_cache_hit_tokens", Key::cached_tokens},
    Named{"prompt_cached_tokens", Key::cached_tokens},
    Named{"cached_prompt_tokens", Key::cached_tokens},
    Named{"cached_prompt_text_tokens", Key::cached_tokens},
    Named{"cached_input_tokens", Key::cached_tokens},
    Named{"cachedInputTokens", Key::cached_tokens},
    Named{"cache_read_tokens", Key::cached_tokens},
    Named{"cachedContentTokenCount", Key::cached_tokens},
    Named{"cached_content_token_count", Key::cached_tokens},
    Named{"cache_read_input_tokens", Key::cache_read_input_tokens},
    Named{"cacheReadInputTokens", Key::cache_read_input_tokens},
    Named{"cache_creation_input_tokens", Key::cache_creation_input_tokens},
    Named{"cacheWriteInputTokens", Key::cache_creation_input_tokens},
    Named{"cache_creation", Key::cache_creation},
    Named{"cache_n", Key::cache_n},
    Named{"prompt_tokens_details", Key::input_details},
    Named{"input_tokens_details", Key::input_details},
    Named{"prompt_token_details", Key::input_details},
    Named{"input_token_details", Key::input_details},
    Named{"completion_tokens_details", Key::output_details},
    Named{"output_tokens_details", Key::output_details},

    Named{"id", Key::id},
    Named{"object", Key::object},
    Named{"type", Key::type},
    Named{"event_type", Key::event_type},
    Named{"status", Key::status},
    Named{"error", Key::error},
    Named{"errors", Key::error},
    Named{"base_resp", Key::base_resp},
    Named{"index", Key::index},
    Named{"finish_reason", Key::finish_reason},
    Named{"finishReason", Key::finish_reason},
    Named{"stop_reason", Key::stop_reason},
    Named{"done", Key::done},
    Named{"stop", Key::stop},
    Named{"is_finished", Key::is_finished},
    Named{"promptFeedback", Key::prompt_feedback},
    Named{"error_code", Key::error_code},
    Named{"error_type", Key::error_code},
    Named{"error_msg", Key::error_message},
    Named{"error_message", Key::error_message},
    Named{"code", Key::code},
    Named{"detail", Key::detail},

    Named{"choices", Key::choices},
    Named{"candidates", Key::candidates},
    Named{"message", Key::message},
    Named{"response", Key::response},
    Named{"delta", Key::delta},
    Named{"output", Key::output},
    Named{"outputs", Key::output},
    Named{"content_block", Key::content_block},
    Named{"function_call", Key::function_call},
    Named{"tool_calls", Key::tool_calls},
    Named{"content", Key::content},
    Named{"generated_text", Key::generated_text},
    Named{"token", Key::token},
    Named{"generations", Key::generations},
    Named{"text", Key::text},
    Named{"reasoning_content", Key::text},
    Named{"reasoning", Key::text},
    Named{"thinking", Key::text},
    Named{"refusal", Key::text},
    Named{"arguments", Key::inner_text},
    Named{"name", Key::inner_text},
    Named{"partial_json", Key::text},
    Named{"completion", Key::text},
    Named{"transcript", Key::text},
    Named{"audio", Key::text},
    Named{"answer", Key::text},
    Named{"reply", Key::text},
    Named{"output_text", Key::text},
    Named{"generation", Key::text},
    Named{"url", Key::inner_text},
    Named{"image_url", Key::inner_text},
    Named{"data", Key::payload},
    Named{"embedding", Key::payload},
    Named{"embeddings", Key::payload},
    Named{"images", Key::payload},
    Named{"result", Key::result},
    Named{"results", Key::results},
    Named{"b64_json", Key::text},
    Named{"partial_image_b64", Key::text},
};

constexpr std::size_t places = 1024;
static_assert(all_names.size() < places / 4 && all_names.size() < 256);

constexpr std::size_t place_of(std::string_view name) noexcept {
    const auto first = static_cast<unsigned char>(name.front());
    const auto last = static_cast<unsigned char>(name.back());
    const auto middle = static_cast<unsigned char>(name[name.size() / 2]);
    return (name.size() * 61 + std::size_t{7} * first + std::size_t{29} * last + std::size_t{3} * middle) %
           places;
}

/// Each name stands at its place, or behind it where others came first. 0: free; else one more than its
/// position.
constexpr auto make_table() noexcept {
    std::array<std::uint8_t, places> table{};
    for (std::size_t i = 0; i < all_names.size(); ++i) {
        std::size_t at = place_of(all_names[i].name);
        while (table[at] != 0) at = (at + 1) % places;
        table[at] = static_cast<std::uint8_t>(i + 1);
    }
    return table;
}
constexpr auto table = make_table();

}  // namespace

AnswerKey answer_key(std::string_view name) noexcept {
    if (name.empty()) return AnswerKey::other;
    for (std::size_t at = place_of(name); table[at] != 0; at = (at + 1) % places) {
        const Named& known = all_names[table[at] - 1U];
        if (known.name.size() == name.size() && known.name == name) return known.key;
    }
    return AnswerKey::other;
}

}  // namespace weir::llm
