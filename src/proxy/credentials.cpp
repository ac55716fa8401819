// Places in the order in which providers look at them.
#include "proxy/credentials.hpp"

#include <algorithm>

namespace weir::proxy {

namespace {

constexpr NameSet<4> places{{"authorization", "x-api-key", "api-key", "x-goog-api-key"}};
constexpr std::string_view query_name = "key=";

/// The place that the dialect looks at first.
std::string_view preferred_place(llm::Dialect dialect) noexcept {
    switch (dialect) {
        case llm::Dialect::anthropic:
            return "x-api-key";
        case llm::Dialect::gemini:
            return "x-goog-api-key";
        default:
            return "authorization";
    }
}

/// Takes the next parameter off a query.
std::string_view take_parameter(std::string_view& query) noexcept {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    return parameter;
}

std::string_view query_of(std::string_view path_and_query) noexcept {
    const std::size_t mark = path_and_query.find('?');
    return mark == std::string_view::npos ? std::string_view() : path_and_query.substr(mark + 1);
}

}  // namespace

bool is_credential_field(std::string_view name) noexcept {
    return places.contains(name);
}

std::string_view key_in_field(std::string_view value) noexcept {
    constexpr std::string_view scheme = "Bearer";
    if (!starts_with_ignoring_case(value, scheme)) return value;
    if (value.size() == scheme.size()) return {};  // as from a shell where the variable is not set
    const std::string_view rest = value.substr(scheme.size());
    const auto key = std::find_if_not(rest.begin(), rest.end(), text::is_blank);
    const bool is_set_apart = key != rest.begin() && key != rest.end();
    return is_set_apart ? std::string_view(key, rest.end()) : value;
}

Credentials::Credentials(const Fields& fields, std::string_view path_and_query,
                         llm::Dialect dialect) noexcept {
    const std::string_view first = preferred_place(dialect);
    add_all(fields, first);
    if (may_hold_key_in_query(path_and_query, dialect)) {
        for (std::string_view query = query_of(path_and_query); !query.empty();) {
            const std::string_view parameter = take_parameter(query);
            if (parameter.starts_with(query_name)) add(parameter.substr(query_name.size()));
        }
    }
    for (const std::string_view place : places) {
        if (place != first) add_all(fields, place);
    }
}

void Credentials::add_all(const Fields& fields, std::string_view place) noexcept {
    if (!fields.may_have(place)) return;
    for (const Field& field : fields) {
        if (equals_ignoring_case(field.name, place)) add(key_in_field(field.value));
    }
}

void Credentials::add(std::string_view key) noexcept {
    const auto end = keys_.begin() + static_cast<std::ptrdiff_t>(count_);
    if (key.empty() || count_ == keys_.size() || std::find(keys_.begin(), end, key) != end) return;
    keys_[count_++] = key;
}

bool may_hold_key_in_query(std::string_view path_and_query, llm::Dialect dialect) noexcept {
    const std::string_view path = path_and_query.substr(0, path_and_query.find('?'));
    if (path.size() == path_and_query.size()) return false;
    return dialect == llm::Dialect::gemini || path.find("/v1beta/") != std::string_view::npos;
}

std::string without_other_keys(std::string_view path_and_query, std::string_view kept) {
    std::string target(path_and_query.substr(0, path_and_query.find('?')));
    char mark = '?';
    for (std::string_view query = query_of(path_and_query); !query.empty();) {
        const std::string_view parameter = take_parameter(query);
        const bool is_key = parameter.starts_with(query_name);
        if (is_key && (kept.empty() || parameter.substr(query_name.size()) != kept)) continue;
        target += mark;
        target.append(parameter);
        mark = '&';
    }
    return target;
}

}  // namespace weir::proxy
