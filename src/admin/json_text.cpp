// The text is read twice: by config's parser for its bounds and duplicates, then into a value to work with.
#include "admin/json_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "admin/answer.hpp"
#include "config/json_value.hpp"
#include "config/runtime.hpp"
#include "config/unexpected.hpp"
#include "text/times.hpp"

namespace weir::admin {

namespace {

bool has_duplicates(const config::JsonValue& value) {
    if (value.kind == config::JsonValue::Kind::object) {
        std::set<std::string_view> names;
        for (const config::JsonValue& member : value.items) {
            if (!names.insert(member.name).second) return true;
        }
    }
    return std::any_of(value.items.begin(), value.items.end(), has_duplicates);
}

}  // namespace

std::string to_text(const Json& value) {
    return value.dump(-1, ' ', true, Json::error_handler_t::replace);
}

Json parse_object(std::string_view text) {
    const auto malformed = [](std::string_view why) {
        return Refused(400, "malformed_json", "the body is no JSON that can be used: " + std::string(why));
    };
    try {
        const config::JsonValue read = config::parse_json(text);
        if (read.kind != config::JsonValue::Kind::object) throw malformed("expected an object");
        if (has_duplicates(read)) throw malformed("an object has two members of the same name");
    } catch (const config::Unexpected& unexpected) {
        throw malformed(unexpected.what());
    }
    Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) throw malformed("expected UTF-8, and numbers that are not beyond all bounds");
    return value;
}

std::optional<Json> read_kept(std::string_view text) {
    try {
        (void)config::parse_json(text);
    } catch (const config::Unexpected&) {
        return std::nullopt;
    }
    Json value = Json::parse(text, nullptr, false);
    if (!value.is_object()) return std::nullopt;
    return value;
}

Json parse_kept(std::string_view text) {
    return read_kept(text).value_or(Json::object());
}

Json time_json(std::int64_t time_us) {
    return time_us == 0 ? Json() : Json(text::rfc3339(time_us));
}

}  // namespace weir::admin
