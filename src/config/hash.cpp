// SHA-256 over all settings, cut short.
#include <openssl/sha.h>

#include "config/config.hpp"
#include "config/settings.hpp"

namespace weir::config {

namespace {

constexpr std::size_t shown_bytes = 6;

void append_counted(std::string& out, const std::string& text) {
    out.append(std::to_string(text.size())).append(":").append(text);
}

}  // namespace

std::string config_hash(const Config& config) {
    std::string text;
    for (const Setting& setting : settings_of(config)) {
        append_counted(text, setting.path);
        append_counted(text, setting.shown);
        append_counted(text, setting.secret);
    }
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hash;
    for (std::size_t i = 0; i < shown_bytes; ++i) {
        hash += digits[digest[i] >> 4];
        hash += digits[digest[i] & 15];
    }
    return hash;
}

}  // namespace weir::config
