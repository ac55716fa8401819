// What the host of a URL tells of the provider behind it.
#pragma once

#include "config/config.hpp"

namespace weir::config {

struct Provider {
    KeyHeader key_header = KeyHeader::automatic;
    ServedDialects serves;
    bool is_azure = false;
};

/// nullptr where the host is nobody's that is known: it may be any server, or a proxy before any provider.
const Provider* provider_of(const Url& url);

/// The upstream gets a key of weir's own, whatever key the caller has sent.
bool has_own_key(const Upstream& upstream) noexcept;

}  // namespace weir::config
