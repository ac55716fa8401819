// Optimal string alignment on short names.
#include "config/suggestion.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace weir::config {

namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t names_max = 1000;

/// "timeout" where "timeout_ms" is meant.
std::string_view longer_or_shorter(std::string_view name, const std::vector<std::string_view>& known) {
    constexpr std::size_t name_bytes_min = 4;
    for (std::size_t i = 0; i < std::min(known.size(), names_max); ++i) {
        const std::size_t shared = std::min(name.size(), known[i].size());
        if (shared >= name_bytes_min && name.substr(0, shared) == known[i].substr(0, shared)) return known[i];
    }
    return {};
}

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
    const std::size_t width = right.size() + 1;
    std::vector<std::size_t> before_last(width);
    std::vector<std::size_t> last(width);
    std::vector<std::size_t> row(width);
    for (std::size_t j = 0; j < width; ++j) last[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j < width; ++j) {
            const char a = text::lower(left[i - 1]);
            const char b = text::lower(right[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a == b ? 0U : 1U)});
            const bool swapped =
                i > 1 && j > 1 && a == text::lower(right[j - 2]) && text::lower(left[i - 2]) == b;
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[right.size()];
}

std::string suggestion_for(std::string_view name, const std::vector<std::string_view>& known) {
    if (name.size() > name_bytes_max) return {};
    std::string_view nearest;
    std::size_t distance_min = std::max<std::size_t>(1, name.size() / 3) + 1;
    for (std::size_t i = 0; i < std::min(known.size(), names_max); ++i) {
        const std::string_view candidate = known[i];
        if (candidate.size() > name_bytes_max) continue;
        const std::size_t distance = edit_distance(name, candidate);
        if (distance >= distance_min || distance >= candidate.size()) continue;
        nearest = candidate;
        distance_min = distance;
    }
    if (nearest.empty()) nearest = longer_or_shorter(name, known);
    if (nearest.empty()) return {};
    return "; did you mean \"" + std::string(nearest) + "\"?";
}

}  // namespace weir::config
