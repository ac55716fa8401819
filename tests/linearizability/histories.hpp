// How many histories a test records, and which.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace weir::testing {

/// From the environment: WEIR_HISTORIES=N records N of each kind instead, WEIR_HISTORY_SEED=N begins there.
inline std::uint64_t history_count(std::uint64_t usual) {
    const char* asked = std::getenv("WEIR_HISTORIES");
    return asked != nullptr ? std::stoull(asked) : usual;
}
inline std::uint64_t first_history_seed() {
    const char* asked = std::getenv("WEIR_HISTORY_SEED");
    return asked != nullptr ? std::stoull(asked) : 1;
}
inline std::string history_hint(std::uint64_t seed) {
    return "the clients again: WEIR_HISTORY_SEED=" + std::to_string(seed) +
           " (how they interleave is not repeated: WEIR_HISTORIES=1000 tries for long)";
}

}  // namespace weir::testing
