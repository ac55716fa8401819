// What follows from how one upstream served a request: whether another is asked, and what it says of the
// first one's health. Pure.
#pragma once

#include <cstdint>

#include "proxy/attempt_end.hpp"

namespace weir::proxy {

/// How an attempt ended before a byte of its answer was passed on.
struct Failed {
    AttemptEnd end = AttemptEnd::unreachable;
    int status = 0;  ///< where it was answered
    /// All of the request has gone out, so that the upstream may have done what it was asked.
    bool is_sent_whole = false;
    /// GET, HEAD and OPTIONS ask for nothing that would matter if it were done twice (RFC 9110 9.2.1).
    bool is_safe = false;
};

/// Another upstream may do better: it could not be reached, had no room, failed, or said nothing.
///   no connection, a request cut short   yes
///   429, 500, 502, 503, 504, 529         yes: the provider says itself that it has not served it
///   silent, broken, no HTTP              where it is safe, or `after_send` allows it
///   any other answer, the client left    no
bool may_ask_another(const Failed& failed, bool after_send) noexcept;

/// What an attempt tells of its upstream's health.
enum class Sign : std::uint8_t {
    well,     ///< it answers; a refusal by a limit is an answer, too
    failing,  ///< no connection, no answer, or one that says so
    nothing   ///< the client left before anything was known
};
/// `end`: also `answered` and what comes after it. `status`: 0 where no head was received.
Sign sign_of(AttemptEnd end, int status) noexcept;

}  // namespace weir::proxy
