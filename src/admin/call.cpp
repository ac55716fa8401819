// Changes, and what is told of them.
#include "admin/call.hpp"

#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

namespace weir::admin {

namespace {
constexpr int attempts_max = 10;
/// A change by another node is known here with the next heartbeat.
constexpr auto attempt_pause = std::chrono::milliseconds(150);
}  // namespace

awaitable<Changed> apply_change(Call& call, Make make) {
    for (int attempt = 1;; ++attempt) {
        const std::shared_ptr<const KeyIndex> index = call.index();
        config::RuntimeChange change = make(*index);
        change.expected_version = call.if_match.value_or(index->snapshot().layer->version());
        Answered<Changed> changed = co_await call.control().change(std::move(change), call.actor);
        const Problem* problem = std::get_if<Problem>(&changed);
        const bool was_outrun = problem != nullptr && problem->status == 412 && !call.if_match;
        if (!was_outrun || attempt == attempts_max) co_return value_of(std::move(changed));
        if (call.control().snapshot().layer->version() != index->snapshot().layer->version()) continue;
        Timer pause(co_await boost::asio::this_coro::executor, attempt_pause);
        co_await pause.async_wait(use_awaitable_as_tuple);
    }
}

void append_changed(Json& answer, const Changed& changed) {
    answer["version"] = changed.version;
    if (changed.durable) return;
    answer["durable"] = false;
    answer["warning"] =
        "This change ends with the process: set state_dir, or a store that is shared, to keep it.";
}

Answer versioned_answer(const Json& body, std::int64_t version, int status) {
    Answer answer = json_answer(body, status);
    std::string etag("\"");
    etag.append(std::to_string(version)).append("\"");
    answer.fields.emplace_back("etag", std::move(etag));
    return answer;
}

}  // namespace weir::admin
