// From a secret to a subject. The secret itself is hashed at once and goes nowhere.
#include <algorithm>

#include "policy/index.hpp"
#include "text/hex.hpp"

namespace weir::policy {

namespace {

/// `prefix`, and so many bytes in hexadecimal digits.
std::string name_by(std::string_view prefix, const config::Sha256& digest, std::size_t bytes) {
    std::string name(prefix);
    text::append_hex(name, std::span(digest).first(bytes));
    return name;
}

}  // namespace

Subject Policy::anonymous_subject() const {
    Subject subject;
    subject.tier = &config_->tiers.find("default")->second;
    subject.id = "anonymous";
    // No configured id holds a tilde, so an unknown key can't name itself into another's ledger.
    subject.ledger_id = "~anonymous";
    return subject;
}

std::optional<Identified> Policy::identify(std::span<const std::string_view> credentials) const {
    config::Sha256 first_digest{};
    std::size_t first = credentials.size();  // that is not empty
    std::size_t known = 0;                   // the first that is a known key
    const config::Key* key = nullptr;
    bool several = false;
    bool names_disabled = false;
    for (std::size_t i = credentials.size(); i-- > 0;) {
        if (credentials[i].empty()) continue;
        first = i;
        first_digest = sha256_(credentials[i]);
        const auto found = index_->keys.find(first_digest);
        if (found == index_->keys.end()) continue;
        if (found->second->disabled) {
            names_disabled = true;
            continue;
        }
        several = several || (key != nullptr && key != found->second);
        key = found->second;
        known = i;
    }
    if (key != nullptr && (!several || known == first)) return Identified{subject_of(*key), known};
    if (names_disabled || config_->unknown_keys == config::UnknownKeys::reject) return std::nullopt;
    if (first == credentials.size()) return Identified{anonymous_subject(), 0};
    Subject subject = anonymous_subject();
    subject.id = name_by("unknown-", first_digest, 6);
    subject.ledger_id = name_by("~", first_digest, 16);
    return Identified{std::move(subject), first};
}

const config::Key* Policy::find_disabled(std::span<const std::string_view> credentials) const {
    for (const std::string_view credential : credentials) {
        if (credential.empty()) continue;
        const auto found = index_->keys.find(sha256_(credential));
        if (found != index_->keys.end() && found->second->disabled) return found->second;
    }
    return nullptr;
}

}  // namespace weir::policy
