// How many connections a limit on open files leaves, and what is said where they are too few.
#include "app/open_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace weir::app {
namespace {

using testing::HasSubstr;
using testing::Not;

config::WeirLimits usual() {
    return {};
}

config::WeirLimits given(std::int64_t connections) {
    config::WeirLimits limits;
    limits.max_connections = connections;
    limits.max_connections_given = true;
    return limits;
}

std::string refusal(const config::WeirLimits& limits, std::int64_t open_files_max) {
    try {
        return "allows " + std::to_string(connections_within(limits, open_files_max));
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

TEST(OpenFiles, LowerWhatIsUsual) {
    EXPECT_EQ(connections_within(usual(), 1 << 30), 20'000);
    EXPECT_EQ(connections_within(usual(), 20'512), 20'000);
    EXPECT_EQ(connections_within(usual(), 20'511), 19'999);
    EXPECT_EQ(connections_within(usual(), 528), 16);
}

TEST(OpenFiles, TooFewAreRefusedWithTheNumberThatIsNeeded) {
    for (const std::int64_t open_files : {0, 64, 512, 513, 527}) {
        const std::string words = refusal(usual(), open_files);
        EXPECT_THAT(words, HasSubstr("(ulimit -Hn) is " + std::to_string(open_files) +
                                     ": weir needs 528 open files at least"));
        EXPECT_THAT(words, HasSubstr("ulimit -n 528"));
        EXPECT_THAT(words, HasSubstr("LimitNOFILE=528"));
        EXPECT_THAT(words, Not(HasSubstr("-4")));
    }
}

TEST(OpenFiles, NeverLowerWhatWasGiven) {
    EXPECT_EQ(connections_within(given(5), 517), 5) << "fewer than usual may be asked for";
    EXPECT_EQ(connections_within(given(1000), 1512), 1000);
    for (const std::int64_t open_files : {64, 1511}) {
        const std::string words = refusal(given(1000), open_files);
        EXPECT_THAT(words, HasSubstr("limits_of_weir.max_connections is 1000, and the limit on open files "
                                     "(ulimit -Hn) is " +
                                     std::to_string(open_files) + ": 1512 open files are needed at least"));
        EXPECT_THAT(words, HasSubstr("LimitNOFILE=1512"));
        EXPECT_THAT(words, Not(HasSubstr("-4")));
    }
}

TEST(OpenFiles, ShowWhatIsInForce) {
    std::vector<config::ShownSetting> settings{{"$.threads", "1", "file"},
                                               {"$.limits_of_weir.max_connections", "20000", "default"}};
    show_allowed_connections(20'000, settings);
    EXPECT_EQ(settings[1].origin, "default");
    show_allowed_connections(88, settings);
    EXPECT_EQ(settings[0].value, "1");
    EXPECT_EQ(settings[1].value, "88");
    EXPECT_EQ(settings[1].origin, "limit on open files (ulimit -Hn)");
}

}  // namespace
}  // namespace weir::app
