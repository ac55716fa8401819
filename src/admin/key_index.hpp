// The configured keys by id, and who uses which tier and group: made once for each configuration in force.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "admin/control.hpp"

namespace weir::admin {

/// Immutable. Points into the configuration, which it keeps alive.
class KeyIndex {
public:
    explicit KeyIndex(Snapshot snapshot);

    const Snapshot& snapshot() const noexcept { return snapshot_; }
    const config::Config& config() const noexcept { return snapshot_.policy->config(); }
    const config::Config& file() const noexcept { return snapshot_.file->config; }

    using Keys = std::vector<const config::Key*>;
    /// In force, by id.
    const Keys& keys() const noexcept { return keys_; }
    /// The first whose id comes behind it.
    std::size_t position_behind(std::string_view id) const noexcept;
    /// nullptr: there is none.
    const config::Key* find(std::string_view id) const noexcept { return find_in(keys_, id); }
    const config::Key* find_in_file(std::string_view id) const noexcept { return find_in(file_keys_, id); }
    /// The layer's document of that path; nullptr: there is none.
    const std::string* document(std::string_view path) const;

    struct Users {
        std::size_t count = 0;
        std::vector<std::string_view> first;  ///< up to five
    };
    const Users& users_of_tier(std::string_view tier) const noexcept { return users_in(tiers_, tier); }
    const Users& users_of_group(std::string_view group) const noexcept { return users_in(groups_, group); }

private:
    using UsersByName = std::map<std::string_view, Users>;
    static Keys sorted(const std::vector<config::Key>& keys);
    static const config::Key* find_in(const Keys& keys, std::string_view id) noexcept;
    static const Users& users_in(const UsersByName& users, std::string_view name) noexcept;

    Snapshot snapshot_;
    Keys keys_;
    Keys file_keys_;
    UsersByName tiers_;
    UsersByName groups_;
};

/// Keeps the newest.
class KeyIndexes {
public:
    std::shared_ptr<const KeyIndex> of(Snapshot snapshot);

private:
    std::shared_ptr<const KeyIndex> newest_;
};

}  // namespace weir::admin
