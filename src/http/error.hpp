// What can go wrong on connections to clients and upstreams, as error codes. How a client hears of it is
// decided in proxy/ and admin/.
#pragma once

#include <boost/system/error_code.hpp>

namespace weir {

enum class http_errc {
    ok = 0,
    // the client's message
    bad_request,              ///< breaks a rule of HTTP
    header_too_large,         ///< too many bytes or fields before the body
    target_too_long,          ///< the request target alone is too long
    method_not_allowed,       ///< CONNECT, TRACE
    expectation_failed,       ///< an Expect other than 100-continue
    body_too_large,           ///< more than max_body_bytes
    request_timeout,          ///< header or body came too slowly
    too_many_buffered_bytes,  ///< all bodies together exceed max_buffered_bytes
    too_many_connections,     ///< above max_connections
    overloaded,               ///< waited too long for its turn
    draining,                 ///< this server is about to end
    // the upstream
    upstream_unreachable,  ///< resolve, connect or TLS failed: no byte of the request can have been processed
    upstream_timeout,      ///< connected, but silent for too long
    upstream_broken,       ///< closed or reset before its answer was complete
    upstream_bad_answer,   ///< answered something that is not HTTP as we accept it
    // the connection to the client
    client_gone,  ///< closed, reset, or stopped reading
};

const boost::system::error_category& http_category() noexcept;

inline boost::system::error_code make_error_code(http_errc code) noexcept {
    return {static_cast<int>(code), http_category()};
}

}  // namespace weir

template <>
struct boost::system::is_error_code_enum<weir::http_errc> : std::true_type {};
