// The certificate toward clients.
#pragma once

#include <vector>

#include "config/config.hpp"
#include "proxy/listener.hpp"

namespace weir::app {

/// nullptr where TLS is off. Throws std::runtime_error, which names the file, where one can't be used.
proxy::TlsContext load_tls(const config::Config& config);

/// What `load_tls` would throw, as a mistake of the configuration.
std::vector<config::Mistake> mistakes_in_tls(const config::Config& config);

}  // namespace weir::app
