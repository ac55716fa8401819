// Scheme, authority and base path of RFC 3986; the rest of a URL has no place in an upstream's.
#include "config/url.hpp"

#include <algorithm>

#include "config/address.hpp"
#include "config/unexpected.hpp"
#include "text/ascii.hpp"
#include "text/host.hpp"
#include "text/percent.hpp"

namespace weir::config {

namespace {

constexpr std::size_t url_bytes_max = 2048;
constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

bool is_path_character(char c) noexcept {
    const bool is_letter_or_digit =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return is_letter_or_digit || std::string_view("-._~!$&'()*+,;=:@/%").find(c) != std::string_view::npos;
}

/// Segments that a server or a proxy would resolve to somewhere else are refused.
void check_base_path(std::string_view path) {
    bool valid = std::all_of(path.begin(), path.end(), is_path_character);
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] != '%') continue;
        valid = valid && text::percent_encoded_byte(path, i) >= 0;
    }
    for (std::size_t first = 1; first <= path.size();) {
        const std::size_t end = std::min(path.find('/', first), path.size());
        const std::string_view segment = path.substr(first, end - first);
        valid = valid && !segment.empty() && segment != "." && segment != "..";
        first = end + 1;
    }
    if (!valid) throw Unexpected(R"(expected a plain base path, such as "/openai")");
}

/// Of those that have no place in an upstream's URL, all that are there are told.
void check_parts(bool has_user, bool has_query_or_fragment) {
    const std::string where_keys_belong = ": a key belongs into api_key_env or api_key_file";
    if (has_user && has_query_or_fragment) {
        throw Unexpected("expected a URL without user and password, query and fragment" + where_keys_belong);
    }
    if (has_user) throw Unexpected("expected a URL without user and password" + where_keys_belong);
    if (has_query_or_fragment) throw Unexpected("expected a URL without query and fragment");
}

}  // namespace

Url parse_url(const std::string& text) {
    std::string_view rest = text;
    Url url;
    if (text.size() > url_bytes_max) throw Unexpected("expected a URL of at most 2048 bytes");
    if (text::starts_with_ignoring_case(rest, "https://")) {
        url.tls = true;
        rest.remove_prefix(8);
    } else if (text::starts_with_ignoring_case(rest, "http://")) {
        rest.remove_prefix(7);
    } else {
        throw Unexpected(R"(expected a URL that begins with "http://" or "https://")");
    }
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view authority = rest.substr(0, std::min(rest.find_first_of("/?#"), rest.size()));
    check_parts(authority.find('@') != std::string_view::npos,
                rest.find_first_of("?#") != std::string_view::npos);
    HostAndPort address = parse_host_and_port(authority, url.tls ? https_port : http_port);
    url.host = std::move(address.host);
    url.port = address.port;
    std::string_view path = rest.substr(slash);
    if (path.ends_with('/')) path.remove_suffix(1);
    check_base_path(path);
    url.base_path = path;
    return url;
}

std::string to_string(const Url& url) {
    std::string text = (url.tls ? "https://" : "http://") + text::bracketed(url.host);
    if (url.port != (url.tls ? https_port : http_port)) text += ":" + std::to_string(url.port);
    return text + url.base_path;
}

}  // namespace weir::config
