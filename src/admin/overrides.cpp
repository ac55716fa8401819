// Limits for a while, over a key, a tier, a group or an upstream.
#include <nlohmann/json.hpp>

#include "admin/documents.hpp"
#include "admin/handlers.hpp"
#include "admin/key_rows.hpp"
#include "config/unexpected.hpp"
#include "text/times.hpp"

namespace weir::admin {

namespace {

constexpr std::string_view prefix = "override/";
constexpr const char* target_form =
    R"(expected what it lies over, such as "key/acme-web": a key, tier, group or upstream)";

bool exists(const KeyIndex& index, const config::RuntimePath& target) {
    using Kind = config::RuntimePath::Kind;
    switch (target.kind) {
        case Kind::key:
            return index.find(target.name) != nullptr;
        case Kind::tier:
            return index.config().tiers.contains(target.name);
        case Kind::group:
            return index.config().groups.contains(target.name);
        case Kind::upstream:
            for (const config::Upstream& upstream : index.config().upstreams) {
                if (upstream.name == target.name) return true;
            }
            return false;
        case Kind::override_of:
            return false;
    }
    return false;
}

std::string read_target(const Json& body) {
    const auto target = body.find("target");
    if (target == body.end() || !target->is_string()) throw invalid_member("$.target", target_form);
    std::string text = target->get<std::string>();
    const auto path = config::parse_runtime_path(text);
    if (!path || path->kind == config::RuntimePath::Kind::override_of) {
        throw invalid_member("$.target", target_form);
    }
    return text;
}

/// A time of day becomes the point in time that it means now.
void fix_until(Json& document, std::int64_t now_us) {
    const auto until = document.find("until");
    if (until == document.end()) return;
    if (!until->is_string())
        throw invalid_member("$.until", R"(expected a time such as "2026-11-26T18:00:00Z")");
    try {
        const std::int64_t until_us = config::parse_time_us(until->get<std::string>(), now_us);
        if (until_us <= now_us) throw invalid_member("$.until", "expected a time that is still to come");
        *until = text::rfc3339(until_us);
    } catch (const config::Unexpected& unexpected) {
        throw invalid_member("$.until", unexpected.what());
    }
}

Json shown(const std::string& target, const Json& over) {
    Json json{{"target", target}};
    json.update(over);
    return json;
}

}  // namespace

awaitable<Answer> list_overrides(Call& call) {
    const std::shared_ptr<const KeyIndex> index = call.index();
    const auto& documents = index->snapshot().layer->documents().documents;
    const std::int64_t now_us = call.store_now_us();
    Json overrides = Json::array();
    for (auto each = documents.lower_bound(prefix);
         each != documents.end() && each->first.starts_with(prefix); ++each) {
        const std::string target = each->first.substr(prefix.size());
        const Json over = override_json(*index, target, now_us);
        if (!over.is_null()) overrides.push_back(shown(target, over));
    }
    const std::int64_t version = index->snapshot().layer->version();
    const Json answer{{"overrides", std::move(overrides)}, {"version", version}};
    co_return versioned_answer(answer, version);
}

awaitable<Answer> create_override(Call& call) {
    const std::int64_t now_us = call.store_now_us();
    const std::string target = read_target(call.body);
    Json document = call.body;
    document.erase("target");
    for (const char* name : {"limits", "factor", "until", "reason"}) {
        if (document.contains(name) && document[name].is_null()) document.erase(name);
    }
    if (document.contains("limits") == document.contains("factor")) {
        throw invalid_member("$", "expected either limits or factor");
    }
    fix_until(document, now_us);
    Make make = [&](const KeyIndex& index) {
        if (!exists(index, *config::parse_runtime_path(target))) {
            throw invalid_member("$.target", "expected something that is there: nothing has this name");
        }
        config::RuntimeChange change;
        change.set.emplace(std::string(prefix) + target, to_text(document));
        return change;
    };
    const Changed changed = co_await apply_change(call, std::move(make));
    for (const char* name : {"until", "reason"}) {
        if (!document.contains(name)) document[name] = nullptr;
    }
    Json answer = shown(target, document);
    append_changed(answer, changed);
    co_return versioned_answer(answer, changed.version, 201);
}

awaitable<Answer> delete_override(Call& call) {
    const std::string path = std::string(prefix) + call.text("kind") + "/" + call.text("name");
    Make make = [&](const KeyIndex& index) {
        if (index.document(path) == nullptr) throw Refused(404, "not_found", "Nothing lies over this.");
        config::RuntimeChange change;
        change.erase.push_back(path);
        return change;
    };
    const Changed changed = co_await apply_change(call, std::move(make));
    Json answer = Json::object();
    append_changed(answer, changed);
    co_return versioned_answer(answer, changed.version);
}

}  // namespace weir::admin
