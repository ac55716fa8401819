// What is wrong with a configuration, collected in any order and told in the document's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/config.hpp"

namespace weir::config {

/// Keeps the first `told_max` in the order of the document, and counts the others.
class Mistakes {
public:
    static constexpr std::size_t told_max = 100;
    // What stands outside the document comes after it.
    static constexpr std::size_t in_environment = SIZE_MAX - 1;
    static constexpr std::size_t in_flags = SIZE_MAX;

    /// `position` of the JSON value that it is about, or one of the above.
    void add(std::size_t position, std::string where, std::string message);

    /// In order, with a last one that tells how many more there were.
    std::vector<Mistake> in_order() const;

private:
    std::map<std::pair<std::size_t, std::size_t>, Mistake> first_;  // by position, then by arrival
    std::size_t count_ = 0;
};

}  // namespace weir::config
