// What weir-load was asked to do.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weir::load {

struct Target {
    std::string host;
    std::string port;
};

struct LoadOptions {
    std::vector<Target> targets;
    std::vector<std::string> keys;
    std::string path = "/v1/chat/completions";
    std::string model = "gpt-4o";
    std::vector<std::pair<std::string, std::string>> headers;
    std::uint64_t requests = 0;        ///< 0: no bound
    double duration_s = 0;             ///< 0: no bound
    std::uint64_t input_tokens = 100;  ///< words in the prompt
    std::uint64_t tokens_max = 16;
    std::uint64_t timeout_ms = 60'000;  ///< of one request
    unsigned concurrent = 50;
    unsigned threads = 1;
    bool stream = false;
    bool json = false;
};

/// Reads the command line. When weir-load should end at once, `exit_code` says with what.
struct ParsedOptions {
    LoadOptions options;
    int exit_code = -1;
};
ParsedOptions parse_options(int argc, char** argv);

}  // namespace weir::load
