// Types and ranges of members.
#include "llm/call_fields.hpp"

#include <cmath>

namespace weir::llm {

namespace {

constexpr std::uint32_t bits_from(Member first, Member last) noexcept {
    std::uint32_t bits = 0;
    for (auto i = static_cast<unsigned>(first); i <= static_cast<unsigned>(last); ++i) bits |= 1U << i;
    return bits;
}

constexpr std::uint32_t bit(Member member) noexcept {
    return bits_from(member, member);
}

constexpr std::uint32_t always = bit(Member::model) | bit(Member::stream);
constexpr std::uint32_t openai_bits =
    bits_from(Member::model, Member::num_generations) & ~bit(Member::background) & ~bit(Member::max_length);

constexpr std::uint32_t bounds_bits = bits_from(Member::max_tokens, Member::max_tokens_to_sample) |
                                      bits_from(Member::n, Member::num_generations);

constexpr std::uint32_t bits_of(Api api) noexcept {
    switch (api) {
        case Api::chat_completions:
            return openai_bits | bit(Member::parameters) | bit(Member::inference_config);
        case Api::completions:
        case Api::embeddings:
        case Api::anthropic_messages:
            return openai_bits;
        case Api::responses:
            return openai_bits | bit(Member::background);
        case Api::llama_completion:
            return openai_bits | bit(Member::max_length) | bit(Member::parameters) |
                   bit(Member::sampling_params);
        case Api::ollama_chat:
        case Api::ollama_generate:
            return always | bounds_bits | bit(Member::options);  // llama.cpp reads /api/chat as OpenAI's
        case Api::gemini_generate:
            return always | bit(Member::generation_config) | bit(Member::generation_config_snake);
        case Api::images:
            return always | bit(Member::n);
        case Api::ollama_embed:
        case Api::gemini_embed:
        case Api::rerank:
        case Api::audio_transcription:
        case Api::audio_speech:
        case Api::moderations:
        case Api::unmetered:
            return always;
    }
    return always;
}

/// nullopt where it is no integer, or none of 64 bits.
std::optional<std::int64_t> integral(dom::element value) noexcept {
    std::int64_t number = 0;
    if (!value.get(number)) return number;
    constexpr double exact_max = 9'007'199'254'740'992;  // 2^53
    double real = 0;
    if (!value.is_double() || value.get(real)) return std::nullopt;
    if (std::trunc(real) != real || std::abs(real) > exact_max) return std::nullopt;
    return static_cast<std::int64_t>(real);
}

}  // namespace

std::string Where::to_string() const {
    std::string text(object);
    if (!text.empty()) text += '.';
    return text.append(name);
}

void refuse(const Where& where, std::string_view expected) {
    CallError error;
    error.param = where.to_string();
    error.message.append("Invalid value for '").append(error.param).append("': expected ").append(expected);
    error.message += '.';
    throw error;
}

std::string_view want_string(dom::element value, const Where& where) {
    std::string_view text;
    if (value.get(text)) refuse(where, "a string");
    return text;
}

dom::object want_object(dom::element value, const Where& where) {
    dom::object object;
    if (value.get(object)) refuse(where, "an object");
    return object;
}

bool want_bool(dom::element value, const Where& where) {
    bool flag = false;
    if (value.get(flag)) refuse(where, "true or false");
    return flag;
}

std::int64_t want_integer(dom::element value, const Where& where, std::int64_t least, std::int64_t most) {
    const auto number = integral(value);
    if (!number || *number < least || *number > most) {
        refuse(where, "an integer from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return *number;
}

std::string_view find_text(dom::element value) noexcept {
    std::string_view text;
    return value.get(text) ? std::string_view() : text;
}

std::optional<std::string_view> find_string(dom::object object, std::string_view name) noexcept {
    std::string_view text;
    if (object.at_key(name).get(text)) return std::nullopt;
    return text;
}

DecidingMembers::DecidingMembers(Api api) noexcept : bits_(bits_of(api)) {}

Member TopLevel::member_for(std::string_view name, dom::element value) noexcept {
    Member member = member_of(name);
    if (member != Member::unknown) return member;
    member = member_by_capitals(name);
    const bool is_other = (member == Member::model && !value.is_string()) ||
                          (member == Member::stream && !value.is_bool()) || member == Member::stream_options;
    return is_other ? Member::unknown : member;
}

TopLevel::TopLevel(Api api, dom::object body) : body_(body), deciding_(api) {
    std::uint32_t seen = 0;
    std::size_t index = 0;
    for (const auto [name, value] : body) {
        const Member member = member_for(name, value);
        if (index < known_.size()) known_[index++] = member;
        if (!deciding_.contains(member)) continue;
        const std::uint32_t mark = bit(member);
        if ((seen & mark) != 0) refuse({{}, name_of(member)}, "it to be given once");
        seen |= mark;
        if (value.is_null()) continue;
        present_ |= mark;
        values_[static_cast<std::size_t>(member)] = value;
    }
}

std::optional<std::int64_t> TopLevel::integer(Member member, std::int64_t least, std::int64_t most) const {
    const auto value = find(member);
    if (!value) return std::nullopt;
    return want_integer(*value, {{}, name_of(member)}, least, most);
}

std::optional<bool> TopLevel::flag(Member member) const {
    const auto value = find(member);
    if (!value) return std::nullopt;
    return want_bool(*value, {{}, name_of(member)});
}

}  // namespace weir::llm
