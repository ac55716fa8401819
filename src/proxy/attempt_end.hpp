// How an attempt ended, as one word: what may follow, what is charged, and what the client is told depend on
// it. Pure.
#pragma once

#include <boost/system/error_code.hpp>
#include <cstdint>

#include "http/error.hpp"
#include "proxy/settlement.hpp"

namespace weir::proxy {

enum class AttemptEnd : std::uint8_t {
    /// No connection was made, in time or at all: nobody has seen a byte of the request, and another upstream
    /// may be tried.
    unreachable,
    /// A kept connection, which the upstream's host had closed before it took a byte of the request. The
    /// request may be sent again (RFC 9110 9.2.2: a means to know that it was not applied).
    stale,
    silent,       ///< it was given up for being too slow; the upstream may still be working
    broken,       ///< the connection broke, or ended before the answer did
    bad_answer,   ///< the answer is not HTTP as weir accepts it
    client_gone,  ///< nobody waits for an answer: never to be followed by another attempt
    answered,     ///< the head of an answer is there; what becomes of it is still to be decided
    whole         ///< the answer was received to its end
};

/// From what goes wrong with a connection that was made. REQUIRES: `error` is one.
AttemptEnd end_of(boost::system::error_code error) noexcept;
/// What the client is told. ok: `answered` and `whole` are no errors.
http_errc error_of(AttemptEnd end) noexcept;
/// What it means to the refund table. `was_sent`: the request, or a part of it.
Ending ending_of(AttemptEnd end, bool was_sent) noexcept;

}  // namespace weir::proxy
