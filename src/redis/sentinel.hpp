// What sentinels are asked, and what they answer
// (https://redis.io/docs/latest/develop/reference/sentinel-clients/). Pure.
#pragma once

#include <cstdint>
#include <string>

#include "redis/reply.hpp"

namespace weir::redis {

/// Where the master of that name is.
Command ask_for_master(const std::string& name);
/// The answer to it; false where the sentinel does not know the master.
bool read_master_address(const Reply& reply, std::string& host, std::uint16_t& port);

}  // namespace weir::redis
