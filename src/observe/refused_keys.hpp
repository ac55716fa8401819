// Which limit refused a key last, as one io thread has seen it since somebody came for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "text/seeded_hash.hpp"

namespace weir::observe {

struct RefusedKey {
    std::string id;
    std::string limit_name;  ///< "key/output_tokens/1m"
    std::int64_t limit = 0;
};

/// One thread. Bounded: of more keys than that, some go untold until the next time.
class RefusedKeys {
public:
    static constexpr std::size_t keys_max = 1'000;

    void note(std::string_view id, std::string_view limit_name, std::int64_t limit) {
        auto found = keys_.find(id);
        if (found == keys_.end()) {
            if (keys_.size() >= keys_max) return;
            found = keys_.emplace(id, RefusedKey{.id = std::string(id), .limit_name = {}, .limit = 0}).first;
        }
        found->second.limit_name = limit_name;
        found->second.limit = limit;
    }
    /// Hands them out, each once.
    std::vector<RefusedKey> take() {
        std::vector<RefusedKey> taken;
        taken.reserve(keys_.size());
        for (auto& [id, key] : keys_) taken.push_back(std::move(key));
        keys_.clear();
        return taken;
    }

private:
    std::unordered_map<std::string, RefusedKey, text::SeededHash, std::equal_to<>> keys_;
};

}  // namespace weir::observe
