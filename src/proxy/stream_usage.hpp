// Which models of which upstreams refuse the `stream_options` that weir adds, as far as their answers have shown.
#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace weir::proxy {

/// Learned anew after a restart. Any thread.
class StreamUsageRefusals {
public:
    /// More are not remembered: their streams go on being sent twice.
    static constexpr std::size_t remembered_max = 10'000;

    bool contains(std::string_view upstream, std::string_view model) const {
        const std::lock_guard lock(mutex_);
        return !refusals_.empty() && refusals_.contains({std::string(upstream), std::string(model)});
    }
    void add(std::string_view upstream, std::string_view model) {
        const std::lock_guard lock(mutex_);
        if (refusals_.size() < remembered_max) refusals_.emplace(upstream, model);
    }

private:
    mutable std::mutex mutex_;
    std::set<std::pair<std::string, std::string>> refusals_;
};

}  // namespace weir::proxy
