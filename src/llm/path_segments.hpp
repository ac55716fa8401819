// A path as the servers behind weir compare it, segment by segment. Inside the room alone.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace weir::llm {

/// Walks the segments from the front. Each comes without `;parameters` and without white space (%20) and dots
/// at its end, which Windows and .NET take off; those that are empty then are left out.
class PathSegments {
public:
    explicit PathSegments(std::string_view path) noexcept : rest_(path) {}

    bool next() noexcept;
    std::string_view current() const noexcept { return current_; }
    bool is_last() const noexcept { return !PathSegments(rest_).next(); }

private:
    std::string_view rest_;
    std::string_view current_;
};

/// The last three segments, cleaned in the same way; the very last one also without a format: .json is one to
/// Rails, and whatever stands behind a dot to older Springs.
class PathTail {
public:
    explicit PathTail(std::string_view path) noexcept;
    /// 0 is the last; empty where the path has fewer.
    std::string_view from_end(std::size_t index) const noexcept { return segments_[index]; }

private:
    std::array<std::string_view, 3> segments_{};
};

struct NameAndVerb {
    std::string_view name;
    std::string_view verb;
};
/// "gemini-2.5-pro:generateContent", its colon percent-encoded or not; nullopt without one.
std::optional<NameAndVerb> split_verb(std::string_view segment) noexcept;

/// Two segments that follow each other anywhere.
bool has_segments(std::string_view path, std::string_view first, std::string_view second) noexcept;

}  // namespace weir::llm
