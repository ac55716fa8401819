// One table, grouped by length at compile time.
#include "llm/member_names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "text/ascii.hpp"

namespace weir::llm {

namespace {

struct Row {
    std::string_view name;
    Member member;
};

// The deciding ones in the order of the enum, then input under all the names that servers read it by.
constexpr std::array rows{
    Row{"model", Member::model},
    Row{"stream", Member::stream},
    Row{"stream_options", Member::stream_options},
    Row{"background", Member::background},
    Row{"max_tokens", Member::max_tokens},
    Row{"max_completion_tokens", Member::max_completion_tokens},
    Row{"max_output_tokens", Member::max_output_tokens},        // Responses
    Row{"n_predict", Member::n_predict},                        // llama.cpp, on OpenAI's paths too
    Row{"num_predict", Member::num_predict},                    // Ollama
    Row{"max_new_tokens", Member::max_new_tokens},              // TGI, SGLang, LMDeploy
    Row{"max_tokens_to_sample", Member::max_tokens_to_sample},  // Anthropic, before messages
    Row{"max_length", Member::max_length},                      // KoboldCpp
    Row{"n", Member::n},
    Row{"best_of", Member::best_of},
    Row{"n_cmpl", Member::n_cmpl},  // llama.cpp, before n
    Row{"num_return_sequences", Member::num_return_sequences},
    Row{"num_generations", Member::num_generations},  // Cohere
    Row{"options", Member::options},
    Row{"parameters", Member::parameters},
    Row{"sampling_params", Member::sampling_params},
    Row{"generationConfig", Member::generation_config},
    Row{"generation_config", Member::generation_config_snake},
    Row{"inferenceConfig", Member::inference_config},  // Bedrock

    Row{"messages", Member::messages},
    Row{"contents", Member::messages},      // Gemini
    Row{"chat_history", Member::messages},  // Cohere
    Row{"input", Member::items_or_texts},
    Row{"inputs", Member::texts},  // TGI, TEI, Cohere, Voyage
    Row{"prompt", Member::texts},
    Row{"texts", Member::texts},
    Row{"text_input", Member::texts},  // Triton
    Row{"inputText", Member::texts},   // Bedrock
    Row{"sentences", Member::texts},
    Row{"data", Member::texts},      // TEI and others
    Row{"memory", Member::content},  // KoboldCpp
    Row{"additional_messages", Member::messages},
    Row{"additional_instructions", Member::content},
    Row{"thread", Member::content},     // OpenAI's assistants
    Row{"document", Member::content},   // Mistral
    Row{"tool_results", Member::json},  // Cohere
    Row{"toolConfig", Member::tools},   // Bedrock
    Row{"requests", Member::texts},     // Gemini's batches
    Row{"text_1", Member::texts},       // vLLM's score
    Row{"text_2", Member::documents},
    Row{"data_1", Member::texts},
    Row{"data_2", Member::documents},
    Row{"queries", Member::texts},
    Row{"items", Member::documents},
    Row{"passages", Member::documents},
    Row{"documents", Member::documents},
    Row{"input_ids", Member::texts},  // SGLang
    Row{"token_ids", Member::texts},  // vLLM
    Row{"context", Member::texts},    // Ollama: the tokens of what was said before
    Row{"instances", Member::texts},  // Vertex
    Row{"content", Member::content},  // llama.cpp's and Gemini's embeddings
    Row{"text", Member::text},
    Row{"system", Member::content},
    Row{"systemInstruction", Member::content},
    Row{"system_instruction", Member::content},
    Row{"system_prompt", Member::content},
    Row{"instructions", Member::items_or_texts},
    Row{"instruction", Member::content},
    Row{"preamble", Member::content},
    Row{"message", Member::content},
    Row{"query", Member::content},
    Row{"suffix", Member::content},
    Row{"input_prefix", Member::content},
    Row{"input_suffix", Member::content},
    Row{"input_extra", Member::content},
    Row{"tool_prompt", Member::content},
    Row{"template", Member::content},
    Row{"chat_template", Member::content},
    Row{"prediction", Member::content},
    Row{"tools", Member::tools},
    Row{"functions", Member::tools},
    Row{"response_format", Member::json},
    Row{"output_config", Member::json},
    Row{"output_format", Member::json},
    Row{"chat_template_kwargs", Member::json},
    Row{"prompt_embeds", Member::embeddings},  // vLLM
    Row{"models", Member::models},             // OpenRouter
    Row{"images", Member::images},
    Row{"image", Member::images},
};

constexpr std::size_t length_max = 23;

struct Index {
    std::array<Row, rows.size()> by_length{};
    std::array<std::uint8_t, length_max + 2> begin{};  ///< of each length; one more for the end
};

constexpr Index make_index() {
    Index index;
    std::size_t filled = 0;
    for (std::size_t length = 0; length <= length_max; ++length) {
        index.begin[length] = static_cast<std::uint8_t>(filled);
        for (const Row& row : rows) {
            if (row.name.size() == length) index.by_length[filled++] = row;
        }
    }
    index.begin[length_max + 1] = static_cast<std::uint8_t>(filled);
    return index;
}
constexpr Index names = make_index();
static_assert(names.begin[length_max + 1] == rows.size(), "a name is longer than length_max");

constexpr bool deciding_come_in_order() {
    for (std::size_t i = 0; i < deciding_count; ++i) {
        if (rows[i].member != static_cast<Member>(i)) return false;
    }
    return true;
}
static_assert(deciding_come_in_order());

std::span<const Row> rows_of_length(std::size_t length) noexcept {
    if (length > length_max) return {};
    const std::size_t begin = names.begin[length];
    return {names.by_length.data() + begin, names.begin[length + 1] - begin};
}

bool has_capitals(std::string_view name) noexcept {
    return std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

Member member_of(std::string_view name) noexcept {
    for (const Row& row : rows_of_length(name.size())) {
        if (row.name.front() == name.front() && row.name == name) return row.member;
    }
    return Member::unknown;
}

Member member_by_capitals(std::string_view name) noexcept {
    if (name.size() > length_max || !has_capitals(name)) return Member::unknown;
    for (const Row& row : rows_of_length(name.size())) {
        if (text::equals_ignoring_case(row.name, name)) return row.member;
    }
    return Member::unknown;
}

std::string_view name_of(Member member) noexcept {
    return rows[static_cast<std::size_t>(member)].name;
}

}  // namespace weir::llm
