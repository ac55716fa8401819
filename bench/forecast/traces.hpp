// Invented histories of a key by hours, of the kinds that real ones are made of. Pure: a kind and a seed give
// the same trace everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weir::forecast_judge {

struct Trace {
    std::vector<double> values;     ///< by hour, from a Monday's midnight on
    std::vector<bool> was_watched;  ///< false: weir was down, the value is 0, and nobody is judged by it
};

struct Kind {
    std::string_view name;
    std::string_view about;
    Trace (*make)(std::uint32_t seed, std::size_t hours);
    bool is_seasonal = false;   ///< the bar is for these
    std::size_t history = 840;  ///< hours that are known when it is foretold
};

/// The kinds in the order of the table.
const std::vector<Kind>& kinds();

}  // namespace weir::forecast_judge
