// Layers for tests, made of documents; and keys' secrets.
#pragma once

#include <string>

#include "config/runtime.hpp"
#include "unit/config/sources.hpp"

namespace weir::config {

/// 2026-11-26T12:00:00Z
inline constexpr std::int64_t noon_us = 1'795'694'400'000'000;
inline constexpr std::int64_t hour_us = 3'600'000'000;
inline constexpr std::int64_t a_minute_us = 60'000'000;

using Documents = std::map<std::string, std::string, std::less<>>;

inline RuntimeLayer layer_of(Documents documents) {
    return {RuntimeDocuments{.version = 1, .documents = std::move(documents)}, nullptr};
}

/// 64 digits that end with the number.
inline std::string secret(int number) {
    const std::string digits = std::to_string(number);
    return std::string(64 - digits.size(), '0') + digits;
}
inline std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}
/// `{"secret_sha256": "…` and `members` behind it.
inline std::string key_document(int number, const std::string& members = "") {
    return R"({"secret_sha256": )" + quoted(secret(number)) + (members.empty() ? "" : ", ") + members + "}";
}

struct Laid {
    Outcome outcome;
    std::vector<std::string> left_out;
};
inline Laid laid_over(const Outcome& base, const Documents& documents, std::int64_t now_us = noon_us) {
    Laid laid{.outcome = base, .left_out = {}};
    laid.left_out = lines_of(layer_of(documents).lay_over(laid.outcome, now_us));
    return laid;
}

/// nullptr where there is none.
inline const Key* key_of(const Config& config, const std::string& id) {
    for (const Key& key : config.keys) {
        if (key.id == id) return &key;
    }
    return nullptr;
}

}  // namespace weir::config
