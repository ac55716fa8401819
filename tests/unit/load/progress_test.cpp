// The line that is shown while a run lasts.
#include "load/progress.hpp"

#include <gtest/gtest.h>

namespace {

using weir::load::LoadOptions;
using weir::load::Progress;
using weir::load::progress_line;

Progress with(std::uint64_t admitted, std::uint64_t refused) {
    Progress progress;
    progress.counts.admitted = admitted;
    progress.counts.refused = refused;
    for (std::uint64_t i = 0; i < admitted; ++i) progress.admitted_us.add(1000);
    return progress;
}

}  // namespace

TEST(ProgressLine, TellsTheRateSinceTheLastOne) {
    const LoadOptions options{.duration_s = 30};
    EXPECT_EQ(progress_line(options, with(1000, 1000), with(2500, 2500), 0.5, 12),
              "12 of 30 s   5,000 done   6,000/s   admitted 50.0 %   refused 50.0 %   p99 1.00 ms");
}

TEST(ProgressLine, SaysWhatIsWrong) {
    const LoadOptions options{.requests = 10};
    Progress now = with(1, 0);
    now.counts.failed = 4;
    now.overdue = 1234;
    EXPECT_EQ(
        progress_line(options, {}, now, 1, 1),
        "1 s   1 done   1/s   admitted 100.0 %   refused 0.0 %   p99 1.00 ms   failed 4   overdue 1,234");
}

TEST(ProgressLine, SaysWhatItWaitsFor) {
    const LoadOptions options{.duration_s = 30};
    Progress now;
    now.in_flight = 3;
    EXPECT_NE(progress_line(options, now, now, 1, 31).find("waiting for 3"), std::string::npos);
    EXPECT_EQ(progress_line(options, now, now, 1, -4.2), "warming up, 4 s to go");
}
