// How much more or less tokens were counted than were estimated, from many answers. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace weir::learning {

/// What many answers say together.
struct Ratio {
    double ratio = 1.0;   ///< counted by estimated
    double weight = 0.0;  ///< tokens that it rests on, the old ones faded
    double answers = 0.0;
};

/// Ratios by size, and of each size their weight and weighted sum: so a mean can leave out what lies far
/// from the median, and one request in fifty that is off tenfold changes nothing. A long request weighs more
/// than a short one, up to `tokens_max`; an answer weighs a half after `half_life_answers` others, and after
/// `half_life_us`. One thread, or a lock of the caller's.
class RatioSums {
public:
    static constexpr double half_life_answers = 200;
    static constexpr std::int64_t half_life_us = 7LL * 24 * 3'600 * 1'000'000;
    static constexpr double tokens_max = 2'000;
    static constexpr double answers_max = 1'000;  ///< are counted; more would say nothing more
    static constexpr double ratio_min = 0.25, ratio_max = 4.0;

    /// One answer. REQUIRES: estimated > 0.
    void add(std::int64_t estimated, std::int64_t actual, std::int64_t now_us) noexcept;
    /// What was learned earlier, as one sum.
    void add(const Ratio& earlier, std::int64_t now_us) noexcept;

    /// Without what lies further than a factor of about 1.7 from the median. No weight: there is nothing yet.
    Ratio mean() const noexcept;
    /// The same, faded to that time.
    Ratio mean(std::int64_t now_us) const noexcept;

private:
    /// Each 2^(1/4) times the one before; the first and the last hold what lies beyond the bounds.
    static constexpr std::size_t size_count = 18;
    static constexpr std::size_t band = 3;  ///< sizes on each side of the median's
    static std::size_t size_of(double ratio) noexcept;
    void fade_to(std::int64_t now_us) noexcept;
    void put(double ratio, double weight) noexcept;

    std::array<float, size_count> weights_{};
    std::array<float, size_count> sums_{};  ///< of weight times ratio
    double answers_ = 0;                    ///< faded by time alone
    std::int64_t faded_to_us_ = 0;          ///< 0: nothing was added yet
};

}  // namespace weir::learning
