// Look-ups in parsed heads.
#include "http/http_message.hpp"

#include <algorithm>

namespace weir::http {

namespace {

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

bool are_letters_equal(const char* left, const char* right, std::size_t count) noexcept {
    return std::equal(left, left + count, right, [](char a, char b) { return lower(a) == lower(b); });
}

std::optional<std::string_view> Fields::find(std::string_view name) const noexcept {
    for (const Field& field : fields_) {
        if (equals_ignoring_case(field.name, name)) return field.value;
    }
    return std::nullopt;
}

std::size_t Fields::count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(std::count_if(fields_.begin(), fields_.end(), [&](const Field& field) {
        return equals_ignoring_case(field.name, name);
    }));
}

bool Fields::lists_token(std::string_view name, std::string_view token) const noexcept {
    for (const Field& field : fields_) {
        if (!equals_ignoring_case(field.name, name)) continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            const auto comma = rest.find(',');
            if (equals_ignoring_case(trim(rest.substr(0, comma)), token)) return true;
            if (comma == std::string_view::npos) break;
            rest.remove_prefix(comma + 1);
        }
    }
    return false;
}

std::string joined_value(const Fields& fields, std::string_view name) {
    std::string list;
    for (const Field& field : fields) {
        if (!equals_ignoring_case(field.name, name)) continue;
        if (!list.empty()) list += ", ";
        list.append(field.value);
    }
    return list;
}

}  // namespace weir::http
