// The seeds go round; a named server comes between.
#include "redis/seed_list.hpp"

#include <utility>

namespace weir::redis {

std::vector<Server> seeds_of(const RedisAddress& address) {
    std::vector<Server> seeds;
    for (const auto& [host, port] : address.cluster) seeds.push_back({host, port});
    return seeds;
}

SeedList::SeedList(std::vector<Server> seeds) : seeds_(std::move(seeds)) {}

Server SeedList::next() {
    if (named_) return *std::exchange(named_, std::nullopt);
    if (seeds_.empty()) return {};
    const Server& seed = seeds_[next_seed_];
    next_seed_ = (next_seed_ + 1) % seeds_.size();
    return seed;
}

void SeedList::go_to(Server server) {
    named_ = std::move(server);
}

}  // namespace weir::redis
