// Types and ranges of single values.
#include "config/document.hpp"

#include <sstream>

#include "config/json_path.hpp"
#include "config/suggestion.hpp"

namespace weir::config {

namespace {

std::string short_text(double number) {
    std::ostringstream out;
    out << number;
    return out.str();
}

}  // namespace

std::string to_string(Range range) {
    return "an integer from " + std::to_string(range.least) + " to " + std::to_string(range.most);
}

void Field::refuse(std::string message) const {
    mistakes_->add(value_->position, path_, std::move(message));
}

void Field::refuse_missing(std::string_view name, std::string_view expected) const {
    mistakes_->add(value_->position, member_path(path_, name),
                   "is missing: expected " + std::string(expected));
}

void Field::refuse_kind(std::string_view expected) const {
    std::string message("expected ");
    refuse(message.append(expected).append(", not ").append(to_string(value_->kind)));
}

std::optional<std::int64_t> Field::integer(Range range) const {
    if (value_->kind != JsonValue::Kind::integer) {
        refuse_kind(to_string(range));
        return std::nullopt;
    }
    if (value_->integer < range.least || value_->integer > range.most) {
        refuse("expected " + to_string(range));
        return std::nullopt;
    }
    set_origin(path_);
    return value_->integer;
}

std::optional<double> Field::number(double least, double most) const {
    const std::string expected = "a number from " + short_text(least) + " to " + short_text(most);
    const bool is_integer = value_->kind == JsonValue::Kind::integer;
    if (!is_integer && value_->kind != JsonValue::Kind::number) {
        refuse_kind(expected);
        return std::nullopt;
    }
    const double number = is_integer ? static_cast<double>(value_->integer) : value_->number;
    if (!(number >= least && number <= most)) {
        refuse("expected " + expected);
        return std::nullopt;
    }
    set_origin(path_);
    return number;
}

std::optional<bool> Field::boolean() const {
    if (value_->kind != JsonValue::Kind::boolean) {
        refuse_kind("true or false");
        return std::nullopt;
    }
    set_origin(path_);
    return value_->boolean;
}

std::optional<std::string> Field::text(std::string_view expected) const {
    if (value_->kind != JsonValue::Kind::string) {
        refuse_kind(expected);
        return std::nullopt;
    }
    set_origin(path_);
    return value_->text;
}

std::optional<std::size_t> Field::choice(std::span<const std::string_view> names,
                                         std::string_view otherwise) const {
    std::string expected;
    std::size_t index = 0;
    for (const std::string_view name : names) {
        if (value_->kind == JsonValue::Kind::string && value_->text == name) {
            set_origin(path_);
            return index;
        }
        if (index > 0) expected.append(index + 1 == names.size() && otherwise.empty() ? " or " : ", ");
        expected.append("\"").append(name).append("\"");
        ++index;
    }
    if (!otherwise.empty()) expected.append(" or ").append(otherwise);
    if (value_->kind != JsonValue::Kind::string) {
        refuse_kind(expected);
    } else {
        refuse("expected " + expected + suggestion_for(value_->text, {names.begin(), names.end()}));
    }
    return std::nullopt;
}

std::optional<ObjectReader> Field::object() const {
    if (value_->kind != JsonValue::Kind::object) {
        refuse_kind("an object");
        return std::nullopt;
    }
    return ObjectReader(*value_, *this, *mistakes_, *origins_);
}

std::optional<std::vector<Field>> Field::items() const {
    if (value_->kind != JsonValue::Kind::array) {
        refuse_kind("an array");
        return std::nullopt;
    }
    std::vector<Field> fields;
    for (std::size_t i = 0; i < value_->items.size(); ++i) {
        fields.emplace_back(value_->items[i], std::to_string(i), item_path(path_, i), *mistakes_, *origins_);
    }
    return fields;
}

}  // namespace weir::config
