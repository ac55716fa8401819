// The words behind a status in the first line of an answer.
#pragma once

#include <string_view>

namespace weir::http {

/// As RFC 9110, 15 has them; empty where it has none.
std::string_view reason_of(int status) noexcept;

}  // namespace weir::http
