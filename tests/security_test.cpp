// SECURITY.md claims nothing that no test holds: each test that it names is there. And what only the tree
// itself can show.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path root = WEIR_SOURCE_DIR;

std::string content_of(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const fs::path& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

std::vector<std::string> quoted_in(const std::string& line) {
    static const std::regex quoted("`([^`]*)`");
    std::vector<std::string> words;
    for (std::sregex_iterator match(line.begin(), line.end(), quoted), end; match != end; ++match)
        words.push_back((*match)[1]);
    return words;
}

struct Named {
    std::string file;
    std::string test;
};

/// Behind the name of a file stand the tests of it that hold what the line claims.
std::vector<Named> tests_named_in(const std::string& line) {
    std::vector<Named> named;
    std::string file;
    for (const std::string& word : quoted_in(line)) {
        if (word.starts_with("tests/")) {
            file = word;
        } else if (!file.empty()) {
            named.push_back({file, word});
        }
    }
    return named;
}

/// As the file's own language introduces a test: TEST_F(Suite, Name), test('name', step "name".
std::set<std::string> introductions_of(const Named& named) {
    const std::size_t dot = named.test.find('.');
    if (named.file.ends_with(".cpp")) {
        if (dot == std::string::npos) return {};
        const std::string arguments =
            "(" + named.test.substr(0, dot) + ", " + named.test.substr(dot + 1) + ")";
        return {"TEST" + arguments, "TEST_F" + arguments, "TEST_P" + arguments};
    }
    if (named.file.ends_with(".mjs")) return {"test('" + named.test + "'"};
    return {"step \"" + named.test + "\""};
}

bool is_there(const Named& named) {
    const std::string content = content_of(root / named.file);
    for (const std::string& introduction : introductions_of(named)) {
        if (content.find(introduction) != std::string::npos) return true;
    }
    return false;
}

TEST(SecurityClaims, EachNamesTestsThatAreThere) {
    std::size_t count = 0;
    for (const std::string& line : lines_of(root / "SECURITY.md")) {
        for (const Named& named : tests_named_in(line)) {
            ++count;
            EXPECT_TRUE(is_there(named)) << named.file << " has no test " << named.test;
        }
    }
    EXPECT_GT(count, 80U);
}

TEST(SecurityClaims, EachRowOfAClaimNamesATest) {
    bool holds = false;  // the table has a column for it
    for (const std::string& line : lines_of(root / "SECURITY.md")) {
        if (!line.starts_with("|")) holds = false;
        if (line.ends_with("| held by |")) holds = true;
        if (!holds || line.starts_with("|-") || line.ends_with("| held by |")) continue;
        EXPECT_FALSE(tests_named_in(line).empty()) << line;
    }
}

TEST(SecurityClaims, TheSearchFindsOnlyWhatIsThere) {
    EXPECT_TRUE(is_there({"tests/security_test.cpp", "SecurityClaims.TheSearchFindsOnlyWhatIsThere"}));
    EXPECT_FALSE(is_there({"tests/security_test.cpp", "SecurityClaims.TheSearchFindsOnlyWhatIs"}));
    EXPECT_FALSE(is_there({"tests/security_test.cpp", "TheSearchFindsOnlyWhatIsThere"}));
    EXPECT_FALSE(is_there({"tests/no_such_test.cpp", "SecurityClaims.TheSearchFindsOnlyWhatIsThere"}));
}

TEST(SecurityClaims, NoRegularExpressionIsUsed) {
    for (const char* folder : {"src", "include"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            const std::string extension = entry.path().extension();
            if (extension != ".cpp" && extension != ".hpp") continue;
            EXPECT_EQ(content_of(entry.path()).find("#include <regex"), std::string::npos) << entry.path();
        }
    }
}

TEST(SecurityClaims, BuildingDownloadsNothing) {
    static const std::regex downloads("FetchContent|ExternalProject|file\\s*\\(\\s*DOWNLOAD|git clone",
                                      std::regex::icase);
    std::size_t count = 0;
    const auto look_at = [&](const fs::path& path) {
        ++count;
        EXPECT_FALSE(std::regex_search(content_of(path), downloads)) << path;
    };
    look_at(root / "CMakeLists.txt");
    for (const char* folder : {"src", "include", "bench", "cmake", "tests", "packaging"}) {
        if (!fs::exists(root / folder)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            const bool is_cmake =
                entry.path().filename() == "CMakeLists.txt" || entry.path().extension() == ".cmake";
            if (is_cmake) look_at(entry.path());
        }
    }
    EXPECT_GT(count, 20U);
}

}  // namespace
