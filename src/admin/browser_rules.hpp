// What a page of another site could make an operator's browser do, and why it can't. Pure.
#pragma once

#include <string_view>

namespace weir::admin {

/// The host of `Host` is this machine as seen from itself: a loopback address or a name that only means that.
/// A name of somebody else's that was made to point here (DNS rebinding) is none. Empty ones are, for
/// browsers always send one.
bool is_loopback_host(std::string_view host);

/// The origin is that of the page that this very listener serves under the name that the client used.
bool is_own_origin(std::string_view origin, std::string_view host) noexcept;

}  // namespace weir::admin
