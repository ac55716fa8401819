// Health checks, metrics, and what there is.
#include <algorithm>

#include "admin/handlers.hpp"
#include "admin/openapi.hpp"

namespace weir::admin {

awaitable<Answer> show_health(Call&) {
    co_return text_answer("ok\n");
}

awaitable<Answer> show_readiness(Call& call) {
    const Readiness readiness = call.control().readiness();
    std::string text = readiness.ready ? "ready" : "not ready";
    if (!readiness.remark.empty()) text.append(": ").append(readiness.remark);
    co_return text_answer(text + "\n", readiness.ready ? 200 : 503);
}

awaitable<Answer> show_metrics(Call& call) {
    co_return text_answer(call.control().metrics_text(), 200, "text/plain; version=0.0.4; charset=utf-8");
}

awaitable<Answer> list_endpoints(Call&) {
    std::string text = "The admin port of weir serves:\n";
    std::size_t column = 0;
    for (const Endpoint& endpoint : endpoints()) {
        column = std::max(column, endpoint.method.size() + endpoint.path.size() + 3);
    }
    for (const Endpoint& endpoint : endpoints()) {
        std::string line = "  " + std::string(endpoint.method) + " " + std::string(endpoint.path);
        line.resize(column + 2, ' ');
        text.append(line).append(endpoint.summary).append("\n");
    }
    text.append(
        "All but /, /healthz and /readyz need \"Authorization: Bearer TOKEN\" where tokens are set.\n");
    co_return text_answer(std::move(text));
}

awaitable<Answer> show_openapi(Call&) {
    co_return text_answer(openapi_text(endpoints()), 200, "application/json");
}

}  // namespace weir::admin
