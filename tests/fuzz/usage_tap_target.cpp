// Answers in pieces: what passes and what is read must not depend on where the pieces end.
#include <array>
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "llm/usage_tap.hpp"

namespace {

using namespace weir::llm;
using weir::fuzz::require;

struct Passed {
    std::string bytes;
    TappedUsage usage;
};

struct Settings {
    Api api;
    AnswerFormat format;
    bool drops;
};

/// `sizes` of the pieces, used in turn; a size of 0 feeds nothing, but one must be more.
Passed pass(const Settings& settings, std::string_view text, const std::vector<std::size_t>& sizes) {
    UsageTap tap(settings.api, settings.format, settings.drops);
    Passed passed;
    std::vector<std::string_view> forward;
    for (std::size_t at = 0, turn = 0; at < text.size(); ++turn) {
        const std::size_t size = std::min(sizes[turn % sizes.size()], text.size() - at);
        const std::string piece(text.substr(at, size));  // its own memory, so that a view kept too long shows
        forward.clear();
        tap.feed(piece, forward);
        for (const std::string_view view : forward) passed.bytes.append(view);
        at += size;
    }
    forward.clear();
    tap.finish(forward);
    for (const std::string_view view : forward) passed.bytes.append(view);
    passed.usage = tap.usage();
    return passed;
}

void require_same(const TappedUsage& a, const TappedUsage& b) {
    require(a.input_tokens == b.input_tokens, "input does not depend on the pieces");
    require(a.cached_input_tokens == b.cached_input_tokens, "cached input does not depend on the pieces");
    require(a.output_tokens == b.output_tokens, "output does not depend on the pieces");
    require(a.output_seen == b.output_seen, "what was seen does not depend on the pieces");
    require(a.ended == b.ended, "the end does not depend on the pieces");
}

void require_sound(const Settings& settings, std::string_view text, const Passed& passed) {
    require(passed.usage.input_tokens.value_or(0) >= 0, "input is not negative");
    require(passed.usage.cached_input_tokens >= 0, "cached input is not negative");
    require(passed.usage.output_tokens.value_or(0) >= 0, "output is not negative");
    require(passed.usage.output_seen >= 0, "what was seen is not negative");
    if (!settings.drops || settings.format != AnswerFormat::event_stream) {
        require(passed.bytes == text, "bytes pass unchanged");
        return;
    }
    // One piece at the most is missing.
    std::size_t head = 0;
    while (head < passed.bytes.size() && passed.bytes[head] == text[head]) ++head;
    require(passed.bytes.size() <= text.size() && text.ends_with(std::string_view(passed.bytes).substr(head)),
            "no more than one chunk is dropped");
}

}  // namespace

/// First byte: api, format, dropping. Second: how many of the next bytes are sizes of pieces. The rest: the
/// answer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    constexpr std::array apis{Api::chat_completions, Api::completions,        Api::responses,
                              Api::embeddings,       Api::anthropic_messages, Api::unmetered};
    constexpr std::array formats{AnswerFormat::event_stream, AnswerFormat::json, AnswerFormat::opaque};
    const Settings settings{apis[data[0] % 6], formats[(data[0] / 6) % 3], data[0] >= 128};
    const std::size_t count = std::min<std::size_t>(data[1] % 16, size - 2);
    std::vector<std::size_t> sizes(data + 2, data + 2 + count);
    sizes.push_back(1);
    const std::string_view text(reinterpret_cast<const char*>(data) + 2 + count, size - 2 - count);
    const Passed whole = pass(settings, text, {text.size()});
    require_sound(settings, text, whole);
    for (const std::vector<std::size_t>& pieces : {sizes, std::vector<std::size_t>{1}}) {
        const Passed split = pass(settings, text, pieces);
        require_same(whole.usage, split.usage);
        require(whole.bytes == split.bytes, "what passes does not depend on the pieces");
    }
    return 0;
}
