// Builds the head toward the upstream field by field.
#include "proxy/request_rules.hpp"

#include <algorithm>
#include <array>

#include "config/providers.hpp"
#include "llm/dialect.hpp"
#include "proxy/credentials.hpp"
#include "text/host.hpp"

namespace weir::proxy {

namespace {

using llm::append_header;

constexpr NameSet<6> hop_by_hop{
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}};
// Set by weir itself, or answered by it.
constexpr NameSet<7> replaced{
    {"host", "content-length", "expect", "via", "x-forwarded-for", "x-forwarded-proto", "x-request-id"}};
constexpr NameSet<4> digests{{"content-md5", "digest", "content-digest", "repr-digest"}};

/// The client's list with one more entry at its end.
void append_to_list(std::string& out, const Fields& fields, std::string_view name, std::string_view entry) {
    std::string list = joined_value(fields, name);
    if (list.empty()) return append_header(out, name, entry);
    append_header(out, name, list.append(", ").append(entry));
}

void append_host(std::string& out, const config::Url& url) {
    std::string host = text::bracketed(url.host);
    if (url.port != (url.tls ? 443 : 80)) host.append(":").append(std::to_string(url.port));
    append_header(out, "Host", host);
}

bool is_passed_on(const UpstreamRequest& request, const Field& field) noexcept {
    const std::string_view name = field.name;
    if (replaced.contains(name) || is_hop_by_hop(request.head.fields, name)) return false;
    if (starts_with_ignoring_case(name, "x-weir-")) return false;
    if (is_credential_field(name)) {
        if (config::has_own_key(request.upstream)) return false;
        if (key_in_field(field.value) != request.credential) return false;
    }
    if (request.readable_answer && equals_ignoring_case(name, "accept-encoding")) return false;
    if (request.body_is_changed && digests.contains(name)) return false;
    if (request.body_is_decoded && equals_ignoring_case(name, "content-encoding")) return false;
    return std::none_of(request.upstream.headers.begin(), request.upstream.headers.end(),
                        [&](const auto& header) { return equals_ignoring_case(header.first, name); });
}

void append_target(std::string& out, const UpstreamRequest& request) {
    out.append(request.upstream.url.base_path);
    if (may_hold_key_in_query(request.path_and_query, request.dialect)) {
        const bool has_own_key = config::has_own_key(request.upstream);
        out.append(without_other_keys(request.path_and_query, has_own_key ? "" : request.credential));
    } else {
        out.append(request.path_and_query);
    }
}

/// The field for the upstream's own key: as configured, or as the client's SDK would send one.
config::KeyHeader key_header_of(const UpstreamRequest& request) noexcept {
    if (request.upstream.key_header != config::KeyHeader::automatic) return request.upstream.key_header;
    switch (request.dialect) {
        case llm::Dialect::anthropic:
            return config::KeyHeader::x_api_key;
        case llm::Dialect::gemini:
            return config::KeyHeader::x_goog_api_key;
        default:
            return config::KeyHeader::authorization;
    }
}

void append_key(std::string& out, const UpstreamRequest& request) {
    const std::string& key = request.upstream.api_key;
    switch (key_header_of(request)) {
        case config::KeyHeader::x_api_key:
            return append_header(out, "x-api-key", key);
        case config::KeyHeader::api_key:
            return append_header(out, "api-key", key);
        case config::KeyHeader::x_goog_api_key:
            return append_header(out, "x-goog-api-key", key);
        case config::KeyHeader::authorization:
        case config::KeyHeader::automatic:
            return append_header(out, "Authorization", "Bearer " + key);
    }
}

}  // namespace

bool is_hop_by_hop(const Fields& fields, std::string_view name) noexcept {
    return hop_by_hop.contains(name) || starts_with_ignoring_case(name, "proxy-") ||
           fields.lists_token("connection", name);
}

std::string_view usable_request_id(const Fields& fields) noexcept {
    constexpr std::size_t bytes_max = 128;
    const std::string_view id = fields.value("x-request-id");
    const bool usable = id.size() <= bytes_max && std::all_of(id.begin(), id.end(), [](char c) {
                            return c > 0x20 && c < 0x7f && c != '"' && c != '\\';
                        });
    return usable ? id : std::string_view();
}

std::string make_upstream_head(const UpstreamRequest& request) {
    const config::Upstream& upstream = request.upstream;
    std::string out;
    out.reserve(1024);
    out.append(request.head.method).append(" ");
    append_target(out, request);
    out.append(" HTTP/1.1\r\n");
    append_host(out, upstream.url);
    for (const Field& field : request.head.fields) {
        if (is_passed_on(request, field)) append_header(out, field.name, field.value);
    }
    for (const auto& [name, value] : upstream.headers) append_header(out, name, value);
    if (!upstream.api_key.empty() && request.injects_key) append_key(out, request);
    if (request.readable_answer) append_header(out, "Accept-Encoding", "identity");
    append_to_list(out, request.head.fields, "Via", request.head.version == 10 ? "1.0 weir" : "1.1 weir");
    append_to_list(out, request.head.fields, "X-Forwarded-For", request.client_address);
    append_header(out, "X-Forwarded-Proto", request.client_tls ? "https" : "http");
    append_header(out, "X-Request-Id", request.request_id);
    if (request.decided_at_us != 0 && request.head.fields.value("x-weir-trace") == "1") {
        append_header(out, "x-weir-decided-at-us", std::to_string(request.decided_at_us));
    }
    if (request.has_body) append_header(out, "Content-Length", std::to_string(request.body_bytes));
    out.append("\r\n");
    return out;
}

}  // namespace weir::proxy
