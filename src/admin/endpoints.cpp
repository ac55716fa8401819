// The endpoint table and who may use it.
#include "admin/endpoints.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>

namespace weir::admin {

namespace {

struct Endpoint {
    std::string_view path;
    bool open;  ///< needs no token
    AdminAnswer (*answer)(const AdminSources& sources);
    std::string_view help;
};

AdminAnswer healthz(const AdminSources&) {
    return {.body = "ok\n"};
}

AdminAnswer readyz(const AdminSources& sources) {
    const Readiness readiness = sources.readiness();
    AdminAnswer answer{.status = readiness.ready ? 200 : 503,
                       .body = readiness.ready ? "ready" : "not ready"};
    if (!readiness.remark.empty()) answer.body.append(": ").append(readiness.remark);
    answer.body += "\n";
    return answer;
}

AdminAnswer metrics(const AdminSources& sources) {
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = sources.metrics()};
}

AdminAnswer list(const AdminSources& sources);

constexpr std::array<Endpoint, 4> endpoints{{
    {"/", true, list, "this list"},
    {"/healthz", true, healthz, "200 while the process lives"},
    {"/readyz", true, readyz, "200 while requests can be decided, else 503 and why"},
    {"/metrics", false, metrics, "figures in Prometheus' text format"},
}};

AdminAnswer list(const AdminSources&) {
    AdminAnswer answer{.body = "The admin port of weir serves:\n"};
    for (const Endpoint& endpoint : endpoints) {
        constexpr std::size_t column = 10;
        answer.body.append("  ").append(endpoint.path);
        answer.body.append(column - endpoint.path.size(), ' ').append(endpoint.help);
        answer.body.append(endpoint.open ? "\n" : " (with the admin token, where one is set)\n");
    }
    return answer;
}

bool is_authorized(std::string_view authorization, const std::string& token) {
    const std::string expected = "Bearer " + token;
    return authorization.size() == expected.size() &&
           CRYPTO_memcmp(authorization.data(), expected.data(), expected.size()) == 0;
}

}  // namespace

AdminAnswer answer_admin(const AdminRequest& request, const AdminOptions& options,
                         const AdminSources& sources) {
    const auto endpoint = std::find_if(endpoints.begin(), endpoints.end(), [&](const Endpoint& candidate) {
        return candidate.path == request.path;
    });
    if (endpoint == endpoints.end()) return {.status = 404, .body = "not found; / says what there is\n"};
    if (request.method != "GET" && request.method != "HEAD") return {.status = 405, .body = "use GET\n"};
    if (!endpoint->open) {
        if (options.token.empty()) {
            if (!boost::asio::ip::make_address(options.listen.address).is_loopback()) {
                return {.status = 403, .body = "set admin.token_env to use this from other hosts\n"};
            }
        } else if (!is_authorized(request.authorization, options.token)) {
            return {.status = 401, .body = "the admin token is needed: Authorization: Bearer …\n"};
        }
    }
    return endpoint->answer(sources);
}

}  // namespace weir::admin
