// How far a run is, and the line that says so.
#pragma once

#include <cstdint>
#include <string>

#include "load/histogram.hpp"
#include "load/options.hpp"
#include "load/tally.hpp"

namespace weir::load {

struct Progress {
    Counts counts{};
    Histogram admitted_us{};
    std::uint64_t in_flight = 0;
    std::uint64_t overdue = 0;

    void merge(const Progress& other);
};

/// What happened between two looks at a run. `elapsed_s` is the time of the newer one, negative during
/// warm-up.
std::string progress_line(const LoadOptions& options, const Progress& before, const Progress& now,
                          double between_s, double elapsed_s);

/// Shows the line on standard error: rewritten in place on a terminal, now and then as a line of its own
/// elsewhere.
class ProgressDisplay {
public:
    explicit ProgressDisplay(const LoadOptions& options);
    /// Looks at the time itself: may be called as often as one likes.
    bool is_due(std::int64_t now_us) const { return now_us >= next_us_; }
    void show(const Progress& now, std::int64_t now_us, double elapsed_s);
    /// Takes the line away again.
    void clear() const;

private:
    const LoadOptions& options_;
    bool is_terminal_;
    Progress before_;
    std::int64_t before_us_ = 0;
    std::int64_t next_us_ = 0;
};

}  // namespace weir::load
