// Compared byte by byte, but for the gaps; what stands in those must be a sound string, or simdjson decides.
#include "llm/event_pattern.hpp"

#include <simdjson.h>

#include <algorithm>

namespace weir::llm {

namespace {

/// Of generated text, wherever they stand, nothing counts but whether it is there (generated_text); what the
/// last pads is not even looked at.
constexpr std::array<std::string_view, 9> free_names{"content",           "text",      "delta",
                                                     "reasoning_content", "reasoning", "thinking",
                                                     "partial_json",      "arguments", "obfuscation"};

bool is_white_space(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t skip_white_space(std::string_view json, std::size_t at) noexcept {
    while (at < json.size() && is_white_space(json[at])) ++at;
    return at;
}

/// The quote that ends the string whose first byte is at `begin`; npos where only a parser can tell whether
/// the string is sound.
std::size_t end_of_string(std::string_view json, std::size_t begin) noexcept {
    constexpr std::string_view simple_escapes = "\"\\/bfnrt";
    bool is_ascii = true;
    for (std::size_t at = begin; at < json.size(); ++at) {
        const auto byte = static_cast<unsigned char>(json[at]);
        if (byte == '"') {
            const bool is_sound = is_ascii || simdjson::validate_utf8(json.data() + begin, at - begin);
            return is_sound ? at : std::string_view::npos;
        }
        if (byte < 0x20) break;
        if (byte >= 0x80) is_ascii = false;
        if (byte != '\\') continue;
        ++at;
        if (at == json.size() || simple_escapes.find(json[at]) == std::string_view::npos) break;
    }
    return std::string_view::npos;
}

}  // namespace

void EventPattern::learn(std::string_view json, const AnswerFacts& facts) {
    const bool is_text_alone = facts.texts > 0 && !facts.usage && !facts.is_response && !facts.ends;
    if (!is_text_alone || json.size() > bytes_max || vain_lessons_ == vain_lessons_max) return;
    ++vain_lessons_;
    json_.assign(json);
    facts_ = facts;
    facts_.response_id = facts_.response_status = {};
    find_gaps();
}

void EventPattern::find_gaps() noexcept {
    const std::string_view json = json_;
    gap_count_ = 0;
    for (std::size_t at = json.find('"'); at != std::string_view::npos; at = json.find('"', at)) {
        const std::size_t name_begin = at + 1;
        const std::size_t name_end = end_of_string(json, name_begin);
        if (name_end == std::string_view::npos) break;
        at = name_end + 1;
        const std::size_t colon = skip_white_space(json, at);
        if (colon == json.size() || json[colon] != ':') continue;
        const std::size_t value = skip_white_space(json, colon + 1);
        if (value == json.size() || json[value] != '"') continue;
        const std::size_t value_end = end_of_string(json, value + 1);
        if (value_end == std::string_view::npos) break;
        at = value_end + 1;
        const std::string_view name = json.substr(name_begin, name_end - name_begin);
        const bool is_free = std::find(free_names.begin(), free_names.end(), name) != free_names.end();
        if (is_free && gap_count_ < gaps_max) gaps_[gap_count_++] = {value + 1, value_end};
    }
}

const AnswerFacts* EventPattern::facts_of(std::string_view json) noexcept {
    if (gap_count_ == 0) return nullptr;
    const std::string_view known = json_;
    std::size_t at = 0;
    std::size_t known_at = 0;
    for (std::size_t i = 0; i < gap_count_; ++i) {
        const std::string_view same = known.substr(known_at, gaps_[i].begin - known_at);
        if (json.substr(at, same.size()) != same) return nullptr;
        at += same.size();
        const std::size_t end = end_of_string(json, at);
        if (end == std::string_view::npos) return nullptr;
        const bool is_empty = end == at;
        if (is_empty != (gaps_[i].begin == gaps_[i].end)) return nullptr;
        at = end;
        known_at = gaps_[i].end;
    }
    if (json.substr(at) != known.substr(known_at)) return nullptr;
    vain_lessons_ = 0;
    return &facts_;
}

}  // namespace weir::llm
