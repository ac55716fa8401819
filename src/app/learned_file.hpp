// What was learned of estimates, kept over a restart.
#pragma once

#include <cstdint>
#include <string>

#include "learning/calibration.hpp"
#include "weir/clock.hpp"

namespace weir::app {

/// The file "learned" of the state directory: "weir learned 1 <microseconds since the epoch>", and in the
/// next line Calibration::text. What can't be read is ignored with a line in the log, and written anew; what
/// a newer weir wrote is set aside before. Main thread.
class LearnedFile {
public:
    static constexpr std::int64_t interval_us = 60'000'000;

    /// `directory`: where; empty: nothing is kept.
    LearnedFile(const std::string& directory, const Clock& clock);

    /// At the start. Where nothing was kept, nothing is learned.
    void load(learning::Calibration& calibration);
    /// Once a minute, and when `leaving`: writes where something else is known than was written last.
    void tick(const learning::Calibration& calibration, bool leaving);

private:
    std::string path_;  ///< empty: nothing is kept
    const Clock& clock_;
    std::int64_t looked_us_;  ///< steady clock
    std::string written_;
    std::string remark_;  ///< why the last write has failed; empty: it has not
};

}  // namespace weir::app
