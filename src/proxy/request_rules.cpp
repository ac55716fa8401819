// Builds the head toward the upstream field by field.
#include "proxy/request_rules.hpp"

#include <algorithm>
#include <array>

#include "llm/dialect.hpp"

namespace weir::proxy {

namespace {

using llm::append_header;

constexpr std::array<std::string_view, 6> hop_by_hop{"connection", "keep-alive",        "te",
                                                     "trailer",    "transfer-encoding", "upgrade"};
// Set by weir itself, or answered by it.
constexpr std::array<std::string_view, 7> replaced{
    "host", "content-length", "expect", "via", "x-forwarded-for", "x-forwarded-proto", "x-request-id"};
constexpr std::array<std::string_view, 3> credentials{"authorization", "x-api-key", "api-key"};

template <std::size_t count>
bool is_one_of(const std::array<std::string_view, count>& names, std::string_view name) noexcept {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view candidate) { return equals_ignoring_case(candidate, name); });
}

/// The client's list with one more entry at its end.
void append_to_list(std::string& out, const Fields& fields, std::string_view name, std::string_view entry) {
    std::string list;
    for (const Field& field : fields) {
        if (equals_ignoring_case(field.name, name)) list.append(field.value).append(", ");
    }
    append_header(out, name, list.append(entry));
}

void append_host(std::string& out, const config::Url& url) {
    const bool is_ipv6 = url.host.find(':') != std::string::npos;
    std::string host = is_ipv6 ? "[" + url.host + "]" : url.host;
    if (url.port != (url.tls ? 443 : 80)) host.append(":").append(std::to_string(url.port));
    append_header(out, "Host", host);
}

bool begins_with(std::string_view name, std::string_view prefix) noexcept {
    return equals_ignoring_case(name.substr(0, prefix.size()), prefix);
}

/// The key in `Bearer key`; another scheme counts as a whole.
std::string_view key_in_authorization(std::string_view value) noexcept {
    constexpr std::string_view scheme = "Bearer";
    if (!begins_with(value, scheme)) return value;
    const auto key = value.find_first_not_of(" \t", scheme.size());
    const bool is_set_apart = key != std::string_view::npos && key > scheme.size();
    return is_set_apart ? value.substr(key) : value;
}

/// A key beside the one that the request is charged to: whose it is and who pays would differ.
bool is_other_credential(const UpstreamRequest& request, const Field& field) noexcept {
    if (!is_one_of(credentials, field.name)) return false;
    const bool is_authorization = equals_ignoring_case(field.name, "authorization");
    const std::string_view key = is_authorization ? key_in_authorization(field.value) : field.value;
    return key != credential_of(request.head.fields, request.dialect);
}

bool is_passed_on(const UpstreamRequest& request, const Field& field) noexcept {
    const std::string_view name = field.name;
    if (is_one_of(replaced, name) || is_hop_by_hop(request.head.fields, name)) return false;
    if (begins_with(name, "x-weir-")) return false;
    if (!request.upstream.api_key.empty() && is_one_of(credentials, name)) return false;
    if (is_other_credential(request, field)) return false;
    if (request.metered && equals_ignoring_case(name, "accept-encoding")) return false;
    return std::none_of(request.upstream.headers.begin(), request.upstream.headers.end(),
                        [&](const auto& header) { return equals_ignoring_case(header.first, name); });
}

}  // namespace

std::string_view credential_of(const Fields& fields, llm::Dialect dialect) noexcept {
    const std::string_view anthropic_key = fields.value("x-api-key");
    if (dialect == llm::Dialect::anthropic && !anthropic_key.empty()) return anthropic_key;
    const std::string_view authorization = fields.value("authorization");
    if (!authorization.empty()) return key_in_authorization(authorization);
    return anthropic_key.empty() ? fields.value("api-key") : anthropic_key;
}

bool is_hop_by_hop(const Fields& fields, std::string_view name) noexcept {
    return is_one_of(hop_by_hop, name) || begins_with(name, "proxy-") ||
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
    out.append(upstream.url.base_path).append(request.path_and_query).append(" HTTP/1.1\r\n");
    append_host(out, upstream.url);
    for (const Field& field : request.head.fields) {
        if (is_passed_on(request, field)) append_header(out, field.name, field.value);
    }
    for (const auto& [name, value] : upstream.headers) append_header(out, name, value);
    if (!upstream.api_key.empty()) {
        if (request.dialect == llm::Dialect::anthropic) {
            append_header(out, "x-api-key", upstream.api_key);
        } else {
            append_header(out, "Authorization", "Bearer " + upstream.api_key);
        }
    }
    if (request.metered) append_header(out, "Accept-Encoding", "identity");
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
