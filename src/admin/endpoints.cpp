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
};

AdminAnswer healthz(const AdminSources&) {
    return {.body = "ok\n"};
}

AdminAnswer readyz(const AdminSources& sources) {
    if (sources.ready()) return {.body = "ready\n"};
    return {.status = 503, .body = "not ready\n"};
}

AdminAnswer metrics(const AdminSources& sources) {
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = sources.metrics()};
}

constexpr std::array<Endpoint, 3> endpoints{{
    {"/healthz", true, healthz},
    {"/readyz", true, readyz},
    {"/metrics", false, metrics},
}};

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
    if (endpoint == endpoints.end()) return {.status = 404, .body = "not found\n"};
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
