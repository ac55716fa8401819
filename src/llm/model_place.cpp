// Follows read_call: the path's name counts first, then the body's own, then that of what is wrapped round
// it, then the names that other APIs have for it. model_place_test holds the two against each other.
#include "llm/model_place.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "llm/form_call.hpp"
#include "llm/form_fields.hpp"
#include "llm/json_document.hpp"
#include "llm/json_repair.hpp"
#include "llm/json_scan.hpp"
#include "text/json_text.hpp"
#include "text/percent.hpp"

namespace weir::llm {

namespace {

constexpr std::string_view model_name = "model";

bool is_string(std::string_view body, const JsonExtent& value) noexcept {
    return body[value.begin] == '"';
}

bool is_empty(const JsonExtent& value) noexcept {
    return value.end - value.begin == 2;
}

/// A string is at least as long in JSON as it is without its escapes, so that few have to be read.
bool is_short(std::string_view body, const JsonExtent& value) {
    const std::string_view raw = body.substr(value.begin, value.end - value.begin);
    if (raw.size() - 2 <= model_bytes_max) return true;
    JsonDocument document;
    std::string_view text;
    const bool is_read = !document.parse(repaired_json(raw)) && !document.root().get(text);
    return is_read && text.size() <= model_bytes_max;
}

/// `model` in any case; null and the empty string name nothing.
std::optional<JsonExtent> own_name(std::string_view body, std::size_t object_at) noexcept {
    for (JsonMembers members(body, object_at); members.next();) {
        const JsonExtent& value = members.value();
        if (members.is_named(model_name, AnyCase::yes) && is_string(body, value))
            return is_empty(value) ? std::nullopt : std::optional(value);
    }
    return std::nullopt;
}

std::optional<JsonExtent> other_name(std::string_view body, std::size_t object_at, Api api) {
    const bool is_ollama = api == Api::ollama_chat || api == Api::ollama_generate || api == Api::ollama_embed;
    constexpr std::array<std::string_view, 3> names{"model_id", "modelId", "name"};
    for (const std::string_view name : std::span(names).first(is_ollama ? 3 : 2)) {
        const auto value = find_json_member(body, object_at, name);
        if (!value || !is_string(body, *value) || !is_short(body, *value)) continue;
        return is_empty(*value) ? std::nullopt : value;
    }
    return std::nullopt;
}

std::optional<JsonExtent> name_in(std::string_view body, std::size_t object_at, Api api) {
    const auto own = own_name(body, object_at);
    return own ? own : other_name(body, object_at, api);
}

std::optional<JsonExtent> name_in_json(const CallText& text) {
    const std::string_view body = text.body;
    const std::size_t object_at = body.find('{');
    if (object_at == std::string_view::npos) return std::nullopt;
    if (!wraps_its_body(text.path)) return name_in(body, object_at, text.api);
    const auto wrapped = find_json_member(body, object_at, "request");
    if (!wrapped || body[wrapped->begin] != '{') return name_in(body, object_at, text.api);
    if (const auto own = own_name(body, wrapped->begin)) return own;
    const auto outer = name_in(body, object_at, text.api);
    return outer ? outer : other_name(body, wrapped->begin, text.api);
}

std::optional<Splice> splice_in_form(const CallText& text, std::string_view model) {
    if (!is_form(text.content_type)) return std::nullopt;  // a recording as it is
    const std::vector<FormField> fields = form_fields(text.content_type, text.body);
    const auto field = std::find_if(fields.begin(), fields.end(), [](const FormField& candidate) {
        return candidate.name == model_name && !candidate.is_file;
    });
    if (field == fields.end() || field->value.empty()) return std::nullopt;
    const auto offset = static_cast<std::size_t>(field->value.data() - text.body.data());
    return Splice{offset, field->value.size(), std::string(model)};
}

}  // namespace

std::optional<Splice> model_splice(const CallText& text, std::string_view model) {
    if (!model_in_path(text.path).empty()) return std::nullopt;
    if (is_form_call(text)) return splice_in_form(text, model);
    const auto place = name_in_json(text);
    if (!place) return std::nullopt;
    Splice splice{place->begin, place->end - place->begin, {}};
    text::append_json_string(splice.insert, model);
    return splice;
}

std::optional<std::string> path_with_model(std::string_view path, std::string_view model) {
    const std::string_view named = model_in_path(path);
    if (named.empty()) return std::nullopt;
    const auto offset = static_cast<std::size_t>(named.data() - path.data());
    return std::string(path).replace(offset, named.size(), text::percent_encoded(model));
}

}  // namespace weir::llm
