// Judged by the ends of paths, as in api.cpp.
#include "llm/stored_answers.hpp"

#include <algorithm>
#include <array>

#include "text/ascii.hpp"

namespace weir::llm {

namespace {

/// Takes the last segment off `path`, without its slash. Trailing slashes are no segments.
std::string_view take_last_segment(std::string_view& path) noexcept {
    while (path.ends_with('/')) path.remove_suffix(1);
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return {};
    const std::string_view segment = path.substr(slash + 1);
    path = path.substr(0, slash);
    return segment;
}

/// `path` is <prefix>/COLLECTION/{id}.
bool is_member_of(std::string_view path, std::string_view collection) noexcept {
    const std::string_view id = take_last_segment(path);
    if (id.empty() || path.size() <= collection.size()) return false;
    const std::size_t begin = path.size() - collection.size();
    return path[begin - 1] == '/' && text::equals_ignoring_case(path.substr(begin), collection);
}

}  // namespace

bool may_report_new_usage(std::string_view method, std::string_view path) noexcept {
    if (method != "POST") return false;
    std::string_view rest = path;
    const std::string_view last = take_last_segment(rest);
    if (text::equals_ignoring_case(last, "cancel")) return false;
    if (text::equals_ignoring_case(last, "batch")) return true;  // vLLM's chat/completions/batch is no id
    constexpr std::array<std::string_view, 3> stored{"chat/completions", "runs", "batches"};
    for (const std::string_view collection : stored) {
        if (is_member_of(path, collection)) return false;
    }
    return true;
}

std::string_view stored_response_id(std::string_view method, std::string_view path) noexcept {
    if (method == "POST" && !text::equals_ignoring_case(take_last_segment(path), "cancel")) return {};
    if (method != "GET" && method != "DELETE" && method != "POST") return {};
    if (!is_member_of(path, "responses")) return {};
    return take_last_segment(path);
}

bool is_of_any_provider(std::string_view path) noexcept {
    const std::string_view last = take_last_segment(path);
    const std::string_view verb = last.substr(last.rfind(':') + 1);
    constexpr std::array<std::string_view, 4> names{"models", "count_tokens", "countTokens", "tokenize"};
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return text::equals_ignoring_case(verb, name); });
}

}  // namespace weir::llm
