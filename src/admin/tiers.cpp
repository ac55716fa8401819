// Tiers, groups and the limits of upstreams: what the file has, and what the layer has in its place.
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "admin/documents.hpp"
#include "admin/handlers.hpp"

namespace weir::admin {

namespace {

/// What the three kinds of objects differ in.
struct Kind {
    std::string_view path;  ///< in the layer, with its slash
    std::string_view plural;
    /// Which the file has.
    std::vector<std::string> (*names_in_file)(const config::Config& file);
    /// As the file has it; null where it has none.
    Json (*in_file)(const KeyIndex& index, const std::string& name);
    /// Who uses it; nullptr: that can't be said.
    const KeyIndex::Users& (KeyIndex::*users)(std::string_view) const noexcept;
};

template <typename Objects>
std::vector<std::string> keys_of(const Objects& objects) {
    std::vector<std::string> names;
    names.reserve(objects.size());
    for (const auto& [name, object] : objects) names.push_back(name);
    return names;
}

std::vector<std::string> names_of_tiers(const config::Config& file) {
    return keys_of(file.tiers);
}

std::vector<std::string> names_of_groups(const config::Config& file) {
    return keys_of(file.groups);
}

std::vector<std::string> names_of_upstreams(const config::Config& file) {
    std::vector<std::string> names;
    for (const config::Upstream& upstream : file.upstreams) names.push_back(upstream.name);
    return names;
}

Json tier_in_file(const KeyIndex& index, const std::string& name) {
    const auto found = index.file().tiers.find(name);
    return found == index.file().tiers.end() ? Json() : tier_json(found->second);
}

Json group_in_file(const KeyIndex& index, const std::string& name) {
    const auto found = index.file().groups.find(name);
    return found == index.file().groups.end() ? Json() : group_json(found->second);
}

Json upstream_in_file(const KeyIndex& index, const std::string& name) {
    for (const config::Upstream& upstream : index.file().upstreams) {
        if (upstream.name == name) return limits_json(upstream.limits);
    }
    return nullptr;
}

/// In the order of Named.
constexpr std::array<Kind, 3> kinds{
    {{"tier/", "tiers", names_of_tiers, tier_in_file, &KeyIndex::users_of_tier},
     {"group/", "groups", names_of_groups, group_in_file, &KeyIndex::users_of_group},
     {"upstream/", "upstreams", names_of_upstreams, upstream_in_file, nullptr}}};

constexpr const Kind& kind_of(Named named) noexcept {
    return kinds[static_cast<std::size_t>(named)];
}

std::string path_of(const Kind& kind, const std::string& name) {
    return std::string(kind.path) + name;
}

bool is_upstream(const Kind& kind) noexcept {
    return kind.users == nullptr;
}

/// null: there is none of this name.
Json object_json(const Kind& kind, const KeyIndex& index, const std::string& name) {
    const std::string* in_layer = index.document(path_of(kind, name));
    Json document = kind.in_file(index, name);
    if (in_layer == nullptr && document.is_null()) return nullptr;
    if (in_layer != nullptr) {
        document = parse_kept(*in_layer);
        if (is_upstream(kind)) document = document.value("limits", Json::object());
    }
    return {{"name", name}, {"document", document}, {"source", in_layer != nullptr ? "runtime" : "file"}};
}

Answer list(const Call& call, const Kind& kind) {
    const std::shared_ptr<const KeyIndex> index = call.index();
    const auto& documents = index->snapshot().layer->documents().documents;
    const std::vector<std::string> in_file = kind.names_in_file(index->file());
    std::set<std::string> names(in_file.begin(), in_file.end());
    for (auto each = documents.lower_bound(kind.path);
         each != documents.end() && each->first.starts_with(kind.path); ++each) {
        const std::string name = each->first.substr(kind.path.size());
        const bool is_known = !is_upstream(kind) || names.contains(name);
        if (is_known) names.insert(name);
    }
    Json objects = Json::array();
    for (const std::string& name : names) {
        Json object = object_json(kind, *index, name);
        if (kind.users != nullptr) object["keys"] = ((*index).*kind.users)(name).count;
        objects.push_back(std::move(object));
    }
    Json answer = Json::object();
    answer[std::string(kind.plural)] = std::move(objects);
    return versioned_answer(answer, index->snapshot().layer->version());
}

Refused no_such_object() {
    return {404, "not_found", "There is none of this name."};
}

Answer show(const Call& call, const Kind& kind) {
    const std::shared_ptr<const KeyIndex> index = call.index();
    Json object = object_json(kind, *index, call.text("name"));
    if (object.is_null()) throw no_such_object();
    object["version"] = index->snapshot().layer->version();
    return versioned_answer(object, index->snapshot().layer->version());
}

awaitable<Answer> put(Call& call, Kind kind) {
    const std::string name = call.text("name");
    Json document = call.body;
    if (is_upstream(kind)) document = Json{{"limits", call.body}};
    Make make = [&](const KeyIndex& index) {
        if (is_upstream(kind) && kind.in_file(index, name).is_null()) throw no_such_object();
        config::RuntimeChange change;
        change.set.emplace(path_of(kind, name), to_text(document));
        return change;
    };
    const Changed changed = co_await apply_change(call, std::move(make));
    const std::shared_ptr<const KeyIndex> index = call.index();
    Json answer = object_json(kind, *index, name);
    append_changed(answer, changed);
    co_return versioned_answer(answer, changed.version);
}

/// What the layer has goes; the file's comes back, where there is one.
config::RuntimeChange removal(const Kind& kind, const KeyIndex& index, const std::string& name) {
    const bool is_in_file = !kind.in_file(index, name).is_null();
    if (index.document(path_of(kind, name)) == nullptr) {
        if (!is_in_file) throw no_such_object();
        throw Refused(
            409, "in_file",
            "This stands in the configuration file alone, which weir never changes: take it out there.");
    }
    config::RuntimeChange change;
    change.erase.push_back(path_of(kind, name));
    if (is_in_file || is_upstream(kind)) return change;
    const KeyIndex::Users& users = ((index).*kind.users)(name);
    if (users.count > 0) {
        std::string message = "Keys still name it: ";
        for (std::size_t i = 0; i < users.first.size(); ++i) {
            message.append(i > 0 ? ", " : "").append(users.first[i]);
        }
        if (users.count > users.first.size()) {
            message.append(" and ").append(std::to_string(users.count - users.first.size())).append(" more");
        }
        throw Refused(409, "still_named", message + ". Give them another one first.");
    }
    const std::string over = "override/" + path_of(kind, name);
    if (index.document(over) != nullptr) change.erase.push_back(over);
    return change;
}

awaitable<Answer> erase(Call& call, Kind kind) {
    const std::string name = call.text("name");
    Make make = [&](const KeyIndex& index) { return removal(kind, index, name); };
    const Changed changed = co_await apply_change(call, std::move(make));
    Json answer = Json::object();
    append_changed(answer, changed);
    co_return versioned_answer(answer, changed.version);
}

}  // namespace

template <Named kind>
awaitable<Answer> list_named(Call& call) {
    co_return list(call, kind_of(kind));
}

template <Named kind>
awaitable<Answer> show_named(Call& call) {
    co_return show(call, kind_of(kind));
}

template <Named kind>
awaitable<Answer> put_named(Call& call) {
    return put(call, kind_of(kind));
}

template <Named kind>
awaitable<Answer> delete_named(Call& call) {
    return erase(call, kind_of(kind));
}

template awaitable<Answer> list_named<Named::tier>(Call& call);
template awaitable<Answer> show_named<Named::tier>(Call& call);
template awaitable<Answer> put_named<Named::tier>(Call& call);
template awaitable<Answer> delete_named<Named::tier>(Call& call);

template awaitable<Answer> list_named<Named::group>(Call& call);
template awaitable<Answer> show_named<Named::group>(Call& call);
template awaitable<Answer> put_named<Named::group>(Call& call);
template awaitable<Answer> delete_named<Named::group>(Call& call);

template awaitable<Answer> list_named<Named::upstream>(Call& call);
template awaitable<Answer> show_named<Named::upstream>(Call& call);
template awaitable<Answer> put_named<Named::upstream>(Call& call);
template awaitable<Answer> delete_named<Named::upstream>(Call& call);

}  // namespace weir::admin
