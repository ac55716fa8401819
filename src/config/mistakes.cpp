// A sorted map that forgets its last entry.
#include "config/mistakes.hpp"

namespace weir::config {

void Mistakes::add(std::size_t position, std::string where, std::string message) {
    first_.emplace(std::pair(position, count_++), Mistake{std::move(where), std::move(message)});
    if (first_.size() > told_max) first_.erase(std::prev(first_.end()));
}

std::vector<Mistake> Mistakes::in_order() const {
    std::vector<Mistake> mistakes;
    for (const auto& [order, mistake] : first_) mistakes.push_back(mistake);
    if (count_ > first_.size()) {
        mistakes.push_back({"$", "and " + std::to_string(count_ - first_.size()) + " more mistakes"});
    }
    return mistakes;
}

}  // namespace weir::config
