// What follows from rows of settings: reading them out of an object, and showing them.
#pragma once

#include <algorithm>

#include "config/setting_row.hpp"

namespace weir::config {

/// An array of strings; each mistake is told at its item.
std::vector<std::string> read_texts(const Field& field, std::string (*parse)(const std::string&));

/// "a, b"; "(none)".
std::string joined(const std::vector<std::string>& items);
std::string shown_number(double number);
std::string shown_number(std::int64_t number, std::string_view zero);

template <typename Owner>
void read_value(const Field& field, const Integer<Owner>& kind, Owner& owner) {
    if (const auto number = field.integer(kind.range)) kind.set(owner, *number);
}
template <typename Owner>
void read_value(const Field& field, const Number<Owner>& kind, Owner& owner) {
    if (const auto number = field.number(kind.least, kind.most)) kind.set(owner, *number);
}
template <typename Owner>
void read_value(const Field& field, const Flag<Owner>& kind, Owner& owner) {
    if (const auto value = field.boolean()) kind.set(owner, *value);
}
template <typename Owner>
void read_value(const Field& field, const Choice<Owner>& kind, Owner& owner) {
    if (const auto index = field.choice(kind.names)) kind.set(owner, *index);
}
template <typename Owner>
void read_value(const Field& field, const Text<Owner>& kind, Owner& owner) {
    (void)field.parsed([&](const std::string& text) {
        kind.set(owner, text);
        return true;
    });
}
template <typename Owner>
void read_value(const Field& field, const List<Owner>& kind, Owner& owner) {
    kind.set(owner, read_texts(field, kind.parse));
}
/// Parts look for their fields themselves.
template <typename Owner>
void read_value(const Field&, const Part<Owner>&, Owner&) {}

/// `name`: of the row within `object`.
template <typename Owner>
void read_row(ObjectReader& object, std::string_view name, const SettingRow<Owner>& row, Owner& owner,
              Draft* draft) {
    if (const auto* part = std::get_if<Part<Owner>>(&row.value.kind)) {
        if (part->read != nullptr) part->read(object, owner, draft);
        return;
    }
    const std::optional<Field> field =
        row.value.expected.empty() ? object.field(name) : object.required(name, row.value.expected);
    if (!field) return;
    std::visit([&](const auto& kind) { read_value(*field, kind, owner); }, row.value.kind);
}

/// "store" of "store.timeout_ms"; empty: the row is a member of its owner's own object.
constexpr std::string_view section_of(std::string_view row_name) noexcept {
    const std::size_t dot = row_name.find('.');
    return dot == std::string_view::npos ? std::string_view() : row_name.substr(0, dot);
}

/// `rows` are those of the section.
template <typename Owner>
void read_section(ObjectReader& parent, std::string_view section, std::span<const SettingRow<Owner>> rows,
                  Owner& owner, Draft* draft) {
    const std::optional<Field> field = parent.field(section);
    if (!field) return;
    std::optional<ObjectReader> object = field->object();
    if (!object) return;
    for (const SettingRow<Owner>& row : rows) {
        read_row(*object, row.name.substr(section.size() + 1), row, owner, draft);
    }
    object->finish();
}

/// All of an object's members, and those of the objects in it. The caller finishes it.
template <typename Owner>
void read_rows(ObjectReader& object, std::span<const SettingRow<Owner>> rows, Owner& owner,
               Draft* draft = nullptr) {
    while (!rows.empty()) {
        const std::string_view section = section_of(rows.front().name);
        const auto end = std::find_if(rows.begin(), rows.end(),
                                      [&](const auto& row) { return section_of(row.name) != section; });
        const auto of_section = rows.first(static_cast<std::size_t>(end - rows.begin()));
        if (section.empty()) {
            for (const auto& row : of_section) read_row(object, row.name, row, owner, draft);
        } else {
            read_section(object, section, of_section, owner, draft);
        }
        rows = rows.subspan(of_section.size());
    }
}

template <typename Owner>
std::string shown(const Integer<Owner>& kind, const Owner& owner) {
    return shown_number(kind.get(owner), kind.zero);
}
template <typename Owner>
std::string shown(const Number<Owner>& kind, const Owner& owner) {
    return shown_number(kind.get(owner));
}
template <typename Owner>
std::string shown(const Flag<Owner>& kind, const Owner& owner) {
    return kind.get(owner) ? "true" : "false";
}
template <typename Owner>
std::string shown(const Choice<Owner>& kind, const Owner& owner) {
    return std::string(kind.names[kind.get(owner)]);
}
template <typename Owner>
std::string shown(const Text<Owner>& kind, const Owner& owner) {
    return kind.get(owner);
}
template <typename Owner>
std::string shown(const List<Owner>& kind, const Owner& owner) {
    return joined(kind.get(owner));
}
template <typename Owner>
std::string shown(const Part<Owner>&, const Owner&) {
    return {};
}

/// Appends what `row` holds; `parent`: the path of its object.
template <typename Owner>
void show_row(std::vector<Setting>& settings, const std::string& parent, const SettingRow<Owner>& row,
              const Owner& owner) {
    if (row.is_shown != nullptr && !row.is_shown(owner)) return;
    if (const auto* part = std::get_if<Part<Owner>>(&row.value.kind)) {
        if (part->show != nullptr) part->show(settings, parent, owner);
        return;
    }
    Setting setting{.path = parent + "." + std::string(row.name),
                    .each_nodes = (row.marks & each_nodes) != 0};
    std::visit([&](const auto& kind) { setting.shown = shown(kind, owner); }, row.value.kind);
    const auto* text = std::get_if<Text<Owner>>(&row.value.kind);
    if (text != nullptr && text->secret != nullptr) setting.secret = text->secret(owner);
    settings.push_back(std::move(setting));
}

template <typename Owner>
void show_rows(std::vector<Setting>& settings, const std::string& parent,
               std::span<const SettingRow<Owner>> rows, const Owner& owner) {
    for (const SettingRow<Owner>& row : rows) show_row(settings, parent, row, owner);
}

}  // namespace weir::config
