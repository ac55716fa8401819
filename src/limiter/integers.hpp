// What scripts answer: integers, flat. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "redis/reply.hpp"

namespace weir {

/// Numbers that scripts tell are exact in Lua's doubles (lua/window.lua), so that no time and no sum that is
/// made of them overflows.
inline constexpr std::int64_t script_integer_max = (std::int64_t{1} << 53) - 1;

/// The elements of an array of such integers, positive or negative; nullopt: the reply is something else.
std::optional<std::vector<std::int64_t>> integers_of(const redis::Reply& reply);

}  // namespace weir
