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

/// Written in UTF-8 and percent-encoded: what is no ASCII, and yet a blank, a slash, a dot or a letter to
/// servers that normalize, convert to another character set ("best fit"), or decode sloppily.
constexpr std::array<std::string_view, 19> look_alikes{
    "%C2%A0",    "%E2%80%8",  "%E2%80%A",  "%E3%80%80", "%EF%BB%BF",  // blanks, U+2024 (a dot) among them
    "%E2%81%84", "%E2%88%95", "%E2%88%96", "%E2%A7%B",                // slashes
    "%EF%B9%",   "%EF%BC%",   "%EF%BD%",   "%F0%9D%",   "%C5%BF",
    "%E2%84%AA",                                      // letters: wide, U+017F, U+212A
    "%C0%",      "%C1%",      "%E0%8",     "%E0%9"};  // overlong

bool is_look_alike(std::string_view path, std::size_t at) noexcept {
    const int byte = text::percent_encoded_byte(path, at);
    if (byte < 0x80) return false;
    const std::string_view encoded = path.substr(at);
    // Nothing in UTF-8 begins so; a blank in Latin-1.
    const bool is_continued = at >= 3 && text::percent_encoded_byte(path, at - 3) >= 0x80;
    if (byte < 0xc0 && !is_continued) return true;
    constexpr int never_in_utf8 = 0xf5;
    if (byte >= never_in_utf8 || text::starts_with_ignoring_case(encoded, "%F0%8")) return true;
    return std::any_of(look_alikes.begin(), look_alikes.end(), [&](std::string_view look_alike) {
        return text::starts_with_ignoring_case(encoded, look_alike);
    });
}

/// "." and "..", as servers see them that take `;parameters` off first (Tomcat, Jetty: "/x/..;/"), or blanks.
bool is_dot_segment(std::string_view segment) noexcept {
    constexpr std::string_view blank = "%20";
    segment = segment.substr(0, segment.find(';'));
    while (segment.ends_with(blank)) segment.remove_suffix(blank.size());
    return segment == "." || segment == "..";
}

/// `query` has `text` somewhere, in any case, its characters percent-encoded or not.
bool says(std::string_view query, std::string_view text) noexcept {
    for (std::size_t begin = 0; begin < query.size(); ++begin) {
        std::size_t at = begin, matched = 0;
        for (; matched < text.size() && at < query.size(); ++matched) {
            const int byte = text::percent_encoded_byte(query, at);
            const char c = byte < 0 ? query[at] : static_cast<char>(byte);
            if (text::lower(c) != text[matched]) break;
            at += byte < 0 ? 1 : 3;
        }
        if (matched == text.size()) return true;
    }
    return false;
}

/// Google's APIs, ASP.NET, Rails and others let a field or the query say another method than the one that is
/// sent. A POST, which may be metered, must look like one.
bool is_post_in_disguise(const RequestHead& head, std::string_view query) noexcept {
    for (const std::string_view name : {"x-http-method-override", "x-http-method", "x-method-override"}) {
        if (text::equals_ignoring_case(head.fields.value(name), "post")) return true;
    }
    return says(query, "httpmethod=post") || says(query, "_method=post");
}

/// What holds calls that the path does not tell: Google's APIs take any call below /$rpc/, and several at a
/// time as multipart/mixed (/batch); OData has /$batch.
bool holds_other_calls(const RequestHead& head, std::string_view path) noexcept {
    const auto has = [&](std::string_view begin) { return path.find(begin) != std::string_view::npos; };
    return has("/$") || has("/%24") ||
           text::starts_with_ignoring_case(head.fields.value("content-type"), "multipart/mixed");
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
    const std::string_view path = target.substr(0, target.find('?'));
    const bool may_be_metered = is_forwarded && head.method == "POST";
    if (!is_normal_path(path, may_be_metered)) return bad("the path is not in its normal form");
    if (may_be_metered && holds_other_calls(head, path))
        return bad("calls inside of a call are not passed on");
    if (is_forwarded && !may_be_metered && is_post_in_disguise(head, target.substr(path.size())))
        return bad("a POST must say so");
    return fine;
}

bool is_normal_path(std::string_view path, bool may_be_metered) noexcept {
    if (path.empty() || path.front() != '/') return false;
    for (std::size_t begin = 1; begin <= path.size();) {
        const auto slash = std::min(path.find('/', begin), path.size());
        const std::string_view segment = path.substr(begin, slash - begin);
        if (is_dot_segment(segment) || (segment.empty() && slash < path.size())) return false;
        if (may_be_metered && segment.starts_with("%20")) return false;
        begin = slash + 1;
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '\\') return false;  // some servers read it as a slash
        if (path[i] != '%') continue;
        const int byte = text::percent_encoded_byte(path, i);
        if (byte < 0) return false;
        if (is_unreserved(byte) || byte < 0x20 || byte == 0x7f) return false;
        if (may_be_metered && (is_delimiter(byte) || is_look_alike(path, i))) return false;
    }
    return true;
}

}  // namespace weir::http
