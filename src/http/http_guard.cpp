// The rules of http_guard.hpp, each where its RFC section stands.
#include "http/http_guard.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "text/ascii.hpp"
#include "text/percent.hpp"

namespace weir::http {

namespace {

constexpr Objection fine{};

constexpr Objection bad(std::string_view reason) noexcept {
    return {http_errc::bad_request, reason};
}

// RFC 9110 5.6.2: token characters.
constexpr std::array<bool, 256> make_token_table() {
    std::array<bool, 256> table{};
    for (const char c :
         std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
        table[static_cast<unsigned char>(c)] = true;
    }
    return table;
}
constexpr auto token_table = make_token_table();

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](char c) { return token_table[static_cast<unsigned char>(c)]; });
}

/// Methods are case-sensitive (RFC 9110 9.1), yet some servers read `post` as POST, which would slip past the
/// meter. No registered method has a lower-case letter.
bool is_method(std::string_view text) noexcept {
    return is_token(text) &&
           std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// RFC 9110 5.5: visible characters, white space and obs-text; no other control bytes.
bool is_field_value(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

bool is_unreserved(int c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

bool is_delimiter(int byte) noexcept {
    return byte > 0 && std::string_view("/\\?#;%").find(static_cast<char>(byte)) != std::string_view::npos;
}

/// A blank of Unicode's, in UTF-8 and percent-encoded: NBSP, U+2000 to U+200F, U+2028 to U+202F, U+3000,
/// U+FEFF.
bool is_wide_blank(std::string_view encoded) noexcept {
    constexpr std::array<std::string_view, 5> blanks{"%C2%A0", "%E2%80%8", "%E2%80%A", "%E3%80%80",
                                                     "%EF%BB%BF"};
    return std::any_of(blanks.begin(), blanks.end(), [&](std::string_view blank) {
        return text::starts_with_ignoring_case(encoded, blank);
    });
}

/// "host" for "host:80" under http, and for "host:443" under https.
std::string_view without_usual_port(std::string_view authority, bool tls) noexcept {
    const std::string_view port = tls ? ":443" : ":80";
    if (authority.ends_with(port)) authority.remove_suffix(port.size());
    return authority;
}

// RFC 9110 7.2: uri-host [":" port], without userinfo.
bool is_host(std::string_view host) noexcept {
    return std::all_of(host.begin(), host.end(), [](char c) {
        return c > 0x20 && c < 0x7f && std::string_view("@/\\?#,").find(c) == std::string_view::npos;
    });
}

Objection parse_length(std::string_view text, std::optional<std::uint64_t>& length) noexcept {
    if (text.empty()) return bad("Content-Length is empty");
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return bad("Content-Length is not a number");
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / 10)
            return bad("Content-Length overflows");
        value = value * 10 + digit;
    }
    if (length && *length != value) return bad("Content-Length differs from another Content-Length");
    length = value;
    return fine;
}

}  // namespace

Objection check_raw_head(std::string_view head) noexcept {
    std::size_t line_begin = head.find("\r\n");
    if (line_begin == std::string_view::npos) return bad("the header has no end");
    line_begin += 2;
    for (;;) {
        const auto line_end = head.find("\r\n", line_begin);
        if (line_end == std::string_view::npos) return bad("the header has no end");
        const std::string_view line = head.substr(line_begin, line_end - line_begin);
        if (line.empty()) return fine;
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return bad("a header line has no colon");
        if (!is_token(line.substr(0, colon))) return bad("a header name holds a character that it must not");
        if (!is_field_value(line.substr(colon + 1))) return bad("a header value holds a control character");
        line_begin = line_end + 2;
    }
}

Objection check_request_line(std::string_view head, std::size_t target_bytes_max) noexcept {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const auto method_end = line.find(' ');
    if (method_end == std::string_view::npos) return bad("the request line is malformed");
    const auto target_end = line.find(' ', method_end + 1);
    if (target_end == std::string_view::npos) return bad("the request line is malformed");
    const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
    const std::string_view version = line.substr(target_end + 1);
    if (!is_method(line.substr(0, method_end))) return bad("the method is malformed");
    if (target.empty()) return bad("the target is empty");
    if (target.size() > target_bytes_max) return {http_errc::target_too_long, "the target is too long"};
    const bool plain =
        std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
    if (!plain) return bad("the target holds a character that it must not");
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return bad("the HTTP version must be 1.0 or 1.1");
    return fine;
}

Objection check_framing(int version, const Fields& fields, Framing& framing) noexcept {
    framing = {};
    std::size_t encodings = 0;
    for (const Field& field : fields) {
        if (text::equals_ignoring_case(field.name, "content-length")) {
            if (const Objection objection = parse_length(field.value, framing.content_length))
                return objection;
        } else if (text::equals_ignoring_case(field.name, "transfer-encoding")) {
            ++encodings;
            if (!text::equals_ignoring_case(field.value, "chunked"))
                return bad("Transfer-Encoding must be chunked alone");
        }
    }
    if (encodings == 0) return fine;
    if (encodings > 1) return bad("Transfer-Encoding is repeated");
    if (version < 11) return bad("Transfer-Encoding needs HTTP/1.1");
    if (framing.content_length) return bad("Transfer-Encoding and Content-Length exclude each other");
    framing.chunked = true;
    return fine;
}

Objection check_request(const RequestHead& head, std::string_view& path_and_query,
                        bool is_forwarded) noexcept {
    if (head.method == "CONNECT" || head.method == "TRACE") {
        return {http_errc::method_not_allowed, "the method is not allowed"};
    }
    const std::size_t hosts = head.fields.count("host");
    if (hosts != 1 && (hosts > 1 || head.version == 11)) return bad("there must be exactly one Host");
    const std::string_view host = head.fields.value("host");
    if (!is_host(host)) return bad("Host is malformed");
    // Before 1.1 there was none (RFC 9112 3.2), and health checks still speak so.
    if (host.empty() && hosts == 1 && head.version == 11) return bad("Host is empty");

    std::string_view target = head.target;
    if (target.front() != '/') {  // absolute-form, RFC 9112 3.2.2
        const auto scheme_end = target.find("://");
        const std::string_view scheme = target.substr(0, scheme_end);
        if (scheme_end == std::string_view::npos ||
            !(text::equals_ignoring_case(scheme, "http") || text::equals_ignoring_case(scheme, "https"))) {
            return bad("the target must be a path");
        }
        target.remove_prefix(scheme_end + 3);
        const auto authority_end = std::min(target.find('/'), target.find('?'));
        const bool tls = scheme.size() == 5;
        const std::string_view authority = without_usual_port(target.substr(0, authority_end), tls);
        if (!host.empty() && !text::equals_ignoring_case(authority, without_usual_port(host, tls)))
            return bad("the target names another host");
        target = authority_end == std::string_view::npos ? "/" : target.substr(authority_end);
        if (target.front() != '/') return bad("the target must be a path");
    }
    path_and_query = target;
    if (!is_normal_path(target.substr(0, target.find('?')), is_forwarded && head.method == "POST"))
        return bad("the path is not in its normal form");
    return fine;
}

bool is_normal_path(std::string_view path, bool may_be_metered) noexcept {
    if (path.empty() || path.front() != '/') return false;
    for (std::size_t begin = 1; begin <= path.size();) {
        const auto slash = std::min(path.find('/', begin), path.size());
        const std::string_view segment = path.substr(begin, slash - begin);
        if (segment == "." || segment == ".." || (segment.empty() && slash < path.size())) return false;
        if (may_be_metered && segment.starts_with("%20")) return false;
        begin = slash + 1;
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '\\') return false;  // some servers read it as a slash
        if (path[i] != '%') continue;
        const int byte = text::percent_encoded_byte(path, i);
        if (byte < 0) return false;
        if (is_unreserved(byte) || byte < 0x20 || byte == 0x7f) return false;
        if (may_be_metered && (is_delimiter(byte) || is_wide_blank(path.substr(i)))) return false;
    }
    return true;
}

}  // namespace weir::http
