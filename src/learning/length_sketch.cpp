// Quantiles of decayed weights, interpolated within a size.
#include "learning/length_sketch.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace weir::learning {

namespace {

/// What one answer weighs. Instead of all others' getting lighter, its own gets heavier, until it is twice
/// this and all are halved.
constexpr std::uint16_t weight_unit = 64;

/// Upper bounds of the sizes.
template <std::size_t count>
constexpr std::array<std::int64_t, count> make_bounds() {
    std::array<std::int64_t, count> bounds{};
    std::int64_t bound = 0;
    for (std::int64_t& each : bounds) each = bound = std::max(bound + 1, (bound * 5 + 3) / 4);
    return bounds;
}
constexpr auto length_bounds = make_bounds<56>();

}  // namespace

template <std::size_t count>
void LengthSketch::Sizes<count>::add(std::size_t size, std::uint16_t weight) noexcept {
    constexpr int weight_max = 0xFFFF;
    weights[size] = static_cast<std::uint16_t>(std::min(weights[size] + weight, weight_max));
    last[next] = static_cast<std::uint8_t>(size);
    next = static_cast<std::uint8_t>((next + 1) % last_count);
    known = static_cast<std::uint8_t>(std::min<int>(known + 1, answers_min));
}

template <std::size_t count>
void LengthSketch::Sizes<count>::halve() noexcept {
    for (std::uint16_t& weight : weights) weight /= 2;
}

template <std::size_t count>
std::uint32_t LengthSketch::Sizes<count>::sum() const noexcept {
    return std::accumulate(weights.begin(), weights.end(), std::uint32_t{0});
}

/// 2.5: in the middle of the size with index 2.
template <std::size_t count>
double LengthSketch::Sizes<count>::place_of(double quantile) const noexcept {
    const double wanted = quantile * sum();
    const auto wanted_at_least = static_cast<std::uint32_t>(std::ceil(wanted));
    std::uint32_t passed = 0;
    for (std::size_t size = 0; size < count; ++size) {
        const std::uint32_t reached = passed + weights[size];
        if (weights[size] == 0 || reached < wanted_at_least) {
            passed = reached;
            continue;
        }
        return static_cast<double>(size) + std::max(wanted - passed, 0.0) / weights[size];
    }
    return static_cast<double>(count);
}

template <std::size_t count>
double LengthSketch::Sizes<count>::place_among_last(double quantile) const noexcept {
    std::array<std::uint8_t, last_count> sorted = last;
    const auto rank = std::clamp<std::ptrdiff_t>(
        static_cast<std::ptrdiff_t>(std::ceil(quantile * last_count)) - 1, 0, last_count - 1);
    std::nth_element(sorted.begin(), sorted.begin() + rank, sorted.end());
    return sorted[static_cast<std::size_t>(rank)] + 1.0;
}

template <std::size_t count>
int LengthSketch::Sizes<count>::last_from(std::uint8_t size) const noexcept {
    std::uint8_t found = 0;  // as narrow as what is compared, so that all are at once
    for (const std::uint8_t each : last) found = static_cast<std::uint8_t>(found + (each >= size ? 1 : 0));
    return found;
}

/// Of n answers n (1 - q) lie above the quantile q, give or take a deviation of sqrt(n q (1 - q)): three
/// deviations more are no chance.
template <std::size_t count>
double LengthSketch::Sizes<count>::likely_place_of(double quantile) const noexcept {
    const double place = place_of(quantile);
    const double above = last_count * (1 - quantile);
    const double deviation = std::sqrt(above * quantile);
    const bool has_grown = last_from(static_cast<std::uint8_t>(place + 1)) > above + 3 * deviation;
    return has_grown ? std::max(place, place_among_last(quantile)) : place;
}

std::size_t LengthSketch::size_of(std::int64_t length) noexcept {
    const auto bound = std::lower_bound(length_bounds.begin(), length_bounds.end() - 1, length);
    return static_cast<std::size_t>(bound - length_bounds.begin());
}

/// The last part is from four fifths of the bound to all of it, the one before is four fifths of that, and
/// so on.
std::size_t LengthSketch::part_of(std::int64_t length, std::int64_t bound) noexcept {
    const double part =
        static_cast<double>(std::clamp<std::int64_t>(length, 1, bound)) / static_cast<double>(bound);
    const double below_all = std::floor(-std::log(part) / std::log(1.25));
    return part_count - 1 - static_cast<std::size_t>(std::min(below_all, part_count - 1.0));
}

double LengthSketch::length_at(double place) noexcept {
    const auto size = static_cast<std::size_t>(std::min(place, size_count - 1.0));
    const double low = size == 0 ? 0.0 : static_cast<double>(length_bounds[size - 1]);
    const double high = static_cast<double>(length_bounds[size]);
    return low + (high - low) * std::min(place - static_cast<double>(size), 1.0);
}

double LengthSketch::part_at(double place) noexcept {
    return std::pow(1.25, place - static_cast<double>(part_count));
}

double LengthSketch::by_length(double quantile) const noexcept {
    return length_at(lengths_.likely_place_of(quantile));
}

double LengthSketch::by_part(double quantile, std::int64_t bound) const noexcept {
    return part_at(parts_.likely_place_of(quantile)) * static_cast<double>(bound);
}

/// By the loss whose mean is least for the true quantile: what was too much counts little, what was missing
/// counts much.
void LengthSketch::judge(std::int64_t length, std::int64_t bound) noexcept {
    constexpr double quantile = 0.9, weight_of_newest = 1.0 / 64;
    const auto note = [&](float& mean, double reserved) {
        const double over = std::min(reserved, static_cast<double>(bound)) - static_cast<double>(length);
        const double loss = over > 0 ? over * (1 - quantile) : -over * quantile;
        mean += static_cast<float>((loss - static_cast<double>(mean)) * weight_of_newest);
    };
    note(loss_by_length_, by_length(quantile));
    note(loss_by_part_, by_part(quantile, bound));
}

void LengthSketch::learn(std::int64_t length, std::optional<std::int64_t> bound) noexcept {
    const auto weight =
        static_cast<std::uint16_t>(weight_unit + weight_unit * since_halved_ / half_life_answers);
    const bool has_bound = bound && *bound > 0;
    if (has_bound && parts_.known >= answers_min) judge(std::clamp<std::int64_t>(length, 1, *bound), *bound);
    lengths_.add(size_of(std::max<std::int64_t>(length, 1)), weight);
    if (has_bound) parts_.add(part_of(length, *bound), weight);
    if (++since_halved_ < half_life_answers) return;
    since_halved_ = 0;
    lengths_.halve();
    parts_.halve();
}

std::int64_t LengthSketch::quantile(double quantile, std::optional<std::int64_t> bound) const noexcept {
    const bool is_by_part = bound && parts_.known >= answers_min && loss_by_part_ < loss_by_length_;
    const double tokens = is_by_part ? by_part(quantile, *bound) : by_length(quantile);
    return std::max<std::int64_t>(static_cast<std::int64_t>(std::ceil(tokens)), 1);
}

std::int64_t LengthSketch::more_after(std::int64_t produced) const noexcept {
    Sizes<size_count> longer = lengths_;
    const std::size_t reached = size_of(std::max<std::int64_t>(produced, 1));
    std::fill_n(longer.weights.begin(), reached + 1, std::uint16_t{0});
    if (longer.sum() == 0) return 0;
    const double likely = length_at(longer.place_of(0.5));
    return std::max<std::int64_t>(static_cast<std::int64_t>(std::ceil(likely)) - produced, 1);
}

}  // namespace weir::learning
