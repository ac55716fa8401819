// Places in the order in which providers look at them.
#include "proxy/credentials.hpp"

#include <algorithm>

namespace weir::proxy {

namespace {

constexpr std::array<std::string_view, 4> places{"authorization", "x-api-key", "api-key", "x-goog-api-key"};
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

/// Where `key=` begins in the query; npos where it does not stand there.
std::size_t key_begin(std::string_view path_and_query) noexcept {
    for (std::size_t at = path_and_query.find('?'); at != std::string_view::npos;
         at = path_and_query.find('&', at + 1)) {
        if (path_and_query.substr(at + 1).starts_with(query_name)) return at + 1;
    }
    return std::string_view::npos;
}

}  // namespace

bool is_credential_field(std::string_view name) noexcept {
    return std::any_of(places.begin(), places.end(),
                       [&](std::string_view place) { return equals_ignoring_case(place, name); });
}

std::string_view key_in_field(std::string_view name, std::string_view value) noexcept {
    constexpr std::string_view scheme = "Bearer";
    if (!equals_ignoring_case(name, "authorization")) return value;
    if (!equals_ignoring_case(value.substr(0, scheme.size()), scheme)) return value;
    if (value.size() == scheme.size()) return {};  // as from a shell where the variable is not set
    const auto key = value.find_first_not_of(" \t", scheme.size());
    const bool is_set_apart = key != std::string_view::npos && key > scheme.size();
    return is_set_apart ? value.substr(key) : value;
}

Credentials::Credentials(const Fields& fields, std::string_view path_and_query,
                         llm::Dialect dialect) noexcept {
    const std::string_view first = preferred_place(dialect);
    add(key_in_field(first, fields.value(first)));
    if (dialect == llm::Dialect::gemini) add(key_in_query(path_and_query));
    for (const std::string_view place : places) {
        if (place != first) add(key_in_field(place, fields.value(place)));
    }
}

void Credentials::add(std::string_view key) noexcept {
    const auto end = keys_.begin() + static_cast<std::ptrdiff_t>(count_);
    if (key.empty() || std::find(keys_.begin(), end, key) != end) return;
    keys_[count_++] = key;
}

std::string_view key_in_query(std::string_view path_and_query) noexcept {
    const std::size_t begin = key_begin(path_and_query);
    if (begin == std::string_view::npos) return {};
    const std::string_view rest = path_and_query.substr(begin + query_name.size());
    return rest.substr(0, rest.find('&'));
}

std::string without_key_in_query(std::string_view path_and_query) {
    const std::size_t begin = key_begin(path_and_query);
    std::string target(path_and_query);
    if (begin == std::string_view::npos) return target;
    const std::size_t end = path_and_query.find('&', begin);
    // With the `&` behind it, or, where it stands last, with what stands before it.
    if (end == std::string_view::npos) return target.erase(begin - 1);
    return target.erase(begin, end + 1 - begin);
}

}  // namespace weir::proxy
