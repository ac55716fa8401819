// Audio to be transcribed, images to be edited: few fields, and files whose size alone can be seen.
#include "llm/form_call.hpp"

#include "llm/call_fields.hpp"
#include "llm/form_fields.hpp"
#include "llm/json_scan.hpp"
#include "llm/media_cost.hpp"
#include "llm/output_bound.hpp"
#include "text/ascii.hpp"
#include "text/numbers.hpp"

namespace weir::llm {

namespace {

/// Sound as it is, whatever its type says: no form and no JSON.
bool is_recording(const CallText& text) noexcept {
    const std::size_t first = skip_json_space(text.body, 0);
    return text.api == Api::audio_transcription && !is_form(text.content_type) && first < text.body.size() &&
           text.body[first] != '{';
}

bool flag_of(std::string_view value, std::string_view name) {
    for (const std::string_view yes : {"true", "1", "yes", "on"}) {
        if (text::equals_ignoring_case(value, yes)) return true;
    }
    for (const std::string_view no : {"false", "0", "no", "off", ""}) {
        if (text::equals_ignoring_case(value, no)) return false;
    }
    refuse({{}, name}, "true or false");
}

std::int64_t choices_of(std::string_view value) {
    const std::optional<std::int64_t> number = text::number_in<std::int64_t>(value);
    if (!number || *number < 1 || *number > choices_max)
        refuse({{}, "n"}, "an integer from 1 to " + std::to_string(choices_max));
    return *number;
}

void add(const MediaCost& cost, InputSize& input) noexcept {
    input.media_tokens += cost.likely;
    input.media_tokens_max += cost.most;
    if (cost.is_guess) input.media_tokens_guessed += cost.likely;
}

/// Base64 is a third longer.
constexpr std::size_t as_base64(std::size_t bytes) noexcept {
    return bytes / 3 * 4 + 4;
}

void read_file(const CallText& text, std::size_t bytes, Call& call) {
    const bool is_audio = text.api == Api::audio_transcription;
    add(is_audio ? audio_cost(as_base64(bytes), "") : openai_image_cost(call.model, std::nullopt, false),
        call.input);
}

/// At most what OpenAI's models answer, or as many words as a minute of speech can hold.
std::int64_t output_bound_of_audio(const InputSize& input) noexcept {
    constexpr std::int64_t least = 2'000;
    return std::max(least, clamped_product(input.media_tokens_max, 2));
}

/// The fields that decide, each at most once.
class Deciding {
public:
    bool take(const FormField& field) {
        std::string_view* const place = field.name == "model"    ? &model
                                        : field.name == "stream" ? &stream
                                        : field.name == "n"      ? &choices
                                                                 : nullptr;
        if (place == nullptr || field.is_file) return false;
        if (place->data() != nullptr) refuse({{}, field.name}, "it to be given once");
        *place = field.value;
        return true;
    }

    std::string_view model, stream, choices;
};

}  // namespace

bool is_form_call(const CallText& text) noexcept {
    if (is_recording(text)) return true;
    return (text.api == Api::audio_transcription || text.api == Api::images) && is_form(text.content_type);
}

Call read_form_call(const CallText& text) {
    Call call;
    call.api = text.api;
    call.output_bound_is_guessed = true;
    call.model = model_in_path(text.path);
    if (is_recording(text)) {
        read_file(text, text.body.size(), call);
        call.output_bound = output_bound_of_audio(call.input);
        return call;
    }
    Deciding deciding;
    const auto fields = form_fields(text.content_type, text.body);
    for (const FormField& field : fields) {
        if (deciding.take(field) || field.is_file) continue;
        if (field.name == "prompt") {
            call.input.text.add(field.value);
        } else {
            call.input.text.add_unread(static_cast<std::int64_t>(field.name.size() + field.value.size()));
        }
    }
    if (deciding.model.size() > model_bytes_max) refuse({{}, "model"}, "a string of at most 256 bytes");
    if (call.model.empty()) call.model = deciding.model;
    for (const FormField& field : fields) {
        if (field.is_file) read_file(text, field.value.size(), call);
    }
    call.stream = flag_of(deciding.stream, "stream");
    const std::int64_t choices = deciding.choices.empty() ? 1 : choices_of(deciding.choices);
    call.output_bound = text.api == Api::images ? output_bound_of_images(call.model, choices)
                                                : output_bound_of_audio(call.input);
    return call;
}

}  // namespace weir::llm
