// What does not depend on who owns a setting.
#include "config/setting_reader.hpp"

#include <charconv>

namespace weir::config {

namespace {

constexpr std::size_t list_items_max = 256;

}  // namespace

std::vector<std::string> read_texts(const Field& field, std::string (*parse)(const std::string&)) {
    std::vector<std::string> list;
    const auto items = field.items();
    if (!items) return list;
    if (items->size() > list_items_max) field.refuse("expected at most 256 of them");
    for (const Field& item : *items) {
        if (auto parsed = item.parsed(parse)) list.push_back(std::move(*parsed));
    }
    field.set_origin(field.path());
    return list;
}

std::string joined(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) text.append(text.empty() ? "" : ", ").append(item);
    return text.empty() ? "(none)" : text;
}

std::string shown_number(double number) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

std::string shown_number(std::int64_t number, std::string_view zero) {
    std::string text = std::to_string(number);
    if (number == 0 && !zero.empty()) text.append(" (").append(zero).append(")");
    return text;
}

}  // namespace weir::config
