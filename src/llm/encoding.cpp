// https://github.com/openai/tiktoken/blob/main/tiktoken/model.py
#include "llm/encoding.hpp"

#include <array>

#include "text/ascii.hpp"

namespace weir::llm {

namespace {

struct Row {
    std::string_view prefix;  ///< of a name, up to its end or to what is no letter and no digit
    Encoding encoding;
};
// The first match counts, so longer names stand before their prefixes.
constexpr std::array<Row, 19> rows{{
    {"gpt-4o", Encoding::o200k},
    {"chatgpt-4o", Encoding::o200k},
    {"gpt-4.1", Encoding::o200k},
    {"gpt-4.5", Encoding::o200k},
    {"gpt-5", Encoding::o200k},
    {"gpt-oss", Encoding::o200k},
    {"gpt-realtime", Encoding::o200k},
    {"gpt-audio", Encoding::o200k},
    {"codex-mini", Encoding::o200k},
    {"computer-use-preview", Encoding::o200k},
    {"o1", Encoding::o200k},
    {"o3", Encoding::o200k},
    {"o4", Encoding::o200k},
    {"gpt-4", Encoding::cl100k},
    {"gpt-3.5", Encoding::cl100k},
    {"gpt-35", Encoding::cl100k},  // as Azure spells it
    {"text-embedding-3", Encoding::cl100k},
    {"text-embedding-ada", Encoding::cl100k},
    {"davinci-002", Encoding::cl100k},
}};

constexpr bool continues_a_name(char c) noexcept {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

}  // namespace

Encoding encoding_of(std::string_view model) noexcept {
    std::string_view name = model.substr(model.rfind('/') + 1);  // npos + 1 is 0
    if (name.starts_with("ft:")) name.remove_prefix(3);
    for (const Row& row : rows) {
        const bool is_longer = name.size() > row.prefix.size();
        if (!text::equals_ignoring_case(name.substr(0, row.prefix.size()), row.prefix)) continue;
        if (!is_longer || !continues_a_name(name[row.prefix.size()])) return row.encoding;
    }
    return Encoding::other;
}

}  // namespace weir::llm
