// Runs a fuzz target on the files named, and on every file of the folders named, as a test.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"

namespace {

std::size_t replay(const std::filesystem::path& named) {
    std::vector<std::filesystem::path> files;
    if (std::filesystem::is_directory(named)) {
        for (const auto& entry : std::filesystem::directory_iterator(named)) files.push_back(entry.path());
    } else {
        files.push_back(named);
    }
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& path : files) {
        std::ifstream file(path, std::ios::binary);
        const std::string bytes(std::istreambuf_iterator<char>(file), {});
        std::printf("%s\n", path.c_str());
        std::fflush(stdout);  // names the culprit where the next line aborts
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    }
    return files.size();
}

}  // namespace

int main(int count, char** arguments) {
    std::size_t replayed = 0;
    try {
        for (int i = 1; i < count; ++i) replayed += replay(arguments[i]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return replayed > 0 ? 0 : 1;
}
