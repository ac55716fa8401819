// Documents as a plain answer, as events and as lines: the tap reads what the reference reads, however they
// are split.
#include <array>
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "fuzz/reference_answer.hpp"
#include "llm/usage_tap.hpp"

namespace {

using namespace weir::llm;
using weir::fuzz::Json;
using weir::fuzz::require;

constexpr int depth_max = 10;
constexpr std::size_t string_bytes_max = 256;
constexpr std::array apis{Api::chat_completions, Api::completions, Api::responses,
                          Api::embeddings,       Api::ollama_chat, Api::anthropic_messages};

/// An object that means the same to every parser: no name twice, no escapes, no numbers at the ends of their
/// ranges.
std::optional<Json> parse(std::string_view text) {
    std::size_t digits = 0;
    for (const char c : text) {
        digits = c >= '0' && c <= '9' ? digits + 1 : 0;
        if (digits > 15 || c == '\\' || c == '\0') return std::nullopt;
    }
    bool is_plain = true;
    std::vector<std::set<std::string>> names;
    const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
        is_plain = is_plain && depth <= depth_max;
        if (event == Json::parse_event_t::object_start) names.emplace_back();
        if (event == Json::parse_event_t::object_end) names.pop_back();
        if (event == Json::parse_event_t::key)
            is_plain = is_plain && names.back().insert(value.get<std::string>()).second;
        if (value.is_string())
            is_plain = is_plain && value.get_ref<const std::string&>().size() <= string_bytes_max;
        return true;
    };
    Json document = Json::parse(text, check, false);
    if (!is_plain || !document.is_object()) return std::nullopt;
    return document;
}

void require_same(const TappedUsage& read, const TappedUsage& expected) {
    require(read.input_tokens == expected.input_tokens, "input is as the reference says");
    require(read.cached_input_tokens == expected.cached_input_tokens,
            "cached input is as the reference says");
    require(read.output_tokens == expected.output_tokens, "output is as the reference says");
    require(read.output_seen == expected.output_seen, "what was seen is as the reference says");
    require(read.ended == expected.ended, "the end is as the reference says");
    require(read.failed == expected.failed, "failure is as the reference says");
}

TappedUsage tapped(Api api, std::string_view type, std::string_view body, std::size_t step) {
    UsageTap tap({.api = api, .content_type = type, .content_encoding = {}});
    std::vector<std::string_view> forward;
    for (std::size_t at = 0; at < body.size(); at += step) {
        const std::string piece(body.substr(at, step));
        forward.clear();
        tap.feed(piece, forward);
    }
    forward.clear();
    tap.finish(forward, true);
    return tap.usage();
}

void compare(Api api, std::string_view type, std::string_view body, const TappedUsage& expected,
             std::size_t step) {
    require_same(tapped(api, type, body, body.size()), expected);
    require_same(tapped(api, type, body, 1), expected);
    require_same(tapped(api, type, body, step), expected);
}

}  // namespace

/// First byte: the API. Second: the size of pieces. The rest: documents, a line each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const Api api = apis[data[0] % apis.size()];
    const std::size_t step = data[1] + std::size_t{1};
    std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
    weir::fuzz::ReferenceReader plain(api, true);
    weir::fuzz::ReferenceReader stream(api, false);
    std::string first;
    std::string events;
    std::string lines;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string text(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const auto document = parse(text);
        if (!document || text.find('\r') != std::string::npos) return 0;
        if (first.empty()) plain.read(*document);
        if (first.empty()) first = text;
        stream.read(*document);
        events += "data: " + text + "\n\n";
        lines += text + "\n";
    }
    if (first.empty()) return 0;
    plain.finish();
    stream.finish();
    compare(api, "application/json", first, plain.used, step);
    compare(api, "text/event-stream", events, stream.used, step);
    // As lines, text is only noticed, not counted.
    TappedUsage by_line = tapped(api, "application/x-ndjson", lines, step);
    require(by_line.output_seen <= stream.used.output_seen, "no more is seen than there is");
    by_line.output_seen = stream.used.output_seen;
    require_same(by_line, stream.used);
    return 0;
}
