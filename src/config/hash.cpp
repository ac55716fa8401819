// SHA-256 over all settings, cut short. Keys are hashed as they are: there may be many.
#include <bit>
#include <cstring>
#include <string_view>

#include "config/config.hpp"
#include "config/settings.hpp"
#include "text/hex.hpp"

namespace weir::config {

namespace {

constexpr std::size_t shown_bytes = 6;
void append_counted(std::string& out, const std::string& text) {
    out.append(std::to_string(text.size())).append(":").append(text);
}

/// A quick hash for values that hold no secret themselves, but for SHA-256 of some. The same on every
/// machine.
class Mixed {
public:
    void add(std::uint64_t word) noexcept {
        state_ = (state_ ^ word) * 0x9e3779b97f4a7c15ULL;
        state_ ^= state_ >> 32;
    }
    void add(std::string_view bytes) noexcept {
        add(std::uint64_t{bytes.size()});
        for (; bytes.size() >= 8; bytes.remove_prefix(8)) add(word_at(bytes.data(), 8));
        if (!bytes.empty()) add(word_at(bytes.data(), bytes.size()));
    }
    void add(const Sha256& digest) noexcept {
        add(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
    }
    std::uint64_t value() const noexcept { return state_; }

private:
    static std::uint64_t word_at(const char* bytes, std::size_t size) noexcept {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes, size);
        static_assert(std::endian::native == std::endian::little);
        return word;
    }

    std::uint64_t state_ = 0;
};

void add_key(Mixed& mixed, const Key& key) {
    mixed.add(key.id);
    mixed.add(key.secret_sha256);
    mixed.add(key.tier);
    mixed.add(key.group);
    mixed.add(std::uint64_t{key.disabled});
    mixed.add(static_cast<std::uint64_t>(key.max_wait_ms.value_or(-1)));
    mixed.add(std::uint64_t{key.limits.size()});
    for (const LimitSpec& spec : key.limits) {
        mixed.add(static_cast<std::uint64_t>(spec.dimension) * 2 + (spec.enforced ? 1 : 0));
        mixed.add(static_cast<std::uint64_t>(spec.limit));
        mixed.add(static_cast<std::uint64_t>(spec.window_us));
    }
    mixed.add(std::uint64_t{key.former_secrets.size()});
    for (const FormerSecret& former : key.former_secrets) {
        mixed.add(former.sha256);
        mixed.add(static_cast<std::uint64_t>(former.until_us));
    }
}

}  // namespace

std::string config_hash(const Config& config) {
    std::string text;
    for (const Setting& setting : settings_of(config, Keys::without)) {
        if (setting.each_nodes) continue;
        append_counted(text, setting.path);
        append_counted(text, setting.shown);
        append_counted(text, setting.secret);
    }
    Mixed keys;
    for (const Key& key : config.keys) add_key(keys, key);
    append_counted(text, std::to_string(keys.value()));
    const Sha256 digest = sha256(text);
    return text::to_hex(std::span(digest).first<shown_bytes>());
}

}  // namespace weir::config
