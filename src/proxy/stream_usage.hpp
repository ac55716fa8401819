// Which upstreams refuse the `stream_options` that weir adds, as far as their answers have shown.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace weir::proxy {

/// Learned anew after a restart; bounded by the number of upstreams. Any thread.
class StreamUsageRefusals {
public:
    bool contains(std::string_view upstream) const {
        const std::lock_guard lock(mutex_);
        return refusals_.contains(upstream);
    }
    void add(std::string_view upstream) {
        const std::lock_guard lock(mutex_);
        refusals_.emplace(upstream);
    }

private:
    mutable std::mutex mutex_;
    std::set<std::string, std::less<>> refusals_;
};

}  // namespace weir::proxy
