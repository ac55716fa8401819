// In which order one request asks the upstreams that could serve it. Pure.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace weir::proxy {

/// Whether a candidate may be asked now.
enum class Readiness : std::uint8_t {
    ready,    ///< also when it would be the one probe that a half-open upstream waits for
    ejected,  ///< found unhealthy, or its one probe is under way: asked only where nobody is ready
    asleep    ///< it said itself when to come back: never asked
};

/// An upstream that serves the dialect and the model of a request.
struct Candidate {
    std::size_t index = 0;      ///< the caller's name for it
    std::int64_t priority = 0;  ///< lower first
    std::uint32_t weight = 1;  ///< its share among equals; 0: only when the others of its band had their turn
    /// The smallest remaining/limit over the dimensions that the request demands, as last seen; 1 where
    /// nothing is known or limited. What lies outside 0..1 counts as the nearer end.
    double headroom = 1.0;
    Readiness readiness = Readiness::ready;
};

/// So close to the most headroom that is left, candidates count as equals: as last seen is never exact.
inline constexpr double headroom_band = 0.10;

/// Indexes of candidates, the one to ask first in front; each once.
using CandidateOrder = boost::container::small_vector<std::size_t, 8>;

/// All that are ready; where none is, all that are ejected, as a failing upstream may have recovered and
/// nobody else can help. Empty: all are asleep.
///
/// Lower priority first. Of one priority, those within `headroom_band` of the most headroom left are one
/// band, and a draw by weight says who of them is next; then the same of those that are left.
///
/// `random` says how the draws end, and advances only where there is something to draw. Does not allocate for
/// up to 8 candidates. Any thread, each with its own `random`.
CandidateOrder order_candidates(std::span<const Candidate> candidates, std::mt19937_64& random);

}  // namespace weir::proxy
