// Guards the shape of the house: which room may include which, how large files and functions get, who reads
// clocks.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path root = WEIR_SOURCE_DIR;

constexpr std::size_t file_lines_max = 400;
constexpr std::size_t function_lines_max = 70;

/// What each room may include of the others; its own files, include/weir/ and text/ always.
const std::map<std::string, std::set<std::string>> allowed{
    {"text", {}},
    {"ledger", {}},
    {"net", {}},
    {"redis", {"net"}},
    {"limiter", {"ledger", "redis"}},
    {"llm", {}},
    {"learning", {}},
    {"config", {}},
    {"policy", {"config"}},
    {"observe", {"learning"}},
    {"usage", {}},
    {"http", {}},
    {"proxy", {"net", "http", "policy", "llm", "learning", "config", "observe", "usage"}},
    {"admin", {"http", "policy", "learning", "config", "observe", "usage"}},
    {"cli", {"learning", "config"}},
    {"app",
     {"proxy", "admin", "http", "policy", "llm", "learning", "config", "observe", "usage", "limiter", "cli"}},
};

std::vector<std::string> lines_of(const fs::path& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

std::vector<fs::path> sources_below(const std::vector<std::string>& folders) {
    std::vector<fs::path> sources;
    for (const std::string& folder : folders) {
        if (!fs::exists(root / folder)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            const std::string extension = entry.path().extension();
            if (extension == ".cpp" || extension == ".hpp") sources.push_back(entry.path());
        }
    }
    return sources;
}

/// Every quoted include of a room's files: (file, included path).
std::vector<std::pair<fs::path, std::string>> includes_of(const fs::path& folder) {
    static const std::regex include("^\\s*#\\s*include\\s+\"([^\"]+)\"");
    std::vector<std::pair<fs::path, std::string>> includes;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        for (const std::string& line : lines_of(entry.path())) {
            std::smatch match;
            if (std::regex_search(line, match, include)) includes.emplace_back(entry.path(), match[1]);
        }
    }
    return includes;
}

std::size_t indentation_of(const std::string& line) {
    return std::min(line.find_first_not_of(' '), line.size());
}

/// Bodies at clang-format's indentation: opened by a line that ends in ") {" or the like, closed by "}" where
/// the signature began. Blocks inside are found too, and are never longer than what holds them.
std::vector<std::pair<std::string, std::size_t>> functions_of(const std::vector<std::string>& lines) {
    static const std::regex opens("\\)[^()=;]*\\{$");
    std::vector<std::pair<std::string, std::size_t>> functions;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!std::regex_search(lines[i], opens)) continue;
        std::size_t first = i;
        while (first > 0 && indentation_of(lines[first]) > 4 && !lines[first].empty()) --first;
        const std::string closing = std::string(indentation_of(lines[first]), ' ') + "}";
        for (std::size_t j = i + 1; j < lines.size(); ++j) {
            if (lines[j].compare(0, closing.size(), closing) != 0) continue;
            functions.emplace_back(lines[first], j - i + 1);
            break;
        }
    }
    return functions;
}

}  // namespace

TEST(Layering, RoomsIncludeOnlyRoomsBelowThem) {
    for (const auto& [room, below] : allowed) {
        for (const auto& [file, included] : includes_of(root / "src" / room)) {
            const std::string target = included.substr(0, included.find('/'));
            if (target == room || target == "weir" || target == "text") continue;
            EXPECT_TRUE(below.contains(target)) << file << " includes \"" << included << "\"";
        }
    }
}

TEST(Layering, NoFileIncludesItself) {
    std::map<std::string, std::vector<std::string>> includes;
    for (const auto& [file, included] : includes_of(root / "src"))
        includes[fs::relative(file, root / "src")].push_back(included);
    for (const auto& [file, included] : includes_of(root / "include"))
        includes[fs::relative(file, root / "include")].push_back(included);
    std::set<std::string> done;
    std::vector<std::string> path;
    const std::function<void(const std::string&)> visit = [&](const std::string& file) {
        const bool is_circle = std::find(path.begin(), path.end(), file) != path.end();
        EXPECT_FALSE(is_circle) << file << " includes itself, by way of " << path.back();
        if (is_circle || !done.insert(file).second) return;
        path.push_back(file);
        for (const std::string& included : includes[file]) visit(included);
        path.pop_back();
    };
    const auto all = includes;
    for (const auto& [file, included] : all) visit(file);
}

TEST(Layering, EveryRoomIsKnown) {
    for (const auto& entry : fs::directory_iterator(root / "src")) {
        if (!entry.is_directory()) continue;
        EXPECT_TRUE(allowed.contains(entry.path().filename()))
            << entry.path() << " is no room of the architecture";
    }
}

TEST(Layering, ProxyChoosesNoStore) {
    for (const auto& [file, included] : includes_of(root / "src" / "proxy")) {
        EXPECT_EQ(included.find("memory_limiter"), std::string::npos) << file;
        EXPECT_EQ(included.find("redis_limiter"), std::string::npos) << file;
    }
}

/// What is decided when the store fails is tested without a socket, a clock or a thread.
TEST(Layering, RecoveryIsPure) {
    static const std::regex impure(
        "#\\s*include\\s*[<\"](boost|hiredis|chrono|random|thread|atomic|mutex|weir|redis)");
    for (const char* file : {"recovery.hpp", "recovery.cpp"}) {
        const std::vector<std::string> lines = lines_of(root / "src" / "limiter" / file);
        EXPECT_FALSE(lines.empty());
        for (const std::string& line : lines) EXPECT_FALSE(std::regex_search(line, impure)) << line;
    }
}

TEST(Layering, PublicHeadersStayFreeOfHeavyLibraries) {
    static const std::regex heavy("#\\s*include\\s*[<\"](boost/beast|nlohmann|hiredis|simdjson|spdlog)");
    for (const fs::path& source : sources_below({"include"})) {
        for (const std::string& line : lines_of(source))
            EXPECT_FALSE(std::regex_search(line, heavy)) << source;
    }
}

TEST(Layering, BeastStaysOutOfHeaders) {
    for (const fs::path& source : sources_below({"src"})) {
        if (source.extension() != ".hpp") continue;
        for (const std::string& line : lines_of(source)) {
            EXPECT_EQ(line.find("boost/beast"), std::string::npos) << source;
        }
    }
}

TEST(Layering, FilesStaySmall) {
    for (const fs::path& source : sources_below({"include", "src", "bench", "tests"})) {
        EXPECT_LE(lines_of(source).size(), file_lines_max) << source;
    }
}

TEST(Layering, FunctionsStaySmall) {
    for (const fs::path& source : sources_below({"include", "src", "bench", "tests"})) {
        for (const auto& [first_line, size] : functions_of(lines_of(source))) {
            EXPECT_LE(size, function_lines_max) << source << ": " << first_line;
        }
    }
}

TEST(Layering, FilesOpenWithTheirJob) {
    for (const fs::path& source : sources_below({"include", "src", "bench", "tests"})) {
        const std::vector<std::string> lines = lines_of(source);
        ASSERT_FALSE(lines.empty()) << source;
        EXPECT_EQ(lines.front().compare(0, 3, "// "), 0) << source << " opens with: " << lines.front();
    }
}

TEST(Layering, OnlyTheClockReadsTheTime) {
    for (const fs::path& source : sources_below({"include", "src"})) {
        if (source.filename() == "clock.hpp") continue;
        for (const std::string& line : lines_of(source)) {
            EXPECT_EQ(line.find("::now()"), std::string::npos) << source << ": " << line;
        }
    }
}

// g++ 12 miscompiles some coroutines that await inside a condition: the frame is broken and nothing warns.
// Awaiting into a named variable first is always sound.
TEST(Layering, NothingIsAwaitedInACondition) {
    static const std::regex awaits("\\b(if|while|switch) *\\([^;]*\\bco_await\\b[^;]*\\) *(\\{|[a-z]|$)");
    static const std::regex behind_condition(
        "\\b(if|while) *\\([^()]*(\\([^()]*\\)[^()]*)*\\) *(co_return )?[^()]*co_await");
    for (const fs::path& source : sources_below({"include", "src", "bench", "tests"})) {
        for (const std::string& line : lines_of(source)) {
            if (std::regex_search(line, behind_condition)) continue;  // the condition itself is free of it
            EXPECT_FALSE(std::regex_search(line, awaits)) << source << ": " << line;
        }
    }
}

TEST(Layering, TheFunctionMeterSeesFunctions) {
    const std::vector<std::string> sample{
        "// a file", "int f(int a) {", "    if (a) {",  "        return 1;", "    }", "    return 2;",
        "}",         "struct S {",     "    int g() {", "        return 1;", "    }", "};"};
    const auto functions = functions_of(sample);
    ASSERT_GE(functions.size(), 2U);
    EXPECT_EQ(functions[0].second, 6U);
}
