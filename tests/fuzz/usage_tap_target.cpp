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

constexpr std::array<std::string_view, 3> types{"text/event-stream", "application/json", "text/plain"};

/// `sizes` of the pieces, used in turn; a size of 0 feeds nothing, but one must be more.
Passed pass(const AnswerDescription& answer, std::string_view text, const std::vector<std::size_t>& sizes) {
    UsageTap tap(answer);
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
    tap.finish(forward, true);
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
    require(a.failed == b.failed, "failure does not depend on the pieces");
    require(a.response_id == b.response_id, "the id does not depend on the pieces");
    require(a.unfinished == b.unfinished, "the status does not depend on the pieces");
}

void require_sound(const AnswerDescription& answer, std::string_view text, const Passed& passed) {
    require(passed.usage.input_tokens.value_or(0) >= 0, "input is not negative");
    require(passed.usage.cached_input_tokens >= 0, "cached input is not negative");
    require(passed.usage.output_tokens.value_or(0) >= 0, "output is not negative");
    require(passed.usage.output_seen >= 0, "what was seen is not negative");
    if (!answer.drop_usage_chunk) return require(passed.bytes == text, "bytes pass unchanged");
    // What is missing are whole lines.
    std::size_t at = 0;
    for (const char c : passed.bytes) {
        while (at < text.size() && text[at] != c) ++at;
        require(at < text.size(), "nothing is added, and nothing changes its place");
        ++at;
    }
    const bool may_name_usage =
        text.find("usage") != std::string_view::npos || text.find("\\u") != std::string_view::npos;
    if (!may_name_usage) require(passed.bytes == text, "only usage is dropped");
}

}  // namespace

/// A byte 0x02, a count and a byte stand for so many KiB of that byte: long lines begin at 64 KiB,
/// and what is held back ends at 1 MiB.
std::string expanded(std::string_view text) {
    constexpr std::size_t most = 1200 << 10;
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_run = text[i] == 2 && i + 2 < text.size() && out.size() < most;
        if (!is_run) {
            out += text[i];
            continue;
        }
        const auto kibibytes = static_cast<std::size_t>(static_cast<unsigned char>(text[i + 1]) % 128);
        out.append(kibibytes << 10, text[i + 2]);
        i += 2;
    }
    return out;
}

/// First byte: api, type, dropping. Second: how many of the next bytes are sizes of pieces. The rest: the
/// answer, where runs of a byte may be short for many.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    constexpr std::array apis{Api::chat_completions, Api::completions,        Api::responses,
                              Api::embeddings,       Api::anthropic_messages, Api::unmetered};
    const AnswerDescription settings{.api = apis[data[0] % 6],
                                     .content_type = types[(data[0] / 6) % 3],
                                     .content_encoding = {},
                                     .drop_usage_chunk = data[0] >= 128};
    const std::size_t count = std::min<std::size_t>(data[1] % 16, size - 2);
    std::vector<std::size_t> sizes(data + 2, data + 2 + count);
    const std::string text = expanded({reinterpret_cast<const char*>(data) + 2 + count, size - 2 - count});
    const std::size_t smallest = text.size() > (16 << 10) ? 509 : 1;  // a long one by the byte takes too long
    for (std::size_t& piece : sizes) piece *= smallest;
    sizes.push_back(smallest);
    const Passed whole = pass(settings, text, {text.size()});
    require_sound(settings, text, whole);
    for (const std::vector<std::size_t>& pieces : {sizes, std::vector<std::size_t>{smallest}}) {
        const Passed split = pass(settings, text, pieces);
        // A name may hide behind escapes, which the parser of short answers undoes and the digest does not.
        if (text.find("\\u") == std::string_view::npos) require_same(whole.usage, split.usage);
        require(whole.bytes == split.bytes, "what passes does not depend on the pieces");
    }
    return 0;
}
