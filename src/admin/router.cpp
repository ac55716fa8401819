// Segment by segment; the table is short.
#include "admin/router.hpp"

#include <algorithm>

namespace weir::admin {

namespace {

std::string_view next_segment(std::string_view& path) noexcept {
    path.remove_prefix(1);  // the slash
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string_view>& parameters) {
    parameters.clear();
    while (!pattern.empty() && !path.empty()) {
        const std::string_view expected = next_segment(pattern);
        const std::string_view given = next_segment(path);
        if (expected.starts_with('{')) {
            if (given.empty()) return false;
            parameters.push_back(given);
        } else if (expected != given) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

}  // namespace

Route find_route(std::span<const Endpoint> table, std::string_view method, std::string_view path) {
    Route route;
    std::string allowed;
    for (const Endpoint& endpoint : table) {
        if (!matches(endpoint.path, path, route.parameters)) continue;
        if (endpoint.method == method || (method == "HEAD" && endpoint.method == "GET")) {
            route.endpoint = &endpoint;
            return route;
        }
        if (!allowed.empty()) allowed += ", ";
        allowed.append(endpoint.method);
        if (endpoint.method == "GET") allowed += ", HEAD";
    }
    if (!allowed.empty()) {
        throw Refused(405, "method_not_allowed", "This path takes " + allowed + ".").with("allow", allowed);
    }
    throw Refused(404, "not_found", "There is nothing here; / and /admin/openapi.json say what there is.");
}

}  // namespace weir::admin
