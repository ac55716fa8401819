// Sorting pointers to 50,000 keys takes milliseconds, and happens once per change.
#include "admin/key_index.hpp"

#include <algorithm>

namespace weir::admin {

namespace {

constexpr std::size_t told_users_max = 5;

bool is_before(const config::Key* key, std::string_view id) noexcept {
    return key->id < id;
}

}  // namespace

KeyIndex::KeyIndex(Snapshot snapshot) : snapshot_(std::move(snapshot)) {
    keys_ = sorted(config().keys);
    file_keys_ = sorted(file().keys);
    for (const config::Key* key : keys_) {
        for (Users* users : {&tiers_[key->tier], &groups_[key->group]}) {
            ++users->count;
            if (users->first.size() < told_users_max) users->first.push_back(key->id);
        }
    }
}

KeyIndex::Keys KeyIndex::sorted(const std::vector<config::Key>& keys) {
    Keys pointers;
    pointers.reserve(keys.size());
    for (const config::Key& key : keys) pointers.push_back(&key);
    std::sort(pointers.begin(), pointers.end(),
              [](const config::Key* left, const config::Key* right) { return left->id < right->id; });
    return pointers;
}

std::size_t KeyIndex::position_behind(std::string_view id) const noexcept {
    const auto found =
        std::upper_bound(keys_.begin(), keys_.end(), id,
                         [](std::string_view text, const config::Key* key) { return text < key->id; });
    return static_cast<std::size_t>(found - keys_.begin());
}

const config::Key* KeyIndex::find_in(const Keys& keys, std::string_view id) noexcept {
    const auto found = std::lower_bound(keys.begin(), keys.end(), id, is_before);
    return found == keys.end() || (*found)->id != id ? nullptr : *found;
}

const std::string* KeyIndex::document(std::string_view path) const {
    const auto& documents = snapshot_.layer->documents().documents;
    const auto found = documents.find(path);
    return found == documents.end() ? nullptr : &found->second;
}

const KeyIndex::Users& KeyIndex::users_in(const UsersByName& users, std::string_view name) noexcept {
    static const Users nobody;
    const auto found = users.find(name);
    return found == users.end() ? nobody : found->second;
}

std::shared_ptr<const KeyIndex> KeyIndexes::of(Snapshot snapshot) {
    const bool is_newest = newest_ != nullptr && newest_->snapshot().policy == snapshot.policy &&
                           newest_->snapshot().file == snapshot.file &&
                           newest_->snapshot().layer == snapshot.layer;
    if (!is_newest) newest_ = std::make_shared<const KeyIndex>(std::move(snapshot));
    return newest_;
}

}  // namespace weir::admin
