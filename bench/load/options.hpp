// What weir-load was asked to do, and how it is asked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "load/size_distribution.hpp"
#include "load/tls.hpp"

namespace weir::load {

struct Target {
    std::string host;  ///< without the brackets of an IPv6 address
    std::string port;
    bool tls = false;  ///< https
    std::string url() const;
};

struct LoadOptions {
    std::vector<Target> targets{};
    std::vector<std::string> keys{};
    std::string path = "/v1/chat/completions";
    std::string model = "gpt-4o";
    std::vector<std::pair<std::string, std::string>> headers{};
    std::uint64_t requests = 0;                  ///< 0: no bound
    double duration_s = 0;                       ///< 0: no bound
    double warmup_s = 0;                         ///< before that, not counted
    double rate = 0;                             ///< requests a second; 0: closed loop
    std::uint64_t burst = 1;                     ///< with a rate: so many are due at once
    SizeDistribution input_tokens = Fixed{100};  ///< words in the prompt
    SizeDistribution output_tokens = Fixed{16};  ///< that a request allows
    std::uint64_t timeout_ms = 60'000;           ///< of one request
    unsigned concurrent = 50;
    unsigned threads = 1;
    bool heed_retry_after = false;  ///< who is told to come back later sends nothing until then
    bool stream = false;
    bool json = false;
    TlsOptions tls{};
    std::string report_folder{};  ///< empty: no files
};

/// The options as they were typed; read_options makes values of them.
struct OptionTexts {
    std::vector<std::string> targets{"http://127.0.0.1:8000"};
    std::vector<std::string> keys{"1"};
    std::vector<std::string> headers{};
    std::string concurrent = "50";
    std::string requests{};
    std::string duration{};
    std::string warmup = "0";
    std::string rate{};
    std::string burst{};
    std::string max_wait_ms{};
    std::string input_tokens = "100";
    std::string output_tokens = "16";
    std::string timeout_ms = "60000";
    std::string threads = "1";
};

/// Fills what has a text, and tells every mistake: "--rate: expected …".
std::vector<std::string> read_options(const OptionTexts& texts, LoadOptions& options);

/// Reads the command line. When weir-load should end at once, `exit_code` says with what.
struct ParsedOptions {
    LoadOptions options{};
    int exit_code = -1;
};
ParsedOptions parse_options(int argc, char** argv);

}  // namespace weir::load
