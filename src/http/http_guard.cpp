// The rules of http_guard.hpp, each where its RFC section stands.
#include "http/http_guard.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "text/ascii.hpp"
#include "text/percent.hpp"
#include "text/tokens.hpp"

namespace weir::http {

namespace {

constexpr Objection fine{};

constexpr Objection bad(std::string_view reason) noexcept {
    return {http_errc::bad_request, reason};
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
        const bool is_delimiter = c == '@' || c == '/' || c == '\\' || c == '?' || c == '#' || c == ',';
        return c > 0x20 && c < 0x7f && !is_delimiter;
    });
}

bool is_token_list(std::string_view list) noexcept {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const std::string_view token = text::trimmed(list.substr(0, comma));
        if (!token.empty() && !text::is_token(token)) return false;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return true;
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
        } else if (text::equals_ignoring_case(field.name, "connection")) {
            if (!is_token_list(field.value)) return bad("Connection is malformed");
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
