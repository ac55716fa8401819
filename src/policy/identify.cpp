// From a secret to a subject. The secret itself is hashed at once and goes nowhere.
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>
#include <cstring>
#include <unordered_map>

#include "policy/policy.hpp"

namespace weir::policy {

namespace {

using Digest = std::array<unsigned char, 32>;

struct DigestHash {
    std::size_t operator()(const Digest& digest) const noexcept {
        std::size_t hash = 0;
        std::memcpy(&hash, digest.data(), sizeof hash);
        return hash;
    }
};

struct DigestEqual {
    bool operator()(const Digest& left, const Digest& right) const noexcept {
        return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
    }
};

std::string hex(const Digest& digest, std::size_t bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

}  // namespace

struct Policy::Index {
    std::unordered_map<Digest, const config::Key*, DigestHash, DigestEqual> keys;
};

Policy::Policy(std::shared_ptr<const config::Config> config) : config_(std::move(config)) {
    auto index = std::make_shared<Index>();
    for (const config::Key& key : config_->keys) index->keys.emplace(key.secret_sha256, &key);
    index_ = std::move(index);
}

std::optional<Subject> Policy::identify(std::string_view secret) const {
    const bool reject_unknown = config_->unknown_keys == config::UnknownKeys::reject;
    Subject subject;
    subject.tier = &config_->tiers.find("default")->second;
    // No configured id holds a tilde, so an unknown key can't name itself into another's ledger.
    if (secret.empty()) {
        if (reject_unknown) return std::nullopt;
        subject.id = "anonymous";
        subject.ledger_id = "~anonymous";
        return subject;
    }
    Digest digest;
    SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), digest.data());
    const auto found = index_->keys.find(digest);
    if (found == index_->keys.end()) {
        if (reject_unknown) return std::nullopt;
        subject.id = "unknown-" + hex(digest, 6);
        subject.ledger_id = "~" + hex(digest, 16);
        return subject;
    }
    subject.key = found->second;
    subject.id = subject.ledger_id = subject.key->id;
    if (const auto tier = config_->tiers.find(subject.key->tier); tier != config_->tiers.end()) {
        subject.tier = &tier->second;
    }
    if (const auto group = config_->groups.find(subject.key->group); group != config_->groups.end()) {
        subject.group = &group->second;
    }
    return subject;
}

}  // namespace weir::policy
