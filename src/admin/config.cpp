// What is in force and where it came from; reading the file again; draining.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "admin/documents.hpp"
#include "admin/handlers.hpp"

namespace weir::admin {

namespace {

/// More runtime objects than this are counted but not shown: the lists of keys and tiers page through them.
constexpr std::size_t shown_objects_max = 1000;

Json mistakes_json(const std::vector<config::Mistake>& mistakes) {
    Json json = Json::array();
    for (const config::Mistake& mistake : mistakes) {
        json.push_back({{"path", mistake.where}, {"message", mistake.message}});
    }
    return json;
}

Json shown(const std::string& document) {
    std::optional<Json> read = read_kept(document);
    if (read) return masked(std::move(*read));
    return "(" + std::to_string(document.size()) + " bytes that are no document)";
}

Json layer_json(const Snapshot& snapshot) {
    const auto& documents = snapshot.layer->documents().documents;
    Json objects = Json::object();
    for (const auto& [path, document] : documents) {
        if (objects.size() == shown_objects_max) break;
        objects[path] = shown(document);
    }
    return {{"version", snapshot.layer->version()},
            {"total", documents.size()},
            {"objects", std::move(objects)},
            {"ignored", mistakes_json(snapshot.ignored)}};
}

}  // namespace

awaitable<Answer> show_config(Call& call) {
    const Snapshot snapshot = call.control().snapshot();
    const std::int64_t version = snapshot.layer->version();
    Json settings = Json::array();
    for (const config::ShownSetting& setting : call.control().settings()) {
        settings.push_back({{"path", setting.path}, {"value", setting.value}, {"origin", setting.origin}});
    }
    const Json answer{{"hash", snapshot.hash},
                      {"version", version},
                      {"settings", std::move(settings)},
                      {"warnings", mistakes_json(snapshot.file->warnings)},
                      {"runtime", layer_json(snapshot)}};
    co_return versioned_answer(answer, version);
}

awaitable<Answer> reload(Call& call) {
    const std::vector<config::Mistake> notes = value_of(call.control().reload(call.actor));
    const Json answer{{"hash", call.control().snapshot().hash}, {"notes", mistakes_json(notes)}};
    co_return json_answer(answer);
}

awaitable<Answer> drain(Call& call) {
    call.control().drain(call.actor);
    const Json answer{{"draining", true}};
    co_return json_answer(answer, 202);
}

}  // namespace weir::admin
