// Views into the path alone: nothing is copied or decoded. http_guard has refused percent-encoded letters,
// slashes and control bytes, so that white space can only be %20.
#include "llm/path_segments.hpp"

#include "text/ascii.hpp"

namespace weir::llm {

namespace {

std::string_view cleaned(std::string_view segment) noexcept {
    constexpr std::string_view blank = "%20", dot = ".";
    segment = segment.substr(0, segment.find(';'));
    for (;;) {
        if (segment.ends_with(blank)) {
            segment.remove_suffix(blank.size());
        } else if (segment.ends_with(dot)) {
            segment.remove_suffix(dot.size());
        } else {
            return segment;
        }
    }
}

/// "completions" for "completions.json", and for "completions%20.json". Names of models hold dots, too, and a
/// colon before their verb.
std::string_view without_format(std::string_view segment) noexcept {
    const std::size_t dot = segment.find('.');
    const bool is_format = dot != 0 && dot != std::string_view::npos && !split_verb(segment);
    return is_format ? cleaned(segment.substr(0, dot)) : segment;
}

}  // namespace

bool PathSegments::next() noexcept {
    while (!rest_.empty()) {
        const std::size_t slash = rest_.find('/');
        current_ = cleaned(rest_.substr(0, slash));
        rest_ = slash == std::string_view::npos ? std::string_view() : rest_.substr(slash + 1);
        if (!current_.empty()) return true;
    }
    current_ = {};
    return false;
}

PathTail::PathTail(std::string_view path) noexcept {
    for (std::size_t found = 0; found < segments_.size() && !path.empty();) {
        const std::size_t slash = path.rfind('/');
        const std::size_t begin = slash == std::string_view::npos ? 0 : slash + 1;
        segments_[found] = cleaned(path.substr(begin));
        found += segments_[found].empty() ? 0 : 1;
        path = path.substr(0, begin == 0 ? 0 : slash);
    }
    segments_[0] = without_format(segments_[0]);
}

std::optional<NameAndVerb> split_verb(std::string_view segment) noexcept {
    const std::size_t colon = segment.rfind(':');
    if (colon != std::string_view::npos)
        return NameAndVerb{segment.substr(0, colon), segment.substr(colon + 1)};
    if (segment.find('%') == std::string_view::npos) return std::nullopt;
    for (const std::string_view encoded : {"%3A", "%3a"}) {
        const std::size_t at = segment.rfind(encoded);
        if (at == std::string_view::npos) continue;
        return NameAndVerb{segment.substr(0, at), segment.substr(at + encoded.size())};
    }
    return std::nullopt;
}

bool has_segments(std::string_view path, std::string_view first, std::string_view second) noexcept {
    std::string_view before;
    for (PathSegments segments(path); segments.next(); before = segments.current()) {
        if (text::equals_ignoring_case(before, first) &&
            text::equals_ignoring_case(segments.current(), second))
            return true;
    }
    return false;
}

}  // namespace weir::llm
