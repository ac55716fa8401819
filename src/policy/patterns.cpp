// Patterns of models and of paths, compared the way that no spelling gets round a limit.
#include <algorithm>
#include <array>

#include "policy/policy.hpp"
#include "text/ascii.hpp"

namespace weir::policy {

namespace {

/// White space as Unicode has it, in UTF-8, and the marks of no width that look like none.
constexpr std::array<std::string_view, 26> blanks{" ",
                                                  "\t",
                                                  "\n",
                                                  "\v",
                                                  "\f",
                                                  "\r",
                                                  "\xc2\x85",
                                                  "\xc2\xa0",
                                                  "\xe1\x9a\x80",
                                                  "\xe2\x80\x80",
                                                  "\xe2\x80\x81",
                                                  "\xe2\x80\x82",
                                                  "\xe2\x80\x83",
                                                  "\xe2\x80\x84",
                                                  "\xe2\x80\x85",
                                                  "\xe2\x80\x86",
                                                  "\xe2\x80\x87",
                                                  "\xe2\x80\x88",
                                                  "\xe2\x80\x89",
                                                  "\xe2\x80\x8a",
                                                  "\xe2\x80\x8b",
                                                  "\xe2\x80\xa8",
                                                  "\xe2\x80\xa9",
                                                  "\xe2\x80\xaf",
                                                  "\xe3\x80\x80",
                                                  "\xef\xbb\xbf"};

bool is_plain(char c) noexcept {
    return c > ' ' && c < 0x7f;
}

/// How many bytes of white space `text` begins with, or ends with.
template <typename Holds>
std::size_t blank_bytes(std::string_view text, Holds holds) noexcept {
    for (const std::string_view blank : blanks) {
        if (holds(text, blank)) return blank.size();
    }
    return 0;
}

std::string_view trimmed(std::string_view text) noexcept {
    const auto begins = [](std::string_view whole, std::string_view blank) {
        return whole.starts_with(blank);
    };
    const auto ends = [](std::string_view whole, std::string_view blank) { return whole.ends_with(blank); };
    while (!text.empty() && !is_plain(text.front())) {
        const std::size_t bytes = blank_bytes(text, begins);
        if (bytes == 0) break;
        text.remove_prefix(bytes);
    }
    while (!text.empty() && !is_plain(text.back())) {
        const std::size_t bytes = blank_bytes(text, ends);
        if (bytes == 0) break;
        text.remove_suffix(bytes);
    }
    return text;
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
        if (open_before && open_after) return text::contains_ignoring_case(name, part);
        if (open_before) return text::equals_ignoring_case(name.substr(name.size() - part.size()), part);
        if (open_after) return text::equals_ignoring_case(name.substr(0, part.size()), part);
        return text::equals_ignoring_case(name, part);
    }

    bool is_closer_than(const Pattern& other) const noexcept {
        if (part.size() != other.part.size()) return part.size() > other.part.size();
        return open_before + open_after < other.open_before + other.open_after;
    }
};

/// The name without its tag or version, where the pattern has none: "llama3:latest", "claude-3@20240229".
bool matches_without_tag(const Pattern& pattern, std::string_view name) noexcept {
    constexpr std::string_view marks = ":@";
    if (pattern.part.find_first_of(marks) != std::string_view::npos) return false;
    for (std::size_t at = name.find_last_of(marks); at != std::string_view::npos && at != 0;
         at = name.find_last_of(marks)) {
        name = name.substr(0, at);
        if (pattern.matches(trimmed(name))) return true;
    }
    return false;
}

/// The whole name, or what follows one of its slashes: services that serve several providers put theirs in
/// front.
bool matches_model(const Pattern& pattern, std::string_view model) noexcept {
    for (;;) {
        const std::string_view name = trimmed(model);
        if (pattern.matches(name) || matches_without_tag(pattern, name)) return true;
        const std::size_t slash = model.find('/');
        if (slash == std::string_view::npos) return false;
        model.remove_prefix(slash + 1);
    }
}

template <typename HasPattern>
const HasPattern* closest(const std::vector<HasPattern>& all, std::string_view model) {
    const HasPattern* best = nullptr;
    for (const HasPattern& candidate : all) {
        const Pattern pattern(candidate.pattern);
        if (best != nullptr && !pattern.is_closer_than(Pattern(best->pattern))) continue;
        if (matches_model(pattern, model)) best = &candidate;
    }
    return best;
}

}  // namespace

const config::ModelLimits* match_model(const std::vector<config::ModelLimits>& models,
                                       std::string_view model) {
    return closest(models, model);
}

const config::ServedModels* match_model(const std::vector<config::ServedModels>& models,
                                        std::string_view model) {
    return closest(models, model);
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
