// A list and a bounded set, both under one lock.
#include "mock_upstream/fleet.hpp"

#include <algorithm>

#include "mock_upstream/provider.hpp"

namespace weir::mock {

namespace {
constexpr std::size_t ids_max = 1'000'000;
}

void Fleet::join(Provider& provider) {
    const std::lock_guard lock(mutex_);
    providers_.push_back(&provider);
}

void Fleet::leave(Provider& provider) {
    const std::lock_guard lock(mutex_);
    std::erase(providers_, &provider);
}

std::vector<MockStats> Fleet::stats() const {
    const std::lock_guard lock(mutex_);
    std::vector<MockStats> all;
    for (const Provider* provider : providers_) all.push_back(provider->stats());
    return all;
}

bool Fleet::execute(std::string_view id) {
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = ids_.emplace(id);
    if (!is_new) return false;
    oldest_first_.push_back(&*place);
    if (oldest_first_.size() > ids_max) {
        ids_.erase(ids_.find(*oldest_first_.front()));
        oldest_first_.pop_front();
    }
    return true;
}

}  // namespace weir::mock
