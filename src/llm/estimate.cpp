// What the text likely is in the model's vocabulary, and what messages, names and tools add.
#include "llm/estimate.hpp"

#include <algorithm>

#include "weir/limit.hpp"

namespace weir::llm {

namespace {

// https://github.com/openai/openai-cookbook, "How to count tokens with tiktoken"
constexpr std::int64_t tokens_per_message = 3;
constexpr std::int64_t tokens_per_name = 1;
constexpr std::int64_t tokens_of_reply = 3;
/// What surrounds the rendering of one tool.
constexpr std::int64_t tokens_per_tool = 7;
/// Anthropic sets a system prompt of its own before tools: 346 tokens with current models, at most 530.
constexpr std::int64_t anthropic_tool_prompt = 346;
constexpr std::int64_t anthropic_tool_prompt_max = 530;
/// In the bound, with room to spare. Anthropic's own tools (computer use, editor) bring up to 735 tokens
/// each.
constexpr std::int64_t bound_per_message = 16;
constexpr std::int64_t bound_per_tool = 64;
constexpr std::int64_t bound_per_anthropic_tool = 800;
constexpr std::int64_t bound_of_request = 32;

bool has_messages(Api api) noexcept {
    return api == Api::chat_completions || api == Api::responses || api == Api::anthropic_messages ||
           api == Api::ollama_chat || api == Api::gemini_generate;
}

std::int64_t fitted_input(const Call& call) noexcept {
    const InputSize& input = call.input;
    std::int64_t tokens =
        estimate_text(input.text, encoding_of(call.model)) + input.exact_tokens + input.media_tokens;
    if (has_messages(call.api)) {
        tokens += tokens_per_message * input.messages + tokens_per_name * input.names + tokens_of_reply;
    }
    tokens += tokens_per_tool * input.tools;
    if (call.api == Api::anthropic_messages && input.tools > 0) tokens += anthropic_tool_prompt;
    return tokens;
}

std::int64_t bound_of_input(const Call& call) noexcept {
    const InputSize& input = call.input;
    const bool is_anthropic = call.api == Api::anthropic_messages;
    std::int64_t tokens = input.text.bytes + input.exact_tokens + input.media_tokens_max;
    // Also where there are no messages: a tokenizer may add marks at the beginning and the end.
    tokens += bound_of_request + bound_per_message * (input.messages + input.names);
    tokens += (is_anthropic ? bound_per_anthropic_tool : bound_per_tool) * input.tools;
    if (is_anthropic && input.tools > 0) tokens += anthropic_tool_prompt_max;
    return tokens;
}

}  // namespace

std::int64_t estimate_text(const TextProfile& text, Encoding encoding) noexcept {
    const std::int64_t tokens = (text.thousandths[static_cast<std::size_t>(encoding)] + 500) / 1000;
    return std::min(tokens, text.bytes);
}

std::int64_t estimate_input(const Call& call, EstimateMode mode) noexcept {
    const std::int64_t tokens = mode == EstimateMode::bound ? bound_of_input(call) : fitted_input(call);
    return std::clamp<std::int64_t>(tokens, 1, amount_max);
}

std::int64_t estimate_input_least(const Call& call) noexcept {
    return std::clamp<std::int64_t>(fitted_input(call) - call.input.media_tokens_guessed, 1, amount_max);
}

std::int64_t reserve_output(const Call& call, EstimateMode mode, std::int64_t output_default,
                            OutputReserve reserve) noexcept {
    if (!call.output_bound) return output_default;
    const bool is_chosen = reserve == OutputReserve::own_bound && !call.output_bound_is_guessed;
    if (mode == EstimateMode::bound || is_chosen) return *call.output_bound;
    return std::min(*call.output_bound, output_default);
}

}  // namespace weir::llm
