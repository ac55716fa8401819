// Types and ranges of members.
#include "llm/call_fields.hpp"

namespace weir::llm {

std::string Where::to_string() const {
    std::string text = parent_ == nullptr ? std::string() : parent_->to_string();
    if (name_.empty()) return text.append("[").append(std::to_string(index_)).append("]");
    if (!text.empty()) text += '.';
    return text.append(name_);
}

void refuse(const Where& where, std::string_view expected) {
    CallError error;
    error.param = where.to_string();
    error.message.append("Invalid value for '").append(error.param).append("': expected ").append(expected);
    error.message += '.';
    throw error;
}

void refuse_missing(const Where& where) {
    CallError error;
    error.param = where.to_string();
    error.message.append("Missing required parameter: '").append(error.param).append("'.");
    throw error;
}

std::string_view want_string(dom::element value, const Where& where) {
    std::string_view text;
    if (value.get(text)) refuse(where, "a string");
    return text;
}

dom::object want_object(dom::element value, const Where& where) {
    dom::object object;
    if (value.get(object)) refuse(where, "an object");
    return object;
}

dom::array want_array(dom::element value, const Where& where) {
    dom::array array;
    if (value.get(array)) refuse(where, "an array");
    return array;
}

bool want_bool(dom::element value, const Where& where) {
    bool flag = false;
    if (value.get(flag)) refuse(where, "true or false");
    return flag;
}

std::int64_t want_integer(dom::element value, const Where& where, std::int64_t least, std::int64_t most) {
    std::int64_t number = 0;
    if (value.get(number) || number < least || number > most) {
        refuse(where, "an integer from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return number;
}

std::optional<dom::element> find_member(dom::object object, std::string_view name) noexcept {
    dom::element value;
    if (object.at_key(name).get(value) || value.is_null()) return std::nullopt;
    return value;
}

std::optional<std::string_view> find_string(dom::object object, std::string_view name, const Where& where) {
    const auto value = find_member(object, name);
    if (!value) return std::nullopt;
    return want_string(*value, Where(where, name));
}

TopLevel::TopLevel(dom::object body) {
    std::array<bool, names.size()> seen{};
    for (const auto [name, value] : body) {
        const std::size_t index = index_of(name);
        if (index == names.size()) continue;
        if (seen[index]) refuse(Where(names[index]), "it to be given once");
        seen[index] = true;
        if (!value.is_null()) values_[index] = value;
    }
}

std::optional<dom::element> TopLevel::find(std::string_view name) const noexcept {
    const std::size_t index = index_of(name);
    return index == names.size() ? std::nullopt : values_[index];
}

dom::element TopLevel::need(std::string_view name) const {
    const auto value = find(name);
    if (!value) refuse_missing(Where(name));
    return *value;
}

std::optional<std::int64_t> TopLevel::integer(std::string_view name, std::int64_t least,
                                              std::int64_t most) const {
    const auto value = find(name);
    if (!value) return std::nullopt;
    return want_integer(*value, Where(name), least, most);
}

bool TopLevel::is_read(std::string_view name) noexcept {
    return index_of(name) != names.size();
}

std::size_t TopLevel::index_of(std::string_view name) noexcept {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return i;
    }
    return names.size();
}

}  // namespace weir::llm
