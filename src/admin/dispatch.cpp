// The order matters: who asks from where, what for, may they, and only then what they say.
#include "admin/dispatch.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "admin/browser_rules.hpp"
#include "admin/router.hpp"
#include "text/ascii.hpp"
#include "text/numbers.hpp"

namespace weir::admin {

namespace {

bool is_reading(std::string_view method) noexcept {
    return method == "GET" || method == "HEAD";
}

const PageFile* find_page(const http::RequestHead& head, std::string_view path) {
    for (const PageFile& file : page_files()) {
        if (file.path != path) continue;
        const bool wants_list =
            path == "/" && joined_value(head.fields, "accept").find("text/html") == std::string::npos;
        if (wants_list) return nullptr;
        if (!is_reading(head.method)) {
            throw Refused(405, "method_not_allowed", "This path takes GET, HEAD.").with("allow", "GET, HEAD");
        }
        return &file;
    }
    return nullptr;
}

/// "gzip" or "gzip;q=0.5" among what the client takes, but not "gzip;q=0".
bool takes_gzip(const http::Fields& fields) {
    const std::string all = joined_value(fields, "accept-encoding");
    for (std::string_view rest = all; !rest.empty();) {
        std::string_view item = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(item.size() + 1, rest.size()));
        while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
        std::string_view weight = item.substr(std::min(item.find(';'), item.size()));
        const std::string_view coding = item.substr(0, item.find_first_of("; \t"));
        if (!text::equals_ignoring_case(coding, "gzip")) continue;
        const auto equals = weight.find('=');
        if (equals == std::string_view::npos) return true;
        weight.remove_prefix(equals + 1);
        return weight.find_first_of("123456789") != std::string_view::npos;
    }
    return false;
}

Refused refuse_token(Services& services, const std::string& address, bool was_sent) {
    if (was_sent) {
        const auto wait_us = services.wrong_tokens.add(address, services.clock.steady_us());
        if (wait_us) {
            const std::string seconds = std::to_string((*wait_us + 999'999) / 1'000'000);
            return Refused(429, "too_many_wrong_tokens",
                           "Too many wrong tokens came from this address; try again in " + seconds + " s.")
                .with("retry-after", seconds);
        }
    }
    return Refused(401, "token_needed",
                   was_sent ? "The token is wrong." : "A token is needed: Authorization: Bearer TOKEN.")
        .with("www-authenticate", "Bearer");
}

/// The token's name, for the log.
std::string authorize(Services& services, const Endpoint& endpoint, const Incoming& incoming) {
    if (endpoint.access == Access::open) return {};
    const http::Fields& fields = incoming.head.fields;
    if (services.tokens.empty()) {
        if (!services.is_loopback) {
            throw Refused(403, "no_token_set",
                          "Set admin.token_env or admin.tokens to use this from other hosts.");
        }
        // A page of somebody else's whose name was made to point here would reach everything.
        if (!is_loopback_host(fields.value("host"))) {
            throw Refused(
                421, "foreign_host",
                "While no token is set, only localhost and loopback addresses are served; set one to use "
                "other names.");
        }
        return "without a token";
    }
    const std::string_view token =
        fields.count("authorization") == 1 ? bearer_token(fields.value("authorization")) : std::string_view();
    const std::optional<Tokens::Holder> holder = services.tokens.find(token);
    if (token.empty() || !holder) throw refuse_token(services, incoming.address, !token.empty());
    if (endpoint.access == Access::write && !holder->may_write) {
        throw Refused(403, "read_only_token", "This token may only read.");
    }
    return holder->name;
}

void check_origin(const http::RequestHead& head) {
    if (is_reading(head.method)) return;
    const std::optional<std::string_view> origin = head.fields.find("origin");
    if (!origin || is_own_origin(*origin, head.fields.value("host"))) return;
    throw Refused(403, "foreign_origin", "Pages of other origins may change nothing here.");
}

std::optional<std::int64_t> read_if_match(const Endpoint& endpoint, const http::Fields& fields) {
    const std::optional<std::string_view> field = fields.find("if-match");
    if (endpoint.access != Access::write || !field || *field == "*") return std::nullopt;
    std::string_view text = *field;
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    const std::optional<std::int64_t> version = text::number_in<std::int64_t>(text);
    if (version && *version >= 0) return version;
    throw Refused(400, "invalid_if_match",
                  R"(If-Match: expected a version in quotes, as an ETag had it: "12")");
}

bool is_json(std::string_view content_type, bool is_patch) noexcept {
    std::string_view type = content_type.substr(0, content_type.find(';'));
    while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
    return text::equals_ignoring_case(type, "application/json") ||
           (is_patch && text::equals_ignoring_case(type, "application/merge-patch+json"));
}

void check_body(const Endpoint& endpoint, const Incoming& incoming) {
    const std::optional<std::string_view> expectation = incoming.head.fields.find("expect");
    if (expectation && !text::equals_ignoring_case(*expectation, "100-continue")) {
        throw Refused(417, "expectation_failed", "Expect must be 100-continue.");
    }
    const http::Framing& framing = incoming.framing;
    if (framing.content_length.value_or(0) > body_bytes_max) {
        throw Refused(413, "body_too_large", "A body may have 1 MiB at most.");
    }
    const bool has_body = framing.chunked || framing.content_length.value_or(0) > 0;
    const bool wants_body = !endpoint.body.schema.empty();
    if (wants_body && endpoint.body.required && !framing.chunked && !framing.content_length) {
        throw Refused(411, "length_required", "A body is needed, with Content-Length or chunked.");
    }
    if (has_body && !is_json(incoming.head.fields.value("content-type"), endpoint.method == "PATCH")) {
        throw Refused(415, "not_json", "The body has to be JSON: content-type: application/json.");
    }
    const std::string_view coding = incoming.head.fields.value("content-encoding");
    if (has_body && !coding.empty() && !text::equals_ignoring_case(coding, "identity")) {
        throw Refused(415, "encoded_body", "The body must come without a content-encoding.");
    }
}

Json read_body(const Endpoint& endpoint, const std::string& body) {
    if (endpoint.body.schema.empty()) {
        // Clients that always send one send an empty object.
        if (!body.empty() && !parse_object(body).empty()) {
            throw Refused(400, "unexpected_body", "This takes no body.");
        }
        return Json::object();
    }
    if (body.empty() && !endpoint.body.required) return Json::object();
    return parse_object(body);
}

Answer page_answer(const Admitted& admitted) {
    const PageFile& file = *admitted.page;
    const bool compressed = admitted.takes_gzip && !file.gzip.empty();
    Answer answer =
        text_answer(std::string(compressed ? file.gzip : file.bytes), 200, std::string(file.content_type));
    if (compressed) answer.fields.emplace_back("content-encoding", "gzip");
    answer.fields.emplace_back("vary", "accept-encoding");
    return answer;
}

awaitable<Answer> handle(Services& services, const Admitted& admitted, const std::string& body) {
    const Endpoint& endpoint = *admitted.endpoint;
    const Json document = read_body(endpoint, body);
    Call call{services, endpoint, admitted.arguments, document, admitted.actor, admitted.if_match};
    co_return co_await endpoint.handler(call);
}

}  // namespace

Admitted admit(Services& services, const Incoming& incoming) {
    const http::RequestHead& head = incoming.head;
    const auto query_begin = std::min(incoming.path_and_query.find('?'), incoming.path_and_query.size());
    const std::string_view path = incoming.path_and_query.substr(0, query_begin);
    const std::string_view query =
        incoming.path_and_query.substr(std::min(query_begin + 1, incoming.path_and_query.size()));
    Admitted admitted;
    admitted.takes_gzip = takes_gzip(head.fields);
    admitted.page = find_page(head, path);
    if (admitted.page != nullptr) return admitted;
    const Route route = find_route(endpoints(), head.method, path);
    admitted.endpoint = route.endpoint;
    check_origin(head);
    admitted.actor = {authorize(services, *route.endpoint, incoming), incoming.address};
    admitted.arguments = read_arguments(*route.endpoint, route.parameters, query);
    admitted.if_match = read_if_match(*route.endpoint, head.fields);
    check_body(*route.endpoint, incoming);
    return admitted;
}

awaitable<Answer> answer(Services& services, const Admitted& admitted, const std::string& body) {
    if (admitted.page != nullptr) co_return page_answer(admitted);
    Answer failed;
    try {
        Answer made = co_await handle(services, admitted, body);
        co_return made;
    } catch (const Refused& refused) {
        failed = refused.answer();
    } catch (const std::exception& unforeseen) {
        spdlog::error("{} {} ended by an unforeseen error: {}", admitted.endpoint->method,
                      admitted.endpoint->path, unforeseen.what());
        failed = problem_answer({.status = 500,
                                 .code = "internal_error",
                                 .message = "Something went wrong; the log says more.",
                                 .mistakes = {}});
    }
    co_return failed;
}

}  // namespace weir::admin
