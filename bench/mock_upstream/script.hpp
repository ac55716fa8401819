// How a provider fails, and when: "10s:500 20s:ok 30s:hang" becomes modes that follow each other. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::mock {

enum class ModeKind : std::uint8_t {
    ok,
    status,   ///< answers an error
    hang,     ///< reads requests and never answers
    reset,    ///< reads a request, then resets the connection
    midhead,  ///< sends half of an answer's head, then resets the connection
    refuse,   ///< does not listen: connecting is refused; connections that were open are cut
    slow      ///< the first byte of an answer comes late
};

struct Mode {
    ModeKind kind = ModeKind::ok;
    unsigned status = 0;             ///< of ModeKind::status: 400 to 599
    std::int64_t retry_after_s = 0;  ///< of ModeKind::status; 0: the answer does not say
    std::uint64_t delay_ms = 0;      ///< of ModeKind::slow

    /// Whether a request ends without any answer.
    bool cuts() const { return kind >= ModeKind::hang && kind <= ModeKind::refuse; }
    bool operator==(const Mode&) const = default;
};

/// ok, hang, reset, midhead, refuse, slow=MS, a status such as 500, a status and its Retry-After in seconds
/// such as 503=20. A 429 alone asks for one second. nullopt: none of these.
std::optional<Mode> parse_mode(std::string_view text);
/// As parse_mode reads it.
std::string mode_text(const Mode& mode);

struct Script {
    struct Step {
        std::int64_t at_us;  ///< since the script began
        Mode mode;
        bool operator==(const Step&) const = default;
    };
    std::vector<Step> steps;  ///< each later than the one before it

    /// ok before the first step.
    Mode at(std::int64_t elapsed_us) const;
    /// When the next step begins; nullopt: none is left.
    std::optional<std::int64_t> next_after(std::int64_t elapsed_us) const;
};

/// Steps "TIME:MODE" between blanks or line ends; a TIME is a number with ms, s or m, and a MODE alone begins
/// at once. What stands behind # in a line is left out. Returns what is wrong, or an empty string.
std::string parse_script(std::string_view text, Script& script);

}  // namespace weir::mock
