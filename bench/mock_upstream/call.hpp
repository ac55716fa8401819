// What a request asks of the provider, and how many tokens its text counts here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simdjson::dom {
class parser;
}

namespace weir::mock {

enum class Kind : std::uint8_t { chat, completions, responses, embeddings, messages, models, unknown };

Kind kind_of(std::string_view method, std::string_view target);

struct Call {
    Kind kind = Kind::unknown;
    std::string model;
    bool stream = false;
    bool include_usage = false;  ///< stream_options.include_usage
    bool base64 = false;         ///< embeddings as base64
    std::uint64_t choices = 1;   ///< n, times the number of prompts of a completion
    std::uint64_t inputs = 1;    ///< texts to embed
    std::uint64_t input_tokens = 1;
    std::optional<std::uint64_t> dimensions;
    std::optional<std::uint64_t> tokens_max;
    std::string tool_name;      ///< of the first tool; empty: no tools
    std::string tool_argument;  ///< the first argument that this tool requires, or else has
    std::string problem;        ///< empty: the call can be answered
};

/// Input tokens are the whitespace-separated words of the texts in messages, system, instructions, input,
/// prompt and suffix, and the numbers of token arrays; at least 1. Roles, names, images and tool schemas are
/// free. Never more than the UTF-8 bytes of those texts, unless there are none.
Call parse_call(Kind kind, std::string_view body, simdjson::dom::parser& parser);

}  // namespace weir::mock
