// Tiers, groups and keys as documents write them: in the file, and one by one in the runtime layer.
#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/suggestion.hpp"

namespace weir::config {

/// Their names are the field's.
Tier read_tier(const Field& field);
Group read_group(const Field& field);

/// What a document says of a key, its id aside; nullopt where it does not.
struct KeyParts {
    std::optional<Sha256> secret_sha256;
    std::optional<std::string> tier;
    std::optional<std::string> group;  ///< empty: none
    std::optional<LimitSet> limits;
    std::optional<bool> disabled;
    std::optional<std::int64_t> max_wait_ms;
    std::vector<FormerSecret> former_secrets;
};

/// All but former_secrets. The caller knows whether what is named exists.
KeyParts read_key_parts(ObjectReader& object);
/// For documents of the runtime layer.
void read_former_secrets(ObjectReader& object, KeyParts& parts);

inline constexpr std::size_t former_secrets_max = 4;
inline constexpr const char* secret_expected = "64 hexadecimal digits";

/// Secrets' hashes are spread evenly already.
struct Sha256Hash {
    std::size_t operator()(const Sha256& digest) const noexcept {
        std::size_t hash = 0;
        std::memcpy(&hash, digest.data(), sizeof hash);
        return hash;
    }
};

/// Why `name` is no reference to any of `existing` ("tier" or "group").
template <typename Named>
std::string no_such(std::string_view kind, std::string_view name, const Named& existing) {
    std::vector<std::string_view> known;
    known.reserve(existing.size());
    for (const auto& [other, value] : existing) known.push_back(other);
    std::string message("expected the name of a ");
    return message.append(kind).append(" that is configured").append(suggestion_for(name, known));
}

}  // namespace weir::config
