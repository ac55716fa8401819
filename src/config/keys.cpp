// Keys, and what they refer to.
#include <array>
#include <map>

#include "config/draft.hpp"
#include "config/limits.hpp"
#include "config/names.hpp"
#include "config/suggestion.hpp"

namespace weir::config {

namespace {

/// Ids and secrets so far, and the path of the key that has them.
struct Taken {
    std::map<std::string, std::string> ids;
    std::map<std::array<unsigned char, 32>, std::string> secrets;
};

/// The name of something that another section has to hold.
template <typename Named>
std::string read_reference(const Field& field, std::string_view kind, const Named& existing) {
    std::string name = field.text().value_or("");
    if (name.empty() || existing.contains(name)) return name;
    std::vector<std::string_view> known;
    known.reserve(existing.size());
    for (const auto& [other, value] : existing) known.push_back(other);
    std::string message("expected the name of a ");
    field.refuse(message.append(kind).append(" that is configured").append(suggestion_for(name, known)));
    return name;
}

template <typename Value>
void expect_own(const Field& field, const Value& value, const std::string& key_path,
                std::map<Value, std::string>& taken) {
    const auto [other, is_new] = taken.emplace(value, key_path);
    if (!is_new) field.refuse("expected one of its own: " + other->second + " has the same");
}

Key read_key(const Field& field, const Config& config, Taken& taken) {
    Key key;
    std::optional<ObjectReader> object = field.object();
    if (!object) return key;
    if (const auto id = object->required("id", "a name of 1 to 128 characters")) {
        if (const auto name = id->parsed(parse_name)) {
            key.id = *name;
            expect_own(*id, key.id, field.path(), taken.ids);
        }
    }
    if (const auto secret = object->required("secret_sha256", "64 hexadecimal digits")) {
        if (const auto digest = secret->parsed(parse_sha256)) {
            key.secret_sha256 = *digest;
            expect_own(*secret, key.secret_sha256, field.path(), taken.secrets);
        }
    }
    if (const auto tier = object->field("tier")) key.tier = read_reference(*tier, "tier", config.tiers);
    if (const auto group = object->field("group")) key.group = read_reference(*group, "group", config.groups);
    if (const auto limits = object->field("limits")) key.limits = read_limits(*limits);
    object->finish();
    return key;
}

}  // namespace

void read_keys(ObjectReader& root, Draft& draft) {
    const std::optional<Field> field = root.field("keys");
    if (!field) return;
    const auto items = field->items();
    if (!items) return;
    Taken taken;
    for (const Field& item : *items) draft.config.keys.push_back(read_key(item, draft.config, taken));
}

void read_unknown_keys(ObjectReader& root, Draft& draft) {
    Config& config = draft.config;
    config.unknown_keys = draft.injects_key ? UnknownKeys::reject : UnknownKeys::default_tier;
    bool allowed = false;
    root.boolean("allow_unknown_with_injected_key", allowed);
    if (const auto field = root.field("unknown_keys")) {
        const auto choice = field->choice({"reject", "default_tier"});
        if (choice) config.unknown_keys = *choice == 0 ? UnknownKeys::reject : UnknownKeys::default_tier;
        if (choice == std::size_t{1} && draft.injects_key && !allowed) {
            field->refuse(
                "expected \"reject\": the upstream gets weir's own key, which any invented key could spend; "
                "allow_unknown_with_injected_key: true says that this is meant");
        }
    }
}

}  // namespace weir::config
