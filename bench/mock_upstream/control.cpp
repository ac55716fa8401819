// Two paths; whatever else is below /mock/ is told so.
#include "mock_upstream/control.hpp"

namespace weir::mock {
namespace {

ControlAnswer follow(Provider& provider, std::string_view body, std::int64_t now_us) {
    Script script;
    const std::string problem = parse_script(body, script);
    if (!problem.empty()) return {.status = 400, .body = problem + "\n"};
    provider.follow(std::move(script), now_us);
    return {.body = mode_text(provider.mode(now_us)) + "\n", .mode_changed = true};
}

}  // namespace

ControlAnswer control(Provider& provider, std::string_view method, std::string_view target,
                      std::string_view body, std::int64_t now_us) {
    const std::string_view path = target.substr(0, target.find('?'));
    if (path == "/mock/stats" && method == "GET")
        return {.content_type = "application/json", .body = stats_json(provider.fleet().stats()) + "\n"};
    if (path == "/mock/mode" && method == "GET") return {.body = mode_text(provider.mode(now_us)) + "\n"};
    if (path == "/mock/mode" && method == "POST") return follow(provider, body, now_us);
    return {.status = 404, .body = "there are GET /mock/stats, GET /mock/mode and POST /mock/mode\n"};
}

}  // namespace weir::mock
