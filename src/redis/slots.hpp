// Which slot of a Redis Cluster a key lies in
// (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::redis {

inline constexpr std::size_t slot_count = 16'384;

/// The CRC16 of the key, or of its tag alone: what stands between the first `{` and the next `}`, unless that
/// is nothing. So keys of one tag share a slot. Less than `slot_count`.
std::uint16_t slot_of(std::string_view key) noexcept;

}  // namespace weir::redis
