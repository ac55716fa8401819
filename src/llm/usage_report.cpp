// Counts are collected by what they mean; then what was left out is derived from the totals.
#include "llm/usage_report.hpp"

#include <algorithm>
#include <cmath>

#include "llm/answer_key.hpp"
#include "text/ascii.hpp"
#include "text/numbers.hpp"
#include "weir/limit.hpp"

namespace weir::llm {

namespace {

using Count = std::optional<std::int64_t>;

/// 2^53: above it not every integer has a float of its own.
constexpr double integral_max = 9007199254740992.0;

Count count_of(double number) noexcept {
    if (!(number >= 0) || number > integral_max || number != std::floor(number)) return std::nullopt;
    return static_cast<std::int64_t>(std::min(number, static_cast<double>(amount_max)));
}

/// A number in a string, with spaces around it or without.
Count count_of_text(dom::element value) noexcept {
    std::string_view text;
    if (value.get(text)) return std::nullopt;
    text = text::trimmed(text, " ");
    const std::optional<double> number = text::number_in<double>(text);
    if (!number) return std::nullopt;
    const bool is_digits = text.find_first_not_of("0123456789") == std::string_view::npos;
    return count_of(is_digits ? std::min(*number, static_cast<double>(amount_max)) : *number);
}

/// A provider's numbers are not trusted beyond amount_max. Integral floats and numbers in strings are numbers
/// too; what is negative or no integer is none.
Count count_of(dom::element value) noexcept {
    std::uint64_t count = 0;
    double number = 0;
    if (!value.get_uint64().get(count)) {
        return static_cast<std::int64_t>(std::min(count, static_cast<std::uint64_t>(amount_max)));
    }
    if (value.is_double() && !value.get(number)) return count_of(number);
    return count_of_text(value);
}

std::int64_t clamped_sum(std::int64_t a, std::int64_t b) noexcept {
    return std::min(a + b, amount_max);
}

void add(Count& sum, const Count& more) noexcept {
    if (more) sum = clamped_sum(sum.value_or(0), *more);
}

/// The larger of two accounts of the same thing.
void raise(Count& count, const Count& other) noexcept {
    if (other) count = std::max(count.value_or(0), *other);
}

struct Counts {
    Count input;
    Count input_more;  ///< a part that `input` leaves out: tools' prompts (Gemini), what came from a cache
                       ///< (llama.cpp)
    Count output;
    Count output_more;  ///< a part that `output` leaves out: thoughts (Gemini)
    Count reasoning;    ///< a part of `output`, but some leave it out
    Count total;
    Count cached;
    Count cache_read;
    Count cache_creation;
    Count cache_creation_parts;  ///< Anthropic, by how long they are kept
    bool is_openai = false;
    bool is_by_time = false;
    bool has_parts = false;  ///< timings, iterations, tokens or billed_units

    void take(AnswerKey key, dom::element value) noexcept;
    void take_all(dom::object object) noexcept;
};

void Counts::take(AnswerKey key, dom::element value) noexcept {
    using Key = AnswerKey;
    std::string_view text;
    switch (key) {
        case Key::prompt_tokens:
            is_openai = true;
            [[fallthrough]];
        case Key::input_tokens:
        case Key::prompt_token_count:
        case Key::prompt_eval_count:
        case Key::tokens_evaluated:
        case Key::input_length:
            return raise(input, count_of(value));
        case Key::tool_use_prompt_token_count:
            return add(input_more, count_of(value));
        case Key::completion_tokens:
        case Key::output_tokens:
        case Key::candidates_token_count:
        case Key::eval_count:
        case Key::tokens_predicted:
        case Key::generated_tokens:
            return raise(output, count_of(value));
        case Key::thoughts_token_count:
            return add(output_more, count_of(value));
        case Key::reasoning_tokens:
            return raise(reasoning, count_of(value));
        case Key::total_tokens:
            return raise(total, count_of(value));
        case Key::cached_tokens:
            return raise(cached, count_of(value));
        case Key::cache_read_input_tokens:
            return raise(cache_read, count_of(value));
        case Key::cache_creation_input_tokens:
            return raise(cache_creation, count_of(value));
        case Key::type:
            is_by_time = is_by_time || (!value.get(text) && text == "duration");
            return;
        case Key::input_details:
            is_openai = is_openai || value.is_object();
            break;
        case Key::timings:
        case Key::iterations:
        case Key::tokens:
        case Key::billed_units:
            has_parts = true;
            break;
        default:
            break;
    }
}

void Counts::take_all(dom::object object) noexcept {
    dom::object nested;
    for (const dom::key_value_pair field : object) {
        const AnswerKey key = answer_key(field.key);
        if (key == AnswerKey::other) continue;
        take(key, field.value);
        const bool may_nest = key == AnswerKey::input_details || key == AnswerKey::output_details ||
                              key == AnswerKey::cache_creation;
        if (!may_nest || field.value.get(nested)) continue;
        if (key == AnswerKey::cache_creation) {
            for (const dom::key_value_pair part : nested) add(cache_creation_parts, count_of(part.value));
            continue;
        }
        for (const dom::key_value_pair detail : nested) {
            const AnswerKey part = answer_key(detail.key);
            if (part == AnswerKey::cached_tokens || part == AnswerKey::reasoning_tokens)
                take(part, detail.value);
            if (part == AnswerKey::cache_read_input_tokens) raise(cached, count_of(detail.value));
        }
    }
    if (!cache_creation) cache_creation = cache_creation_parts;
}

/// Cohere: what was processed, and what of it is billed.
void take_cohere(dom::object usage, Counts& counts) noexcept {
    dom::object part;
    for (const std::string_view name : {"tokens", "billed_units"}) {
        if (counts.input || counts.output || usage.at_key(name).get(part)) continue;
        counts.take_all(part);
    }
}

/// llama.cpp: `prompt_n` are those prompt tokens that no cache held.
void take_timings(dom::object timings, Counts& counts) noexcept {
    Count evaluated;
    Count from_cache;
    for (const dom::key_value_pair field : timings) {
        const AnswerKey key = answer_key(field.key);
        if (key == AnswerKey::prompt_n) evaluated = count_of(field.value);
        if (key == AnswerKey::cache_n) from_cache = count_of(field.value);
        if (key == AnswerKey::predicted_n && !counts.output) counts.output = count_of(field.value);
    }
    if (!counts.input && evaluated) counts.input = clamped_sum(*evaluated, from_cache.value_or(0));
    if (!counts.cached) counts.cached = from_cache;
}

/// Anthropic: each pass over the input is billed, and the numbers beside them are those of the last pass
/// alone.
void take_iterations(dom::array iterations, Counts& counts) noexcept {
    Counts sum;
    dom::object iteration;
    for (const dom::element element : iterations) {
        if (element.get(iteration)) continue;
        Counts one;
        one.take_all(iteration);
        add(sum.input, one.input);
        add(sum.output, one.output);
        add(sum.cache_read, one.cache_read);
        add(sum.cache_creation, one.cache_creation);
    }
    raise(counts.input, sum.input);
    raise(counts.output, sum.output);
    raise(counts.cache_read, sum.cache_read);
    raise(counts.cache_creation, sum.cache_creation);
}

void take_parts(dom::object usage, Counts& counts) noexcept {
    dom::object timings;
    dom::array iterations;
    if (!counts.input && !counts.output) take_cohere(usage, counts);
    if (!usage.at_key("timings").get(timings)) take_timings(timings, counts);
    if (!usage.at_key("iterations").get(iterations)) take_iterations(iterations, counts);
}

bool is_zero(const Count& count) noexcept {
    return count.value_or(0) == 0;
}

/// What the total says beyond the parts.
void derive_from_total(const Counts& counts, UsageReport& report) noexcept {
    if (is_zero(counts.total)) return;
    const std::int64_t apart =
        report.cache_is_apart ? clamped_sum(counts.cache_read.value_or(0), counts.cache_creation.value_or(0))
                              : 0;
    const std::int64_t total = std::max<std::int64_t>(*counts.total - apart, 0);
    if (is_zero(report.input)) {
        if (!is_zero(report.output) && total > *report.output) report.input = total - *report.output;
        return;
    }
    if (total >= clamped_sum(*report.input, report.output.value_or(0))) {
        report.output = total - *report.input;
    } else if (!report.output) {
        report.output = 0;
    }
}

}  // namespace

bool has_no_output(Api api) noexcept {
    switch (api) {
        case Api::embeddings:
        case Api::ollama_embed:
        case Api::gemini_embed:
        case Api::rerank:
        case Api::moderations:
            return true;
        default:
            return false;
    }
}

bool UsageReport::says_something() const noexcept {
    return is_by_time || !is_zero(input) || !is_zero(output) || !is_zero(cached) || !is_zero(cache_creation);
}

void UsageReport::add(const UsageReport& other) noexcept {
    llm::add(input, other.input);
    llm::add(output, other.output);
    llm::add(cached, other.cached);
    llm::add(cache_creation, other.cache_creation);
    cache_is_apart = cache_is_apart || other.cache_is_apart;
    is_by_time = is_by_time || other.is_by_time;
}

UsageReport read_usage_report(dom::object usage, Api api) noexcept {
    Counts counts;
    counts.take_all(usage);
    if (counts.has_parts) take_parts(usage, counts);

    UsageReport report;
    report.is_by_time = counts.is_by_time;
    report.input = counts.input;
    add(report.input, counts.input_more);
    report.output = counts.output;
    add(report.output, counts.output_more);
    // Without a total, more reasoning than output shows that the one leaves out the other.
    if (is_zero(counts.total) && counts.reasoning.value_or(0) > report.output.value_or(0))
        add(report.output, counts.reasoning);
    report.cached = counts.cached ? counts.cached : counts.cache_read;
    report.cache_creation = counts.cache_creation;
    const bool is_anthropic = api == Api::anthropic_messages || counts.cache_read || counts.cache_creation;
    report.cache_is_apart = is_anthropic && !counts.is_openai && !counts.cached;
    if (has_no_output(api)) {
        raise(report.input, counts.total);
        if (report.input) report.output = 0;
        return report;
    }
    derive_from_total(counts, report);
    return report;
}

}  // namespace weir::llm
