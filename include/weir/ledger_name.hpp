// Which ledger it is, and what stores find it by.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace weir {

/// Made once for whatever the configuration names, so that no request pays for it. Immutable.
class LedgerName {
public:
    LedgerName() : LedgerName(std::string_view()) {}
    /// `name`: unique in its store, "<scope>:<id>:<window in us>[-shadow]", of requests in flight
    /// "<scope>:<id>:in_flight[-shadow]". `tenant_tag`: 1 to 16 letters and
    /// digits; a shared store keeps the ledgers of one tag together.
    explicit LedgerName(std::string_view name, std::string_view tenant_tag = "0");
    template <std::convertible_to<std::string_view> Text>
    // NOLINTNEXTLINE(google-explicit-constructor): a name without a tenant is just text
    LedgerName(const Text& name) : LedgerName(std::string_view(name)) {}

    std::string_view name() const noexcept { return std::string_view(key_).substr(name_begins_); }
    std::string_view tenant_tag() const noexcept;
    /// "weir:2:{<tenant_tag>}:<name>": 2 is the version of the stored shape; what stands in braces decides
    /// the slot on Redis Cluster.
    const std::string& key() const noexcept { return key_; }
    /// Of the key. Of this process alone: seeded, since clients choose the names of unknown keys.
    std::size_t hash() const noexcept { return hash_; }

    bool operator==(const LedgerName& other) const noexcept { return key_ == other.key_; }

private:
    std::string key_;
    std::size_t name_begins_;
    std::size_t hash_;
};

}  // namespace weir
