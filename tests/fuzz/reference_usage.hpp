// What an answer used, by the book and slowly: the whole of it parsed by another parser, every rule in turn.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "llm/usage_tap.hpp"

namespace weir::fuzz {

using Json = nlohmann::ordered_json;
using Count = std::optional<std::int64_t>;

/// Members under which generated text stands.
inline bool is_text_name(const std::string& name) {
    for (const char* text : {"text",
                             "reasoning_content",
                             "reasoning",
                             "thinking",
                             "refusal",
                             "arguments",
                             "name",
                             "partial_json",
                             "completion",
                             "transcript",
                             "audio",
                             "data",
                             "result",
                             "b64_json",
                             "partial_image_b64",
                             "content",
                             "answer",
                             "reply",
                             "output_text",
                             "generation",
                             "url",
                             "image_url",
                             "embedding",
                             "embeddings",
                             "images",
                             "generated_text"}) {
        if (name == text) return true;
    }
    return false;
}

inline bool holds_text(const Json& value, bool string_is_text = true) {
    if (value.is_string()) return string_is_text && !value.get_ref<const std::string&>().empty();
    if (value.is_array()) {
        for (const Json& element : value)
            if (holds_text(element, false)) return true;
    }
    if (value.is_object()) {
        for (const auto& [name, member] : value.items())
            if (holds_text(member, is_text_name(name))) return true;
    }
    return false;
}

inline Count count_of(const Json& value) {
    constexpr std::int64_t most = 1'000'000'000;
    if (value.is_number_unsigned())
        return static_cast<std::int64_t>(std::min<std::uint64_t>(value.get<std::uint64_t>(), most));
    if (value == 0) return 0;  // and so is -0
    if (value.is_number_float()) {
        const double number = value.get<double>();
        if (!(number >= 0) || number > 9007199254740992.0 || number != std::floor(number))
            return std::nullopt;
        return static_cast<std::int64_t>(std::min<double>(number, most));
    }
    if (!value.is_string()) return std::nullopt;
    std::string digits = value.get<std::string>();
    while (digits.starts_with(' ')) digits.erase(0, 1);
    while (digits.ends_with(' ')) digits.pop_back();
    double number_of_float = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number_of_float);
    const bool is_number = error == std::errc{} && end == digits.data() + digits.size();
    if (digits.find_first_not_of("0123456789") != std::string::npos)
        return is_number ? count_of(Json(number_of_float)) : std::nullopt;
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    std::int64_t number = 0;
    for (const char c : digits) number = std::min<std::int64_t>(number * 10 + (c - '0'), most);
    return number;
}

inline Count sum(Count a, Count b) {
    if (!a || !b) return a ? a : b;
    return std::min<std::int64_t>(*a + *b, 1'000'000'000);
}

inline Count larger(Count a, Count b) {
    if (!a || !b) return a ? a : b;
    return std::max(*a, *b);
}

inline const Json& at(const Json& object, const std::string& name) {
    static const Json null;
    if (!object.is_object() || !object.contains(name)) return null;
    return object[name];
}

inline Count largest(const Json& object, std::initializer_list<const char*> names) {
    Count found;
    for (const char* name : names) found = larger(found, count_of(at(object, name)));
    return found;
}

struct Report {
    Count input, output, cached, creation;
    bool cache_is_apart = false;
    bool is_by_time = false;

    void add(const Report& other) {
        input = sum(input, other.input);
        output = sum(output, other.output);
        cached = sum(cached, other.cached);
        creation = sum(creation, other.creation);
        cache_is_apart = cache_is_apart || other.cache_is_apart;
        is_by_time = is_by_time || other.is_by_time;
    }
    bool is_empty() const { return !input && !output && !cached && !creation && !is_by_time; }
    bool says_something() const {
        return is_by_time || input.value_or(0) || output.value_or(0) || cached.value_or(0) ||
               creation.value_or(0);
    }
};

constexpr std::initializer_list<const char*> input_names{
    "prompt_tokens",     "input_tokens",     "inputTokens",  "promptTokenCount",  "prompt_token_count",
    "prompt_eval_count", "tokens_evaluated", "input_length", "input_token_count", "promptTokens"};
constexpr std::initializer_list<const char*> output_names{
    "completion_tokens", "output_tokens",          "outputTokens",       "candidatesTokenCount",
    "eval_count",        "tokens_predicted",       "generated_tokens",   "generated_token_count",
    "completionTokens",  "candidates_token_count", "responseTokenCount", "generation_token_count"};
constexpr std::initializer_list<const char*> cached_names{"cached_tokens",
                                                          "num_cached_tokens",
                                                          "prompt_cache_hit_tokens",
                                                          "cachedContentTokenCount",
                                                          "prompt_cached_tokens",
                                                          "cached_prompt_tokens",
                                                          "cached_prompt_text_tokens",
                                                          "cached_input_tokens",
                                                          "cache_read_tokens",
                                                          "cached_content_token_count",
                                                          "cachedInputTokens"};
constexpr std::initializer_list<const char*> read_names{"cache_read_input_tokens", "cacheReadInputTokens"};
constexpr std::initializer_list<const char*> creation_names{"cache_creation_input_tokens",
                                                            "cacheWriteInputTokens"};
constexpr std::initializer_list<const char*> input_details{"prompt_tokens_details", "input_tokens_details",
                                                           "prompt_token_details", "input_token_details"};
constexpr std::initializer_list<const char*> output_details{"completion_tokens_details",
                                                            "output_tokens_details"};

struct Raw {
    Count input, output, cached, read, creation, reasoning, total;

    explicit Raw(const Json& usage) {
        input = largest(usage, input_names);
        output = largest(usage, output_names);
        cached = largest(usage, cached_names);
        read = largest(usage, read_names);
        creation = largest(usage, creation_names);
        if (const Json& parts = at(usage, "cache_creation"); parts.is_object() && !creation) {
            for (const auto& [name, part] : parts.items()) creation = sum(creation, count_of(part));
        }
        total = largest(usage, {"total_tokens", "totalTokens", "totalTokenCount", "total_token_count"});
        reasoning = count_of(at(usage, "reasoning_tokens"));
        for (const auto& names : {input_details, output_details}) {
            for (const char* name : names) {
                cached = larger(cached, largest(at(usage, name), cached_names));
                cached = larger(cached, largest(at(usage, name), read_names));
                reasoning = larger(reasoning, count_of(at(at(usage, name), "reasoning_tokens")));
            }
        }
    }
};

inline bool names_prompt_tokens(const Json& usage) {
    return usage.contains("prompt_tokens") || usage.contains("promptTokens");
}

inline Report read_report(const Json& usage, llm::Api api) {
    Raw raw(usage);
    bool is_openai = names_prompt_tokens(usage);
    for (const char* name : input_details) is_openai = is_openai || at(usage, name).is_object();
    for (const char* part : {"tokens", "billed_units"}) {
        if (raw.input || raw.output || !at(usage, part).is_object()) continue;
        const Raw inner(at(usage, part));
        raw.input = inner.input;
        raw.output = inner.output;
        raw.cached = larger(raw.cached, inner.cached);
        raw.read = larger(raw.read, inner.read);
        raw.creation = larger(raw.creation, inner.creation);
        raw.reasoning = larger(raw.reasoning, inner.reasoning);
        raw.total = larger(raw.total, inner.total);
        is_openai = is_openai || names_prompt_tokens(at(usage, part));
        for (const char* name : input_details) is_openai = is_openai || at(at(usage, part), name).is_object();
    }
    if (const Json& timings = at(usage, "timings"); timings.is_object()) {
        if (!raw.output) raw.output = count_of(at(timings, "predicted_n"));
        const Count cache = count_of(at(timings, "cache_n"));
        const Count evaluated = count_of(at(timings, "prompt_n"));
        if (!raw.input && evaluated) raw.input = sum(evaluated, cache);
        if (!raw.cached) raw.cached = cache;
    }
    Count iterations[4];
    if (at(usage, "iterations").is_array()) {
        for (const Json& iteration : at(usage, "iterations")) {
            if (!iteration.is_object()) continue;
            const Raw one(iteration);
            const Count parts[] = {one.input, one.output, one.read, one.creation};
            for (int i = 0; i < 4; ++i) iterations[i] = sum(iterations[i], parts[i]);
        }
    }
    raw.input = larger(raw.input, iterations[0]);
    raw.output = larger(raw.output, iterations[1]);
    raw.read = larger(raw.read, iterations[2]);
    raw.creation = larger(raw.creation, iterations[3]);

    Report report;
    report.is_by_time = at(usage, "type") == "duration";
    report.input = sum(raw.input, sum(count_of(at(usage, "toolUsePromptTokenCount")),
                                      count_of(at(usage, "tool_use_prompt_token_count"))));
    report.output = sum(raw.output, sum(count_of(at(usage, "thoughtsTokenCount")),
                                        count_of(at(usage, "thoughts_token_count"))));
    if (raw.total.value_or(0) == 0 && raw.reasoning.value_or(0) > report.output.value_or(0))
        report.output = sum(report.output, raw.reasoning);
    report.cached = raw.cached ? raw.cached : raw.read;
    report.creation = raw.creation;
    report.cache_is_apart =
        (api == llm::Api::anthropic_messages || raw.read || raw.creation) && !is_openai && !raw.cached;
    if (api == llm::Api::embeddings) {
        report.input = larger(report.input, raw.total);
        if (report.input) report.output = 0;
        return report;
    }
    std::int64_t total = raw.total.value_or(0);
    if (total == 0) return report;
    if (report.cache_is_apart) total -= sum(raw.read.value_or(0), raw.creation.value_or(0)).value_or(0);
    total = std::max<std::int64_t>(total, 0);
    const std::int64_t input = report.input.value_or(0);
    const std::int64_t output = report.output.value_or(0);
    if (input == 0 && output > 0 && total > output) report.input = total - output;
    if (input > 0 && total >= std::min<std::int64_t>(input + output, 1'000'000'000))
        report.output = total - input;
    if (input > 0 && !report.output) report.output = 0;
    return report;
}

}  // namespace weir::fuzz
