// Bounds and multipliers, at the top of the body and in the objects where Ollama, TGI, SGLang and Gemini keep
// them.
#include "llm/output_bound.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "text/ascii.hpp"
#include "weir/limit.hpp"

namespace weir::llm {

namespace {

constexpr std::array top_level_bounds{
    Member::max_tokens,  Member::max_completion_tokens, Member::max_output_tokens,    Member::n_predict,
    Member::num_predict, Member::max_new_tokens,        Member::max_tokens_to_sample, Member::max_length};
constexpr std::array top_level_multipliers{Member::n, Member::best_of, Member::n_cmpl,
                                           Member::num_return_sequences, Member::num_generations};

constexpr std::array<std::string_view, 11> inner_bounds{
    "max_tokens",   "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "n_predict",
    "num_predict",  "max_new_tokens",        "max_length",        "max_gen_len",     "maxTokens",
    "maxTokenCount"};
constexpr std::array<std::string_view, 7> inner_multipliers{
    "n", "best_of", "num_return_sequences", "candidateCount", "candidate_count", "num_beams", "sampleCount"};
constexpr std::array containers{Member::options,
                                Member::parameters,
                                Member::sampling_params,
                                Member::generation_config,
                                Member::generation_config_snake,
                                Member::inference_config};

/// -1 is no bound for whoever gives it, -2 the context's rest (llama.cpp, Ollama).
constexpr std::int64_t endless = -1;
constexpr std::int64_t rest_of_context = -2;

/// What no 64 bits hold is no integer for most servers; what a ledger can't hold is clamped.
std::int64_t want_bound(dom::element value, const Where& where, std::int64_t least) {
    const bool is_beyond_int64 = value.is_uint64() && !value.is_int64();
    if (is_beyond_int64) return amount_max;
    const std::int64_t bound = want_integer(value, where, least, std::numeric_limits<std::int64_t>::max());
    return std::min(bound, amount_max);
}

class Bounds {
public:
    explicit Bounds(Api api) noexcept : api_(api) {}

    void take(dom::element value, const Where& where) {
        const bool may_rest =
            api_ == Api::llama_completion || where.name == "n_predict" || where.name == "num_predict";
        const std::int64_t bound = want_bound(value, where, may_rest ? rest_of_context : endless);
        // 0 is "no bound" to many servers, and a prompt to be cached to Anthropic alone.
        if (bound < 0 || (bound == 0 && api_ != Api::anthropic_messages)) {
            is_endless_ = true;
        } else {
            largest_ = std::max(largest_.value_or(0), bound);
        }
    }
    void multiply(dom::element value, const Where& where) {
        choices_ = std::max(choices_, want_integer(value, where, 1, choices_max));
    }
    std::optional<std::int64_t> largest() const noexcept { return is_endless_ ? std::nullopt : largest_; }
    bool is_endless() const noexcept { return is_endless_; }
    std::int64_t choices() const noexcept { return choices_; }

private:
    Api api_;
    bool is_endless_ = false;
    std::optional<std::int64_t> largest_;
    std::int64_t choices_ = 1;
};

template <std::size_t count>
std::size_t index_in(const std::array<std::string_view, count>& names, std::string_view name) noexcept {
    const auto found = std::find_if(names.begin(), names.end(), [&](std::string_view known) {
        return text::equals_ignoring_case(known, name);
    });
    return static_cast<std::size_t>(found - names.begin());
}

void take_container(std::string_view object_name, dom::object object, Bounds& bounds) {
    std::uint32_t seen = 0;
    for (const auto [name, value] : object) {
        const std::size_t bound = index_in(inner_bounds, name);
        const std::size_t multiplier = index_in(inner_multipliers, name);
        const bool is_bound = bound < inner_bounds.size();
        if (!is_bound && multiplier == inner_multipliers.size()) continue;
        const Where where{object_name, is_bound ? inner_bounds[bound] : inner_multipliers[multiplier]};
        const std::uint32_t mark = 1U << (is_bound ? bound : inner_bounds.size() + multiplier);
        if ((seen & mark) != 0) refuse(where, "it to be given once");
        seen |= mark;
        if (value.is_null()) continue;
        if (is_bound) {
            bounds.take(value, where);
        } else {
            bounds.multiply(value, where);
        }
    }
}

void take_containers(const CallText& text, const TopLevel& fields, Bounds& bounds) {
    for (const Member member : containers) {
        if (!fields.has(member)) continue;
        const auto value = fields.find(member);
        // OpenAI's followers know no such object, so that its type is the provider's to judge.
        if (text.api == Api::chat_completions && !value->is_object()) continue;
        const std::string_view name = name_of(member);
        dom::array each;
        if (member == Member::sampling_params && !value->get(each)) {  // SGLang: one for each prompt
            for (const dom::element entry : each)
                take_container(name, want_object(entry, {{}, name}), bounds);
        } else {
            take_container(name, want_object(*value, {{}, name}), bounds);
        }
    }
}

/// A bound at the top is read by OpenAI's followers, one in an object by the others. In the wrong place it
/// makes another one larger, as some servers read both, but bounds nothing alone.
bool counts_alone(const CallText& text, bool is_inside) noexcept {
    switch (text.api) {
        case Api::ollama_chat:
        case Api::ollama_generate:
            return is_inside;
        case Api::chat_completions:
            return !is_inside || !takes_stream_options(text.path);
        default:
            return true;
    }
}

}  // namespace

std::int64_t clamped_product(std::int64_t a, std::int64_t b) noexcept {
    if (a <= 0 || b <= 0) return 0;
    return a > amount_max / b ? amount_max : a * b;
}

std::optional<std::int64_t> output_bound(const CallText& text, const TopLevel& fields, std::int64_t prompts) {
    Bounds bounds(text.api);
    for (const Member member : top_level_bounds) {
        if (fields.has(member)) bounds.take(*fields.find(member), {{}, name_of(member)});
    }
    for (const Member member : top_level_multipliers) {
        if (fields.has(member)) bounds.multiply(*fields.find(member), {{}, name_of(member)});
    }
    Bounds inside(text.api);
    take_containers(text, fields, inside);
    const auto combined = [&]() -> std::optional<std::int64_t> {
        if (bounds.is_endless() || inside.is_endless()) return std::nullopt;
        const bool is_bound =
            (bounds.largest() && counts_alone(text, false)) || (inside.largest() && counts_alone(text, true));
        if (!is_bound) return std::nullopt;
        return std::max(bounds.largest().value_or(0), inside.largest().value_or(0));
    }();
    if (!combined) return std::nullopt;
    const std::int64_t choices = std::max(bounds.choices(), inside.choices());
    return clamped_product(clamped_product(prompts, choices), *combined);
}

std::optional<std::int64_t> output_bound_of_predictions(const CallText& text, const TopLevel& fields) {
    Bounds bounds(text.api);
    std::int64_t instances = 1;
    dom::object parameters;
    dom::array entries;
    if (!fields.body().at_key("parameters").get(parameters)) take_container("parameters", parameters, bounds);
    if (!fields.body().at_key("instances").get(entries)) {
        instances = std::max<std::int64_t>(instances, static_cast<std::int64_t>(entries.size()));
        for (const dom::element entry : entries) {
            dom::object instance;
            if (!entry.get(instance)) take_container("instances", instance, bounds);
        }
    }
    const auto bound = bounds.largest();
    if (!bound) return std::nullopt;
    return clamped_product(clamped_product(instances, bounds.choices()), *bound);
}

std::int64_t output_bound_of_images(std::string_view model, std::int64_t choices) noexcept {
    // gpt-image-1 in high quality: 6,240 for the image, and 100 for each of three partial ones.
    constexpr std::int64_t tokens_per_image = 6'600;
    const bool is_charged_by_image = model.find("dall-e") != std::string_view::npos;
    return is_charged_by_image ? 0 : clamped_product(choices, tokens_per_image);
}

}  // namespace weir::llm
