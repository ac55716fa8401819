// Usage as Redis keeps it: which keys, which fields, which numbers (lua/exchange.lua). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/shared_state.hpp"

namespace weir {

using UsageWords = std::vector<std::string>;

/// A hash: writer -> its last sequence. One tag, so that Redis Cluster keeps all usage on one node.
inline constexpr std::string_view usage_written_key = "weir:1:{runtime}:usage";

/// A hash of one day: key and model -> sums.
std::string usage_day_key(std::int64_t day);
/// nullopt: not written by a weir.
std::optional<UsageIncrement> parse_usage(std::int64_t day, const std::string& field,
                                          const std::string& value);

/// A key's hours stand in hashes of five days each: 120 fields are few enough for Redis to keep them packed
/// (hash-max-listpack-entries), and five weeks of a key are eight look-ups.
std::int64_t hour_block_of(std::int64_t hour) noexcept;
std::string usage_hours_key(std::int64_t block, const std::string& key);
std::optional<HourIncrement> parse_hour(std::int64_t block, const std::string& key, const std::string& field,
                                        const std::string& value);

/// What exchange.lua is to be told of a batch: further keys, and arguments behind the batch's sequence.
void append_usage(const UsageBatch& batch, UsageWords& keys, UsageWords& arguments);

}  // namespace weir
