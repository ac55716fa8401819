// Builds heads toward the client.
#include "proxy/answer_rules.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "http/reason.hpp"
#include "proxy/cors.hpp"
#include "proxy/request_rules.hpp"
#include "text/host.hpp"
#include "text/times.hpp"

namespace weir::proxy {

namespace {

using llm::append_header;

/// Fields that tell the client where to go next. Azure names its long-running operations in the last two.
bool names_place(std::string_view name) noexcept {
    constexpr NameSet<4> names{
        {"location", "content-location", "operation-location", "azure-asyncoperation"}};
    return names.contains(name);
}

/// What stands behind "scheme://host:port" where that is the upstream; nullopt where it is another place.
std::optional<std::string_view> behind_origin(std::string_view value, const config::Url& url) {
    const std::string_view scheme = url.tls ? "https:" : "http:";
    if (starts_with_ignoring_case(value, scheme)) value.remove_prefix(scheme.size());
    if (!value.starts_with("//")) return std::nullopt;
    value.remove_prefix(2);
    const std::size_t end = std::min(value.find_first_of("/?#"), value.size());
    const std::string_view authority = value.substr(0, end);
    const std::string host = text::bracketed(url.host);
    const bool usual_port = url.port == (url.tls ? 443 : 80);
    const bool is_own = equals_ignoring_case(authority, host + ":" + std::to_string(url.port)) ||
                        (usual_port && equals_ignoring_case(authority, host));
    if (!is_own) return std::nullopt;
    return value.substr(end);
}

}  // namespace

std::string place_for_client(std::string_view value, const config::Url& url) {
    std::string_view path = value;
    if (!value.starts_with('/') || value.starts_with("//")) {
        const auto behind = behind_origin(value, url);
        if (!behind) return std::string(value);
        path = *behind;
    }
    const std::string& base = url.base_path;
    const bool is_below = path.starts_with(base) && (path.size() == base.size() || path[base.size()] == '/' ||
                                                     path[base.size()] == '?');
    if (is_below) path.remove_prefix(base.size());
    return path.starts_with('/') ? std::string(path) : "/" + std::string(path);
}

bool answer_has_body(std::string_view method, int status) noexcept {
    return method != "HEAD" && status >= 200 && status != 204 && status != 304;
}

BodyFraming answer_framing(const Framing& upstream, int client_version, bool has_body,
                           bool length_holds) noexcept {
    if (!has_body) return BodyFraming::none;
    if (upstream.content_length && length_holds) return BodyFraming::content_length;
    return client_version >= 11 ? BodyFraming::chunked : BodyFraming::until_close;
}

std::string make_answer_head(const ClientAnswer& answer) {
    std::string out;
    out.reserve(1024);
    out.append("HTTP/1.1 ").append(std::to_string(answer.head.status)).append(" ");
    out.append(answer.head.reason).append("\r\n");
    for (const Field& field : answer.head.fields) {
        if (is_hop_by_hop(answer.head.fields, field.name)) continue;
        if (equals_ignoring_case(field.name, "content-length")) continue;
        if (answer.replace_rate_limits && llm::is_rate_limit_header(field.name)) continue;
        if (!answer.cors.empty() && is_cors_field(field.name)) continue;
        if (answer.body_is_decoded && equals_ignoring_case(field.name, "content-encoding")) continue;
        if (names_place(field.name)) {
            append_header(out, field.name, place_for_client(field.value, answer.upstream));
        } else {
            append_header(out, field.name, field.value);
        }
    }
    out.append(answer.rate_limits).append(answer.cors);
    if (!answer.head.fields.find("x-request-id")) append_header(out, "x-request-id", answer.request_id);
    append_header(out, "Via", "1.1 weir");
    // A HEAD or 304 answer announces the length that its body would have.
    const bool announces_length = answer.framing == BodyFraming::content_length ||
                                  (answer.framing == BodyFraming::none && answer.head.status != 204);
    if (announces_length && answer.upstream_framing.content_length) {
        append_header(out, "Content-Length", std::to_string(*answer.upstream_framing.content_length));
    }
    if (answer.framing == BodyFraming::chunked) append_header(out, "Transfer-Encoding", "chunked");
    if (answer.close) {
        append_header(out, "Connection", "close");
    } else if (answer.client_version == 10) {
        append_header(out, "Connection", "keep-alive");
    }
    out.append("\r\n");
    return out;
}

std::string make_own_answer(const OwnAnswer& own) {
    std::string out;
    out.reserve(512 + own.answer.body.size());
    out.append("HTTP/1.1 ").append(std::to_string(own.answer.status)).append(" ");
    out.append(http::reason_of(own.answer.status)).append("\r\n");
    append_header(out, "Date", text::http_date(own.now_us));
    out.append(own.answer.headers);
    if (!own.request_id.empty()) append_header(out, "x-request-id", own.request_id);
    out.append(own.cors);
    // RFC 9110 8.6: never with 204.
    if (own.answer.status != 204) {
        append_header(out, "Content-Length", std::to_string(own.answer.body.size()));
    }
    if (own.close) append_header(out, "Connection", "close");
    out.append("\r\n");
    if (!own.head_only) out.append(own.answer.body);
    return out;
}

}  // namespace weir::proxy
