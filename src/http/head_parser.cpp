// The first line by its spaces, the others by their colons.
#include "http/head_parser.hpp"

#include <algorithm>

#include "text/ascii.hpp"
#include "text/tokens.hpp"

namespace weir::http {

namespace {

constexpr Objection fine{};

constexpr Objection bad(std::string_view reason) noexcept {
    return {http_errc::bad_request, reason};
}

/// Methods are case-sensitive (RFC 9110 9.1), yet some servers read `post` as POST, which would slip past the
/// meter. No registered method has a lower-case letter.
bool is_method(std::string_view text) noexcept {
    return text::is_token(text) &&
           std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

/// 0: none that weir speaks.
int version_of(std::string_view text) noexcept {
    return text == "HTTP/1.1" ? 11 : text == "HTTP/1.0" ? 10 : 0;
}

/// Takes a line with its end off the rest of a head; an empty view where there is no end.
std::string_view take_line(std::string_view& rest) noexcept {
    const auto end = rest.find("\r\n");
    if (end == std::string_view::npos) return rest = {};
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    return line;
}

/// RFC 9110 5.5 has visible characters, white space and obs-text in a line; no other control bytes.
/// Without a branch, as the next one, so that the compiler looks at 16 bytes at a time.
bool holds_control_byte(std::string_view lines) noexcept {
    unsigned char found = 0;
    for (const char c : lines) {
        const bool is_control = text::is_control(c);
        const bool is_allowed = (c == '\t') | (c == '\r') | (c == '\n');
        found |= is_control && !is_allowed ? 1 : 0;
    }
    return found != 0;
}

/// A CR before each LF, and an LF behind each CR. REQUIRES: the first is no LF.
bool has_only_whole_line_ends(std::string_view lines) noexcept {
    unsigned char found = 0;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const bool is_lone = (lines[i - 1] == '\r') != (lines[i] == '\n');
        found |= is_lone ? 1 : 0;
    }
    return found == 0;
}

Objection parse_fields(std::string_view rest, Fields& fields) {
    fields.clear();
    if (!rest.ends_with("\r\n")) return bad("the header has no end");
    if (rest.front() == '\n' || !has_only_whole_line_ends(rest) || holds_control_byte(rest))
        return bad("a header value holds a control character");
    for (;;) {
        const auto end = rest.find('\r');
        if (end == std::string_view::npos) return bad("the header has no end");
        const std::string_view line = rest.substr(0, end);
        if (line.empty()) return fine;
        const auto name_end = std::find_if_not(line.begin(), line.end(), text::is_token_character);
        const auto name_size = static_cast<std::size_t>(name_end - line.begin());
        if (name_end == line.end() || *name_end != ':' || name_size == 0) {
            return line.find(':') == std::string_view::npos
                       ? bad("a header line has no colon")
                       : bad("a header name holds a character that it must not");
        }
        fields.add(line.substr(0, name_size), text::trimmed(line.substr(name_size + 1)));
        rest.remove_prefix(end + 2);
    }
}

}  // namespace

Objection parse_head(std::string_view bytes, std::size_t target_bytes_max, RequestHead& head) {
    const std::string_view line = take_line(bytes);
    const auto method_end = line.find(' ');
    if (method_end == std::string_view::npos) return bad("the request line is malformed");
    const auto target_end = line.find(' ', method_end + 1);
    if (target_end == std::string_view::npos) return bad("the request line is malformed");
    head.method = line.substr(0, method_end);
    head.target = line.substr(method_end + 1, target_end - method_end - 1);
    head.version = version_of(line.substr(target_end + 1));
    if (!is_method(head.method)) return bad("the method is malformed");
    if (head.target.empty()) return bad("the target is empty");
    if (head.target.size() > target_bytes_max) return {http_errc::target_too_long, "the target is too long"};
    const bool plain = std::all_of(head.target.begin(), head.target.end(),
                                   [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
    if (!plain) return bad("the target holds a character that it must not");
    if (head.version == 0) return bad("the HTTP version must be 1.0 or 1.1");
    return parse_fields(bytes, head.fields);
}

Objection parse_head(std::string_view bytes, ResponseHead& head) {
    constexpr std::size_t status_begin = std::string_view("HTTP/1.1 ").size();
    constexpr std::size_t status_end = status_begin + 3;
    const std::string_view line = take_line(bytes);
    if (line.size() < status_end) return bad("the status line is malformed");
    head.version = version_of(line.substr(0, status_begin - 1));
    if (head.version == 0) return bad("the HTTP version must be 1.0 or 1.1");
    const std::string_view digits = line.substr(status_begin, 3);
    const bool is_number = std::all_of(digits.begin(), digits.end(), text::is_digit);
    const bool is_set_apart = line.size() == status_end || line[status_end] == ' ';
    if (line[status_begin - 1] != ' ' || !is_number || !is_set_apart)
        return bad("the status line is malformed");
    head.status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
    head.reason = line.substr(std::min(status_end + 1, line.size()));
    if (holds_control_byte(head.reason) || head.reason.find_first_of("\r\n") != std::string_view::npos)
        return bad("the status line holds a control character");
    return parse_fields(bytes, head.fields);
}

}  // namespace weir::http
