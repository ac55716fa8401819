// Why a message is refused.
#pragma once

#include <string_view>

#include "http/error.hpp"

namespace weir::http {

/// Refused, and why in words that may go to the client.
struct Objection {
    http_errc code = http_errc::ok;
    std::string_view reason;
    explicit operator bool() const noexcept { return code != http_errc::ok; }
};

}  // namespace weir::http
