// Bounds and multipliers, at the top of the body and in the objects where Ollama, TGI, SGLang and Gemini keep
// them.
#include "llm/output_bound.hpp"

#include <algorithm>
#include <array>

#include "llm/ascii_case.hpp"
#include "weir/limit.hpp"

namespace weir::llm {

namespace {

constexpr std::array top_level_bounds{
    Member::max_tokens,  Member::max_completion_tokens, Member::max_output_tokens,    Member::n_predict,
    Member::num_predict, Member::max_new_tokens,        Member::max_tokens_to_sample, Member::max_length};
constexpr std::array top_level_multipliers{Member::n, Member::best_of, Member::n_cmpl,
                                           Member::num_return_sequences, Member::num_generations};

constexpr std::array<std::string_view, 10> inner_bounds{
    "max_tokens",  "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "n_predict",
    "num_predict", "max_new_tokens",        "max_length",        "max_gen_len",     "maxTokens"};
constexpr std::array<std::string_view, 6> inner_multipliers{
    "n", "best_of", "num_return_sequences", "candidateCount", "candidate_count", "num_beams"};
constexpr std::array containers{Member::options, Member::parameters, Member::sampling_params,
                                Member::generation_config, Member::generation_config_snake};

/// -1 is no bound here (llama.cpp, Ollama; -2 is the context's rest).
bool may_be_endless(std::string_view name) noexcept {
    return name == "n_predict" || name == "num_predict";
}

class Bounds {
public:
    explicit Bounds(bool all_may_be_endless) noexcept : all_may_be_endless_(all_may_be_endless) {}

    void take(dom::element value, const Where& where) {
        constexpr std::int64_t endless_least = -2;
        const bool may = all_may_be_endless_ || may_be_endless(where.name);
        std::int64_t number = 0;
        if (may && !value.get(number) && number < 0 && number >= endless_least) {
            is_endless_ = true;
            return;
        }
        largest_ = std::max(largest_.value_or(0), want_integer(value, where, 0, amount_max));
    }
    void multiply(dom::element value, const Where& where) {
        choices_ = std::max(choices_, want_integer(value, where, 1, choices_max));
    }
    std::optional<std::int64_t> largest() const noexcept { return is_endless_ ? std::nullopt : largest_; }
    bool is_endless() const noexcept { return is_endless_; }
    std::int64_t choices() const noexcept { return choices_; }

private:
    bool all_may_be_endless_;
    bool is_endless_ = false;
    std::optional<std::int64_t> largest_;
    std::int64_t choices_ = 1;
};

template <std::size_t count>
std::size_t index_in(const std::array<std::string_view, count>& names, std::string_view name) noexcept {
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](std::string_view known) { return is_same(known, name); });
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

void take_containers(const TopLevel& fields, Bounds& bounds) {
    for (const Member member : containers) {
        if (!fields.has(member)) continue;
        const auto value = fields.find(member);
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

/// OpenAI's first API produces 16 tokens where nothing is said, and so do its followers. Mistral's FIM goes
/// on to the end, and so does llama.cpp, whose clients name no model or leave out the version.
std::optional<std::int64_t> default_bound(const CallText& text, const TopLevel& fields) {
    constexpr std::int64_t of_completions = 16;
    const bool follows_openai = text.api == Api::completions && takes_stream_options(text.path) &&
                                text.path != "/completions" &&
                                (fields.has(Member::model) || !model_in_path(text.path).empty());
    return follows_openai ? std::optional(of_completions) : std::nullopt;
}

/// LM Studio's own API, in which -1 stands for no bound in max_tokens, too.
bool is_lm_studio(std::string_view path) noexcept {
    return path.starts_with("/api/v0/");
}

}  // namespace

std::int64_t clamped_product(std::int64_t a, std::int64_t b) noexcept {
    if (a <= 0 || b <= 0) return 0;
    return a > amount_max / b ? amount_max : a * b;
}

std::optional<std::int64_t> output_bound(const CallText& text, const TopLevel& fields, std::int64_t prompts) {
    Bounds bounds(text.api == Api::llama_completion || is_lm_studio(text.path));
    for (const Member member : top_level_bounds) {
        if (fields.has(member)) bounds.take(*fields.find(member), {{}, name_of(member)});
    }
    for (const Member member : top_level_multipliers) {
        if (fields.has(member)) bounds.multiply(*fields.find(member), {{}, name_of(member)});
    }
    take_containers(fields, bounds);
    auto bound = bounds.largest();
    if (!bound && !bounds.is_endless()) bound = default_bound(text, fields);
    if (!bound) return std::nullopt;
    return clamped_product(clamped_product(prompts, bounds.choices()), *bound);
}

std::int64_t output_bound_of_images(std::string_view model, std::int64_t choices) noexcept {
    // gpt-image-1 in high quality: 6,240 for the image, and 100 for each of three partial ones.
    constexpr std::int64_t tokens_per_image = 6'600;
    const bool is_charged_by_image = model.find("dall-e") != std::string_view::npos;
    return is_charged_by_image ? 0 : clamped_product(choices, tokens_per_image);
}

}  // namespace weir::llm
