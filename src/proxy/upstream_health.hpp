// Whether this node still asks an upstream that keeps failing: ejected for a time that grows, then probed by
// one request. What operators are shown is made from counts, in observe/upstream_health. Pure.
#pragma once

#include <cstdint>

namespace weir::proxy {

/// One upstream, as one node finds it by its requests:
///
///   well ────── 5 failures in a row ─────▶ ejected
///   ejected ─── its time is over ────────▶ half_open
///   half_open ─ a request begins ────────▶ probing
///   probing ─── success ─────────────────▶ well
///           ─── failure ─────────────────▶ ejected, for the next longer time
///           ─── abandoned, or 10 s later ▶ half_open
///
/// Who has nobody else to ask may ask an ejected upstream all the same. Success makes the upstream well;
/// failure says nothing new and changes nothing, so that the time does not grow with the traffic.
///
/// Thread safety: none; a plain value. Threads that share one hold a lock of theirs around each function, and
/// around `may_ask` and the `begin` that follows from it, so that no two take the same probe. Nothing blocks
/// or allocates.
///
/// Times are microseconds of any one clock that does not go back.
class UpstreamHealth {
public:
    static constexpr std::uint32_t failures_max = 5;  ///< in a row, until it is ejected
    static constexpr std::int64_t ejected_us_min = 1'000'000;
    static constexpr std::int64_t ejected_us_max = 60'000'000;  ///< before the jitter
    static constexpr double jitter_share = 0.2;                 ///< of the time, at the most, up or down
    /// From then on another probe may go as well; the first may still say how it ended.
    static constexpr std::int64_t probe_us_max = 10'000'000;

    enum class State : std::uint8_t {
        well,
        ejected,    ///< until `ejected_until_us`
        half_open,  ///< one probe may go
        probing     ///< it is under way
    };

    /// One request to the upstream, from `begin` to the one `note_…` that tells its end.
    struct Ask {
        std::uint32_t period = 0;  ///< each ejection and each recovery begins one
        std::uint32_t probe = 0;   ///< 0: it is none
    };

    State state(std::int64_t now_us) const noexcept;

    bool is_well() const noexcept { return ejections_in_row_ == 0; }
    /// Well, and the last request did not fail: success changes nothing.
    bool is_untroubled() const noexcept { return is_well() && failures_in_row_ == 0; }
    std::uint32_t period() const noexcept { return period_; }  ///< see Ask

    /// True while well, and for the one probe.
    bool may_ask(std::int64_t now_us) const noexcept;

    /// A request goes to the upstream. Takes the probe where one may go. Where `may_ask` says no, this is for
    /// those who have nobody else to ask.
    Ask begin(std::int64_t now_us) noexcept;

    // What became of a request. An ejection or a recovery since it began makes it old news, which changes
    // nothing: what was sent before the upstream failed says nothing of the probe.

    void note_success(Ask ask) noexcept;
    /// `jitter`: by chance, 0 to 1, how much of `jitter_share` a time of ejection that begins now gets: 0 the
    /// shortest, 1 the longest. So the nodes that eject an upstream at once do not probe it at once.
    void note_failure(Ask ask, std::int64_t now_us, double jitter) noexcept;
    /// It ended without telling of the upstream's health, as when its client left: another probe may go.
    void note_abandoned(Ask ask) noexcept;

    /// When the last ejection ends or has ended; 0 while well.
    std::int64_t ejected_until_us() const noexcept { return ejected_until_us_; }

private:
    void eject(std::int64_t now_us, double jitter) noexcept;

    std::uint32_t failures_in_row_ = 0;   ///< while well
    std::uint32_t ejections_in_row_ = 0;  ///< without a success; 0: well
    std::uint32_t period_ = 0;
    std::uint32_t probes_ = 0;  ///< so many have begun, the last of them being the one under way
    std::int64_t ejected_until_us_ = 0;
    std::int64_t probe_until_us_ = 0;  ///< 0: none is under way
};

}  // namespace weir::proxy
