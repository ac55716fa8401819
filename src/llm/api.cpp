// Paths by their last segments; what stands before a version segment is the deployment's own business.
#include "llm/api.hpp"

#include <array>
#include <utility>

namespace weir::llm {

namespace {

std::string_view without_digits(std::string_view text) noexcept {
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
    return text;
}

/// "v1", "v2", "v1beta", "v1alpha2".
bool is_version_segment(std::string_view segment) noexcept {
    if (!segment.starts_with('v')) return false;
    const std::string_view number = segment.substr(1);
    std::string_view rest = without_digits(number);
    if (rest.size() == number.size()) return false;
    for (const std::string_view stage : {"alpha", "beta"}) {
        if (rest.starts_with(stage)) return without_digits(rest.substr(stage.size())).empty();
    }
    return rest.empty();
}

/// Empty, or ends in a version segment.
bool is_api_prefix(std::string_view prefix) noexcept {
    if (prefix.empty()) return true;
    const std::size_t slash = prefix.rfind('/');
    return slash != std::string_view::npos && is_version_segment(prefix.substr(slash + 1));
}

constexpr std::array<std::pair<std::string_view, Api>, 5> endings{{
    {"/chat/completions", Api::chat_completions},
    {"/completions", Api::completions},
    {"/responses", Api::responses},
    {"/embeddings", Api::embeddings},
    {"/messages", Api::anthropic_messages},
}};

}  // namespace

Api api_of(std::string_view method, std::string_view path) noexcept {
    if (method != "POST") return Api::unmetered;
    if (path.ends_with('/')) path.remove_suffix(1);
    for (const auto& [ending, api] : endings) {
        if (path.ends_with(ending) && is_api_prefix(path.substr(0, path.size() - ending.size()))) return api;
    }
    return Api::unmetered;
}

Dialect dialect_of(std::string_view path) noexcept {
    constexpr std::string_view segment = "/messages";
    for (std::size_t at = path.find(segment); at != std::string_view::npos; at = path.find(segment, at + 1)) {
        const std::size_t end = at + segment.size();
        const bool is_whole_segment = end == path.size() || path[end] == '/';
        if (is_whole_segment && is_api_prefix(path.substr(0, at))) return Dialect::anthropic;
    }
    return Dialect::openai;
}

}  // namespace weir::llm
