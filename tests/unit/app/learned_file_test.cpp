// What stands in the place of the file must not hold up the start.
#include "app/learned_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "support/manual_clock.hpp"

namespace weir::app {
namespace {

namespace fs = std::filesystem;

TEST(LearnedFiles, ThatMayNeverEndAreNotWaitedFor) {
    std::string folder = fs::temp_directory_path() / "weir_learned.XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    const std::string path = folder + "/learned";
    const testing::ManualClock clock;
    learning::Calibration calibration;
    LearnedFile file(folder, clock);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    file.load(calibration);
    fs::remove(path);
    fs::create_symlink("/dev/zero", path);
    file.load(calibration);
    EXPECT_EQ(calibration.size(), 0U);
    fs::remove_all(folder);
}

}  // namespace
}  // namespace weir::app
