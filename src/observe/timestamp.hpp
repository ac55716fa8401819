// Times as people read them in logs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::observe {

/// "2026-11-26T03:16:46.123456Z" (RFC 3339, UTC).
void append_timestamp(std::string& out, std::int64_t time_us);

}  // namespace weir::observe
