// Hashes of whole names, and where a name goes that has no room.
#include "usage/row_map.hpp"

#include "text/seeded_hash.hpp"

namespace weir::usage {

namespace {

bool is_of_unknown_key(std::string_view key) noexcept {
    return key.starts_with("unknown-");
}

}  // namespace

std::size_t NameHash::operator()(const NameView& name) const {
    const std::int64_t period = name.day * 32 + name.hour;
    const std::uint64_t of_key = text::seeded_hash(name.key, static_cast<std::uint64_t>(period));
    return text::seeded_hash(name.model, of_key);
}

NameView name_with_room(const NameView& wanted, std::size_t rows, std::size_t rows_max, std::size_t models) {
    const bool has_half = is_of_unknown_key(wanted.key) || wanted.hour != whole_day;
    if (rows >= (has_half ? rows_max / 2 : rows_max)) return {wanted.day, other, other, wanted.hour};
    if (models >= models_max) return {wanted.day, wanted.key, other, wanted.hour};
    return wanted;
}

}  // namespace weir::usage
