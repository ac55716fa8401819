// Patterns of models and of paths, compared the way that no spelling gets round a limit.
#include <algorithm>

#include "policy/policy.hpp"

namespace weir::policy {

namespace {

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
    return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(),
                                                     [](char a, char b) { return lower(a) == lower(b); });
}

bool contains_ignoring_case(std::string_view text, std::string_view part) noexcept {
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
                       [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\n\v\f\r";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// A pattern taken apart.
struct Pattern {
    std::string_view part;  ///< without its stars
    bool open_before = false;
    bool open_after = false;

    explicit Pattern(std::string_view text) noexcept : part(trimmed(text)) {
        open_after = part.ends_with('*');
        if (open_after) part.remove_suffix(1);
        open_before = part.starts_with('*');
        if (open_before) part.remove_prefix(1);
    }

    bool matches(std::string_view name) const noexcept {
        if (name.size() < part.size()) return false;
        if (open_before && open_after) return contains_ignoring_case(name, part);
        if (open_before) return equals_ignoring_case(name.substr(name.size() - part.size()), part);
        if (open_after) return equals_ignoring_case(name.substr(0, part.size()), part);
        return equals_ignoring_case(name, part);
    }

    bool is_closer_than(const Pattern& other) const noexcept {
        if (part.size() != other.part.size()) return part.size() > other.part.size();
        return open_before + open_after < other.open_before + other.open_after;
    }
};

/// The whole name, or what follows one of its slashes: services that serve several providers put theirs in
/// front.
bool matches_model(const Pattern& pattern, std::string_view model) noexcept {
    for (;;) {
        if (pattern.matches(trimmed(model))) return true;
        const std::size_t slash = model.find('/');
        if (slash == std::string_view::npos) return false;
        model.remove_prefix(slash + 1);
    }
}

}  // namespace

const config::ModelLimits* match_model(const std::vector<config::ModelLimits>& models,
                                       std::string_view model) {
    const config::ModelLimits* best = nullptr;
    for (const config::ModelLimits& candidate : models) {
        const Pattern pattern(candidate.pattern);
        if (best != nullptr && !pattern.is_closer_than(Pattern(best->pattern))) continue;
        if (matches_model(pattern, model)) best = &candidate;
    }
    return best;
}

bool Policy::passes_unmetered(std::string_view path) const noexcept {
    if (config_->other_paths == config::OtherPaths::pass) return true;
    const bool is_folder = path.size() > 1 && path.ends_with('/');
    const std::string_view without_slash = is_folder ? path.substr(0, path.size() - 1) : path;
    const auto& allowed = config_->other_paths_allow;
    return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& text) {
        const Pattern pattern(text);
        return pattern.matches(path) || pattern.matches(without_slash);
    });
}

}  // namespace weir::policy
