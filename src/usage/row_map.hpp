// Rows by name, found by views of the name: a row that is there is found without an allocation. And the
// bounds on how many rows there are, since names come from clients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "usage/totals.hpp"

namespace weir::usage {

/// What rows are counted under that there is no room for.
inline constexpr std::string_view other = "(other)";
/// Models that one key has on one day; the rest is summed under "(other)", so that the key's own sum stays.
inline constexpr std::size_t models_max = 1'000;

struct NameView {
    std::int64_t day = 0;
    std::string_view key;
    std::string_view model;
    int hour = whole_day;

    bool operator==(const NameView&) const noexcept = default;
};

struct Name {
    std::int64_t day = 0;
    std::string key;
    std::string model;
    int hour = whole_day;

    explicit Name(const NameView& name) : day(name.day), key(name.key), model(name.model), hour(name.hour) {}
    operator NameView() const noexcept {
        return {day, key, model, hour};
    }  // NOLINT: meant to be taken for it
};

/// Seeded anew in each process: nobody outside can choose names that collide. Not noexcept, for with that
/// libstdc++ would reckon hashes again where it can keep them.
struct NameHash {
    using is_transparent = void;
    std::size_t operator()(const NameView& name) const;
};

struct NameEqual {
    using is_transparent = void;
    bool operator()(const NameView& a, const NameView& b) const noexcept { return a == b; }
};

template <typename Value>
using RowMap = std::unordered_map<Name, Value, NameHash, NameEqual>;

/// Under which name a new row goes, where `rows` of at most `rows_max` are there, `models` of them of its key
/// and day. Keys that no configuration names get half of the room, and so do hours: whoever sends random keys
/// takes none from those that are known, and nothing takes any from the days.
NameView name_with_room(const NameView& wanted, std::size_t rows, std::size_t rows_max, std::size_t models);

}  // namespace weir::usage
