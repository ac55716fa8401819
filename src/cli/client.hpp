// One request to the admin API and its answer, waited for. Plain HTTP/1.1, a connection each: between two
// requests the node may have been restarted.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace weir::cli {

/// Where the admin port is, and as whom weir is asked there.
struct Place {
    std::string host;
    std::uint16_t port = 0;
    std::string url;    ///< for messages
    std::string token;  ///< empty: none is sent
};

/// "http://127.0.0.1:9180", or without the scheme. Throws config::Unexpected.
Place parse_place(const std::string& url);

struct Question {
    std::string method = "GET";
    std::string target{};    ///< path and query, encoded
    std::string body{};      ///< JSON; empty: none
    std::string if_match{};  ///< the version that is to be changed; empty: whatever it is
};

struct Answer {
    int status = 0;
    std::string content_type;
    std::string body;
};

/// No answer came. what() says where, why and what to do.
struct Unreachable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Throws Unreachable.
Answer ask(const Place& place, const Question& question, std::int64_t timeout_ms);

}  // namespace weir::cli
