// What the status of an answer says.
#pragma once

#include <string_view>

namespace weir::http {

/// 2xx (RFC 9110, 15.3).
constexpr bool is_success(int status) noexcept {
    return status >= 200 && status < 300;
}

/// The words behind it in the first line, as RFC 9110, 15 has them; empty where it has none.
std::string_view reason_of(int status) noexcept;

}  // namespace weir::http
