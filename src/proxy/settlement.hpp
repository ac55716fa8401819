// From how a request ended to what is charged for it: the refund table. Pure.
#pragma once

#include <cstdint>

#include "llm/usage_tap.hpp"
#include "weir/limit.hpp"

namespace weir::proxy {

enum class Ending : std::uint8_t {
    whole,            ///< the upstream's answer was received to its end
    never_sent,       ///< no connection to the upstream was made
    upstream_broken,  ///< its connection broke, or its answer was malformed
    upstream_silent,  ///< it was given up for being too slow; it may still be working
    client_gone       ///< the client left, and the connection to the upstream was closed
};

struct EndingFacts {
    Ending ending = Ending::whole;
    int status = 0;  ///< the upstream's; 0: no head was received
    llm::TappedUsage usage{};
    double cached_input_weight = 1.0;
    /// A response was asked for that the upstream makes in the background: it stays at it, whoever leaves.
    bool in_background = false;
};

/// How many tokens a request took, for logs and totals: as reported; what nobody reported, as it is charged.
struct Spent {
    std::int64_t input_tokens = 0;           ///< before `cached_input_weight`
    std::int64_t cached_input_tokens = 0;    ///< of these, as reported
    std::int64_t weighted_input_tokens = 0;  ///< after `cached_input_weight`
    std::int64_t output_tokens = 0;
};

/// A response in the background that the upstream may go on with, since it was sent to it and its end was not
/// read. By its id, where that was read, it can be waited for.
bool may_be_worked_on(const EndingFacts& facts) noexcept;

/// Rules, in this order:
///   no connection                          everything is given back
///   it may be worked on in the background  what was reserved is charged
///   4xx, 503, 529, redirects, or 200 with  the request stays, tokens are given back
///   nothing but an error
///   usage was reported to its end          charged exactly, however it ended afterwards
///   output was reported, input was not     output as reported, input as estimated
///   whole, nothing reported                what was reserved is charged
///   another 5xx, or the connection broke,  request and input stay, output that was not seen is released
///   or the answer ends in an error
///   client gone, or upstream silent        the same, but unseen output stays reserved until its lease ends
Usage settle_by(const EndingFacts& facts) noexcept;
/// The same for the books. Output that is left to run out was seen by nobody, and is no part of it.
Spent spent_by(const EndingFacts& facts, const Demand& reserved) noexcept;
/// What of it is free again, at least: not what is left to run out.
Amounts given_back_by(const Usage& usage, const Spent& spent, const Demand& reserved) noexcept;
/// Nobody ever said what became of it.
Spent spent_as_reserved(const Demand& reserved) noexcept;

}  // namespace weir::proxy
