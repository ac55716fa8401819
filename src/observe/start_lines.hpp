// What the operational log says first: where what listens, and what is in force. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weir::observe {

/// All texts are free of secrets.
struct StartFacts {
    std::string version;
    std::string listen;  ///< "0.0.0.0:8000", with the port that was really bound
    bool tls = false;
    unsigned threads = 0;
    std::string admin;                   ///< "127.0.0.1:9180"
    bool admin_has_token = false;        ///< who asks for more than health must show one
    std::string store;                   ///< "memory", "redis://redis:6379/0"
    std::vector<std::string> upstreams;  ///< "openai (https://api.openai.com)"
    std::string config_path;             ///< empty: none
    std::string config_hash;
    std::size_t keys = 0;
    std::size_t tiers = 0;
    std::size_t groups = 0;
    bool unknown_keys_pass = false;  ///< each under the limits of the default tier
    std::size_t runtime_objects = 0;
    std::int64_t runtime_version = 0;
    std::string state_dir;  ///< empty: none, which the caller warns of
};

/// One line each, in the order in which one asks. The ones with addresses hold "listening on ADDR" and "admin
/// on ADDR".
std::vector<std::string> start_lines(const StartFacts& facts);

}  // namespace weir::observe
