// A type is believed until the first bytes say otherwise.
#include "llm/answer_format.hpp"

#include <array>

#include "text/ascii.hpp"

namespace weir::llm {

namespace {

/// More than one byte must fit: any may be the first of an image or a sound.
std::optional<AnswerFormat> format_of_binary(std::string_view begin) noexcept {
    if (begin.empty()) return std::nullopt;
    const std::string_view may_follow = begin.front() == '{'   ? "\"} \t\r\n"
                                        : begin.front() == '[' ? "{]\" \t\r\n"
                                                               : "";
    if (!may_follow.empty()) {
        if (begin.size() == 1) return std::nullopt;
        return may_follow.find(begin[1]) == std::string_view::npos ? AnswerFormat::opaque
                                                                   : AnswerFormat::json;
    }
    for (const std::string_view field : {"data:", "event:"}) {
        if (begin.starts_with(field)) return AnswerFormat::event_stream;
        if (field.starts_with(begin)) return std::nullopt;
    }
    return AnswerFormat::opaque;
}

}  // namespace

AnswerFormat declared_format(std::string_view content_type) noexcept {
    // As they are nearly always written.
    if (content_type == "application/json") return AnswerFormat::json;
    if (content_type == "text/event-stream") return AnswerFormat::event_stream;
    const std::string_view type = text::trimmed(content_type.substr(0, content_type.find(';')));
    if (text::equals_ignoring_case(type, "application/json")) return AnswerFormat::json;
    constexpr std::string_view events = "/event-stream";
    if (type.size() > events.size() && text::ends_with_ignoring_case(type, events))
        return AnswerFormat::event_stream;
    for (const std::string_view lines :
         {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonl",
          "application/jsonlines", "application/x-jsonlines", "application/json-lines",
          "application/stream+json", "application/json-seq"}) {
        if (text::equals_ignoring_case(type, lines)) return AnswerFormat::json_lines;
    }
    constexpr std::string_view suffix = "+json";
    if (type.size() > suffix.size() && text::ends_with_ignoring_case(type, suffix)) return AnswerFormat::json;
    for (const std::string_view binary :
         {"audio/", "image/", "video/", "font/", "multipart/", "application/pdf", "application/zip"}) {
        if (text::starts_with_ignoring_case(type, binary)) return AnswerFormat::binary;
    }
    return AnswerFormat::unknown;
}

bool is_before_body(char c) noexcept {
    return std::string_view(" \t\r\n\x1e\xef\xbb\xbf").find(c) != std::string_view::npos;
}

std::optional<AnswerFormat> format_by_first_bytes(AnswerFormat declared, std::string_view begin) noexcept {
    if (declared == AnswerFormat::opaque) return declared;
    if (declared == AnswerFormat::binary) return format_of_binary(begin);
    if (begin.empty()) return std::nullopt;
    if (begin.front() == '{' || begin.front() == '[')
        return declared == AnswerFormat::json_lines ? declared : AnswerFormat::json;
    if (declared == AnswerFormat::event_stream) return declared;
    constexpr std::array<std::string_view, 5> fields{"data:", "event:", "id:", "retry:", ":"};
    for (const std::string_view field : fields) {
        const std::size_t size = std::min(field.size(), begin.size());
        if (begin.substr(0, size) != field.substr(0, size)) continue;
        if (size < field.size()) return std::nullopt;
        return AnswerFormat::event_stream;
    }
    return declared == AnswerFormat::unknown ? AnswerFormat::opaque : declared;
}

}  // namespace weir::llm
