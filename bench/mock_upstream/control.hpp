// What is served below /mock/: how people and tests look at a provider, and break it by hand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mock_upstream/provider.hpp"

namespace weir::mock {

inline constexpr std::string_view control_prefix = "/mock/";

struct ControlAnswer {
    unsigned status = 200;
    std::string_view content_type = "text/plain";
    std::string body{};
    bool mode_changed = false;  ///< the sockets have to follow before this is answered
};

/// `now_us` is of a clock that never steps.
ControlAnswer control(Provider& provider, std::string_view method, std::string_view target,
                      std::string_view body, std::int64_t now_us);

}  // namespace weir::mock
