// One document at a time, by the readers that read the file.
#include "config/runtime_objects.hpp"

#include "config/json_value.hpp"
#include "config/limits.hpp"
#include "config/names.hpp"
#include "text/tokens.hpp"

namespace weir::config {

namespace {

using Object = RuntimeLayer::Object;

constexpr std::size_t reason_bytes_max = 1024;

constexpr const char* path_expected =
    "expected key/ID, tier/NAME, group/NAME, upstream/NAME, or override/ and one of these, with names of 1 "
    "to "
    R"(128 visible ASCII characters without ~ : { } / \ and quotes)";

std::string parse_reason(const std::string& text) {
    if (text.size() > reason_bytes_max) throw Unexpected("expected at most 1024 bytes");
    for (const char c : text) {
        if (text::is_control(c)) throw Unexpected("expected one line without control characters");
    }
    return text;
}

KeyParts read_key(const Field& whole) {
    std::optional<ObjectReader> object = whole.object();
    if (!object) return {};
    KeyParts parts = read_key_parts(*object);
    read_former_secrets(*object, parts);
    object->finish();
    whole.set_origin("$.id");
    return parts;
}

LimitSet read_upstream(const Field& whole) {
    LimitSet limits;
    std::optional<ObjectReader> object = whole.object();
    if (!object) return limits;
    if (const auto field = object->required("limits", "an object")) limits = read_limits(*field);
    object->finish();
    return limits;
}

void read_what_it_does(ObjectReader& object, Override& override_) {
    const auto limits = object.field("limits");
    const auto factor = object.field("factor");
    if (limits && factor) return factor->refuse("expected either limits or factor, not both");
    if (!limits && !factor) return object.self().refuse("expected limits or factor: what is to hold");
    if (limits) {
        override_.limits = read_limits(*limits);
        if (override_.limits.empty()) limits->refuse("expected at least one limit");
        return;
    }
    override_.factor = factor->number(0, override_factor_max);
    if (override_.factor == 0.0) factor->refuse("expected a number above 0; a limit of 0 blocks");
}

Override read_override(const Field& whole) {
    Override override_;
    std::optional<ObjectReader> object = whole.object();
    if (!object) return override_;
    read_what_it_does(*object, override_);
    if (const auto until = object->field("until")) override_.until_us = until->parsed(parse_timestamp_us);
    if (const auto reason = object->field("reason")) (void)reason->parsed(parse_reason);
    object->finish();
    return override_;
}

void read_parts(RuntimePath::Kind kind, const Field& whole, Object& object) {
    switch (kind) {
        case RuntimePath::Kind::key:
            object.parts = read_key(whole);
            return;
        case RuntimePath::Kind::tier:
            object.parts = read_tier(whole);
            return;
        case RuntimePath::Kind::group:
            object.parts = read_group(whole);
            return;
        case RuntimePath::Kind::upstream:
            object.parts = read_upstream(whole);
            return;
        case RuntimePath::Kind::override_of:
            object.parts = read_override(whole);
            return;
    }
}

}  // namespace

std::optional<RuntimePath> parse_runtime_path(std::string_view path) {
    using Kind = RuntimePath::Kind;
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view kind = path.substr(0, slash);
    const std::string name(path.substr(slash + 1));
    if (kind == "override") {
        // One of an override is refused before it is followed: in a body there is room for 100,000 of them.
        if (name.starts_with("override/") || !parse_runtime_path(name)) return std::nullopt;
        return RuntimePath{Kind::override_of, name};
    }
    try {
        check_name(name);
    } catch (const Unexpected&) {
        return std::nullopt;
    }
    if (kind == "key") return RuntimePath{Kind::key, name};
    if (kind == "tier") return RuntimePath{Kind::tier, name};
    if (kind == "group") return RuntimePath{Kind::group, name};
    if (kind == "upstream") return RuntimePath{Kind::upstream, name};
    return std::nullopt;
}

std::shared_ptr<const Object> read_runtime_object(const std::string& path, const std::string& document) {
    auto object = std::make_shared<Object>();
    object->path = parse_runtime_path(path);
    const auto refuse = [&](const std::string& message) {
        object->mistakes.push_back({"$", message});
        return object;
    };
    if (!object->path) return refuse(path_expected);
    if (document.size() > runtime_document_bytes_max) {
        return refuse("expected at most " + std::to_string(runtime_document_bytes_max >> 10) + " KiB");
    }
    JsonValue value;
    try {
        value = parse_json(document);
    } catch (const Unexpected& unexpected) {
        return refuse(unexpected.what());
    }
    Mistakes mistakes;
    const auto given = std::make_shared<Origins>();
    read_parts(object->path->kind, Field(value, object->path->name, "$", mistakes, *given), *object);
    object->given = given;
    object->mistakes = mistakes.in_order();
    return object;
}

}  // namespace weir::config
