// Look-ups in parsed heads.
#include "http/http_message.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace weir::http {

using text::equals_ignoring_case;

std::optional<std::string_view> Fields::find(std::string_view name) const noexcept {
    if (!may_have(name)) return std::nullopt;
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
    if (!may_have(name)) return false;
    for (const Field& field : fields_) {
        if (!equals_ignoring_case(field.name, name)) continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            const auto comma = rest.find(',');
            if (equals_ignoring_case(text::trimmed(rest.substr(0, comma)), token)) return true;
            if (comma == std::string_view::npos) break;
            rest.remove_prefix(comma + 1);
        }
    }
    return false;
}

std::string joined_value(const Fields& fields, std::string_view name) {
    std::string list;
    if (!fields.may_have(name)) return list;
    for (const Field& field : fields) {
        if (!equals_ignoring_case(field.name, name)) continue;
        if (!list.empty()) list += ", ";
        list.append(field.value);
    }
    return list;
}

}  // namespace weir::http
