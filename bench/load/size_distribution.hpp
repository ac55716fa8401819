// How large requests are: always the same, or drawn from a distribution.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <variant>

namespace weir::load {

struct Fixed {
    std::uint64_t value = 0;
};
struct Uniform {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
};
/// The logarithm is normally distributed: half of the values lie below the median, sigma 0.5 puts 95 % of
/// them between 0.38 and 2.7 times the median.
struct Lognormal {
    double median = 0;
    double sigma = 0;
};

using SizeDistribution = std::variant<Fixed, Uniform, Lognormal>;

constexpr std::uint64_t size_max = 10'000'000;

/// "200", "uniform:50..400" or "lognormal:200,0.5". What is wrong comes back as a text; empty: nothing.
std::string parse_size(std::string_view text, SizeDistribution& size);

/// As parse_size reads it.
std::string text_of(const SizeDistribution& size);

bool varies(const SizeDistribution& size);
/// From 1 (0 where the size is fixed at 0) to size_max.
std::uint64_t draw(const SizeDistribution& size, std::mt19937_64& random);

}  // namespace weir::load
