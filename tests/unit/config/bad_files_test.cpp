// Every bad/NAME.json gives exactly the mistakes of bad/NAME.expected, one a line, in this order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "unit/config/sources.hpp"

namespace weir::config {
namespace {

namespace fs = std::filesystem;

// What the fixtures refer to.
const Given given{.environment = {{"GOOD_KEY", "sk-good"}, {"EMPTY", ""}, {"WITH_BLANK", "sk with blank"}},
                  .flags = {},
                  .files = {{"/keys/good", "sk-good\n"}, {"/keys/empty", "\n"}},
                  .terminal = false};

std::vector<fs::path> bad_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(WEIR_BAD_CONFIGS)) {
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> expected_lines(fs::path path) {
    std::ifstream file(path.replace_extension(".expected"));
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

class BadFiles : public testing::TestWithParam<fs::path> {};

TEST_P(BadFiles, AreToldCompletely) {
    const Outcome outcome = build_from(content_of(GetParam()), given);
    const std::vector<std::string> expected = expected_lines(GetParam());
    ASSERT_FALSE(expected.empty()) << "no .expected beside it";
    EXPECT_THAT(lines_of(outcome.mistakes), testing::ElementsAreArray(expected));
}

INSTANTIATE_TEST_SUITE_P(All, BadFiles, testing::ValuesIn(bad_files()), [](const auto& row) {
    std::string name = row.param.stem();
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

TEST(BadFilesFolder, HoldsNoExpectationWithoutItsFile) {
    std::size_t expectations = 0;
    for (const auto& entry : fs::directory_iterator(WEIR_BAD_CONFIGS)) {
        if (entry.path().extension() == ".expected") ++expectations;
    }
    EXPECT_EQ(expectations, bad_files().size());
    EXPECT_GE(expectations, 25U);
}

}  // namespace
}  // namespace weir::config
