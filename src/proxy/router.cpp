// Sorts candidates by what is certain, then draws among those that are equals.
#include "proxy/router.hpp"

#include <algorithm>

namespace weir::proxy {

namespace {

using Candidates = boost::container::small_vector<Candidate, 8>;

/// Written so that what is no number counts as no headroom.
double bounded(double headroom) noexcept {
    return headroom > 0.0 ? std::min(headroom, 1.0) : 0.0;
}

Candidates those_that_are(Readiness readiness, std::span<const Candidate> candidates) {
    Candidates chosen;
    for (const Candidate& candidate : candidates) {
        if (candidate.readiness != readiness) continue;
        chosen.push_back(candidate);
        chosen.back().headroom = bounded(candidate.headroom);
    }
    return chosen;
}

/// How many of those left are equals of the first, which has the most headroom. `left` is sorted and not
/// empty.
std::size_t band_size(std::span<const Candidate> left) noexcept {
    constexpr double rounding = 1e-9;  // 0.8 is more than 0.1 above 0.7
    const double lowest = left.front().headroom - headroom_band - rounding;
    const auto end = std::find_if(left.begin(), left.end(), [&](const Candidate& candidate) {
        return candidate.priority != left.front().priority || candidate.headroom < lowest;
    });
    return static_cast<std::size_t>(end - left.begin());
}

/// The place of the one that is next. Equal chances where all weigh nothing.
std::size_t draw(std::span<const Candidate> band, std::mt19937_64& random) {
    if (band.size() == 1) return 0;
    std::uint64_t total = 0;
    for (const Candidate& candidate : band) total += candidate.weight;
    if (total == 0) return random() % band.size();
    std::uint64_t ticket = random() % total;
    std::size_t place = 0;
    while (ticket >= band[place].weight) ticket -= band[place++].weight;
    return place;
}

}  // namespace

CandidateOrder order_candidates(std::span<const Candidate> candidates, std::mt19937_64& random) {
    Candidates left = those_that_are(Readiness::ready, candidates);
    if (left.empty()) left = those_that_are(Readiness::ejected, candidates);
    std::sort(left.begin(), left.end(), [](const Candidate& a, const Candidate& b) {
        if (a.priority != b.priority) return a.priority < b.priority;
        if (a.headroom != b.headroom) return a.headroom > b.headroom;
        return a.index < b.index;  // the same draws end the same, however the caller lists them
    });
    CandidateOrder order;
    while (!left.empty()) {
        const std::span<const Candidate> rest(left.data(), left.size());
        const std::size_t place = draw(rest.first(band_size(rest)), random);
        order.push_back(rest[place].index);
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(place));
    }
    return order;
}

}  // namespace weir::proxy
