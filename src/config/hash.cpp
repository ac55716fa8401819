// SHA-256 over all settings, cut short. Keys are hashed as they are: there may be many.
#include <openssl/sha.h>

#include "config/config.hpp"
#include "config/settings.hpp"

namespace weir::config {

namespace {

constexpr std::size_t shown_bytes = 6;

void append_counted(std::string& out, const std::string& text) {
    out.append(std::to_string(text.size())).append(":").append(text);
}

void append_number(std::string& out, std::int64_t number) {
    for (int shift = 0; shift < 64; shift += 8) {
        out += static_cast<char>(static_cast<std::uint64_t>(number) >> shift);
    }
}

void append_digest(std::string& out, const Sha256& digest) {
    out.append(reinterpret_cast<const char*>(digest.data()), digest.size());
}

void append_key(std::string& out, const Key& key) {
    append_counted(out, key.id);
    append_digest(out, key.secret_sha256);
    append_counted(out, key.tier);
    append_counted(out, key.group);
    out += key.disabled ? 'd' : 'e';
    append_number(out, static_cast<std::int64_t>(key.limits.size()));
    for (const LimitSpec& spec : key.limits) {
        out += static_cast<char>(spec.dimension);
        append_number(out, spec.limit);
        append_number(out, spec.window_us);
        out += spec.enforced ? 'e' : 's';
    }
    append_number(out, static_cast<std::int64_t>(key.former_secrets.size()));
    for (const FormerSecret& former : key.former_secrets) {
        append_digest(out, former.sha256);
        append_number(out, former.until_us);
    }
}

}  // namespace

std::string config_hash(const Config& config) {
    constexpr std::size_t usual_key_bytes = 128;
    std::string text;
    text.reserve((config.keys.size() + 100) * usual_key_bytes);
    for (const Setting& setting : settings_of(config, Keys::without)) {
        append_counted(text, setting.path);
        append_counted(text, setting.shown);
        append_counted(text, setting.secret);
    }
    for (const Key& key : config.keys) append_key(text, key);
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
