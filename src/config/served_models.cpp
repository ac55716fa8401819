// Which models an upstream serves and what it calls them, and whose paths.
#include <algorithm>
#include <array>

#include "config/draft.hpp"
#include "config/json_path.hpp"
#include "config/names.hpp"
#include "config/setting_parts.hpp"

namespace weir::config {

namespace {

constexpr std::size_t models_max = 256;

struct NamedDialect {
    std::string_view name;
    bool ServedDialects::*member;
};
constexpr std::array<NamedDialect, 4> dialects{{{"openai", &ServedDialects::openai},
                                                {"anthropic", &ServedDialects::anthropic},
                                                {"ollama", &ServedDialects::ollama},
                                                {"gemini", &ServedDialects::gemini}}};
constexpr std::array<std::string_view, 4> dialect_names{dialects[0].name, dialects[1].name, dialects[2].name,
                                                        dialects[3].name};

/// `model`: where the pattern stands.
void add_model(const Field& model, const std::string& pattern, std::string sent_as, Upstream& upstream) {
    try {
        check_model_pattern(pattern);
    } catch (const Unexpected& unexpected) {
        return model.refuse(unexpected.what());
    }
    const auto same =
        std::find_if(upstream.models.begin(), upstream.models.end(),
                     [&](const ServedModels& other) { return is_same_pattern(other.pattern, pattern); });
    if (same != upstream.models.end()) {
        return model.refuse("expected another pattern: it is the same as \"" + same->pattern +
                            "\", for models are compared without case and outer blanks");
    }
    upstream.models.push_back({pattern, std::move(sent_as)});
}

/// true, and the empty text, say the same: as the client said.
std::optional<std::string> read_sent_as(const Field& model) {
    if (model.is(JsonValue::Kind::string)) return model.parsed(parse_sent_model);
    if (!model.is(JsonValue::Kind::boolean)) {
        return model.text("true, or the name that the upstream knows the model by");
    }
    if (model.boolean().value_or(false)) return std::string();
    model.refuse(
        "expected true, or the name that the upstream knows the model by: a model that it does not "
        "serve is left out");
    return std::nullopt;
}

void read_renamed(const Field& field, Upstream& upstream) {
    const std::optional<ObjectReader> object = field.object();
    for (const Field& model : object->members()) {
        std::optional<std::string> sent_as = read_sent_as(model);
        if (!sent_as) continue;
        if (*sent_as == model.name()) sent_as->clear();
        add_model(model, model.name(), std::move(*sent_as), upstream);
    }
}

void read_listed(const Field& field, Upstream& upstream) {
    const std::vector<Field> models = field.items().value_or(std::vector<Field>());
    for (const Field& model : models) {
        const auto pattern = model.text("a model's name, or a part of one with * at either end");
        if (!pattern) continue;
        add_model(model, *pattern, {}, upstream);
        model.set_origin(member_path(field.path(), *pattern));
    }
}

}  // namespace

void read_served_models(ObjectReader& parent, Upstream& upstream, Draft*) {
    const std::optional<Field> field = parent.field("models");
    if (!field) return;
    const bool is_list = field->is(JsonValue::Kind::array);
    if (!is_list && !field->is_object()) {
        return field->refuse(
            R"(expected an object such as {"gpt-4o*": "my-deployment", "o3": true}, or a list of models)");
    }
    if (field->size() == 0) {
        return field->refuse("expected at least one model; without this field an upstream serves all");
    }
    if (field->size() > models_max) return field->refuse("expected at most 256 models");
    if (is_list) return read_listed(*field, upstream);
    read_renamed(*field, upstream);
}

void read_serves(ObjectReader& parent, Upstream& upstream, Draft*) {
    const std::optional<Field> field = parent.field("serves");
    if (!field) return;
    const auto items = field->items();
    if (!items) return;
    if (items->empty()) return field->refuse(R"(expected at least one of them, such as ["openai"])");
    ServedDialects serves{.openai = false, .anthropic = false, .ollama = false, .gemini = false};
    for (const Field& item : *items) {
        const auto index = item.choice(dialect_names);
        if (!index) continue;
        bool& is_served = serves.*dialects[*index].member;
        if (is_served) item.refuse("expected each of them once");
        is_served = true;
    }
    upstream.serves = serves;
    field->set_origin(field->path());
}

void show_served_models(Settings& settings, const std::string& parent, const Upstream& upstream) {
    for (const ServedModels& model : upstream.models) {
        settings.push_back({.path = member_path(parent + ".models", model.pattern),
                            .shown = model.sent_as.empty() ? "(as the client said)" : model.sent_as});
    }
}

void show_serves(Settings& settings, const std::string& parent, const Upstream& upstream) {
    std::string shown;
    for (const NamedDialect& dialect : dialects) {
        if (!(upstream.serves.*dialect.member)) continue;
        shown.append(shown.empty() ? "" : ", ").append(dialect.name);
    }
    settings.push_back({.path = parent + ".serves", .shown = std::move(shown)});
}

}  // namespace weir::config
