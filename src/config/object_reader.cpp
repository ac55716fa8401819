// Members by name: what is missing, unknown or given twice.
#include <algorithm>
#include <set>

#include "config/document.hpp"
#include "config/json_path.hpp"
#include "config/suggestion.hpp"

namespace weir::config {

namespace {

constexpr const char* given_twice = "is given more than once: expected it once";

}  // namespace

Field ObjectReader::make_field(const JsonValue& member) const {
    return {member, member.name, member_path(path(), member.name), *mistakes_, *origins_};
}

std::optional<Field> ObjectReader::field(std::string_view name) {
    known_.push_back(name);
    for (const JsonValue& member : value_->items) {
        if (member.name == name) return make_field(member);
    }
    return std::nullopt;
}

std::optional<Field> ObjectReader::required(std::string_view name, std::string_view expected) {
    std::optional<Field> found = field(name);
    if (!found) self_.refuse_missing(name, expected);
    return found;
}

std::vector<Field> ObjectReader::members() const {
    std::vector<Field> fields;
    std::set<std::string_view> seen;
    for (const JsonValue& member : value_->items) {
        Field field = make_field(member);
        if (seen.insert(member.name).second) {
            fields.push_back(std::move(field));
        } else {
            field.refuse(given_twice);
        }
    }
    return fields;
}

void ObjectReader::boolean(std::string_view name, bool& target) {
    const std::optional<Field> found = field(name);
    if (found) target = found->boolean().value_or(target);
}

bool ObjectReader::has(std::string_view name) const {
    return std::any_of(value_->items.begin(), value_->items.end(),
                       [&](const JsonValue& member) { return member.name == name; });
}

void ObjectReader::finish() const {
    std::set<std::string_view> seen;
    for (const JsonValue& member : value_->items) {
        if (!seen.insert(member.name).second) {
            make_field(member).refuse(given_twice);
        } else if (std::find(known_.begin(), known_.end(), member.name) == known_.end()) {
            make_field(member).refuse("is not a known field" + suggestion_for(member.name, known_));
        }
    }
}

}  // namespace weir::config
