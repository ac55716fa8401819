// How long the answers to one kind of request have been lately, in less than 200 bytes. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace weir::learning {

/// Lengths by size, each a quarter above the one before: exact below 5 tokens, within a quarter above. Beside
/// them the parts of the request's own bound that answers took, where it gave one. An answer weighs a half
/// after `half_life_answers` others. The last few stand apart: where too many of them lie above what all say,
/// the answers have become longer, and the last few decide. Time alone makes nothing fade.
///
/// One thread, or a lock of the caller's. Tokens.
class LengthSketch {
public:
    static constexpr std::uint16_t half_life_answers = 200;
    static constexpr std::uint16_t answers_min = 20;  ///< with fewer nothing is known
    static constexpr std::size_t last_count = 16;

    /// The answer took so many. `bound`: what the request itself allowed.
    void learn(std::int64_t length, std::optional<std::int64_t> bound) noexcept;
    bool is_known() const noexcept { return lengths_.known >= answers_min; }

    /// So many or fewer the part `quantile` of answers take, of a request with that bound. Of the two ways to
    /// tell, by length and by part of the bound, the one that has come closer lately. At least 1.
    /// REQUIRES: is_known().
    std::int64_t quantile(double quantile, std::optional<std::int64_t> bound) const noexcept;

    /// Of an answer that has taken `produced` already: how many more are as likely as not. 0: none was ever
    /// that long.
    std::int64_t more_after(std::int64_t produced) const noexcept;

private:
    static constexpr std::size_t size_count = 56;
    static constexpr std::size_t part_count = 16;

    /// Weights by size, and the sizes of the last few.
    template <std::size_t count>
    struct Sizes {
        std::array<std::uint16_t, count> weights{};
        std::array<std::uint8_t, last_count> last{};
        std::uint8_t next = 0;   ///< where the next one goes in `last`
        std::uint8_t known = 0;  ///< how many answers, up to `answers_min`

        void add(std::size_t size, std::uint16_t weight) noexcept;
        void halve() noexcept;
        std::uint32_t sum() const noexcept;
        double place_of(double quantile) const noexcept;
        double place_among_last(double quantile) const noexcept;
        double likely_place_of(double quantile) const noexcept;
        /// How many of the last few are of this size or a larger one.
        int last_from(std::uint8_t size) const noexcept;
    };

    static std::size_t size_of(std::int64_t length) noexcept;
    static std::size_t part_of(std::int64_t length, std::int64_t bound) noexcept;
    static double length_at(double place) noexcept;
    static double part_at(double place) noexcept;
    double by_length(double quantile) const noexcept;
    double by_part(double quantile, std::int64_t bound) const noexcept;
    void judge(std::int64_t length, std::int64_t bound) noexcept;

    Sizes<size_count> lengths_;
    Sizes<part_count> parts_;
    float loss_by_length_ = 0, loss_by_part_ = 0;  ///< of either way to tell, lately
    std::uint8_t since_halved_ = 0;
};
static_assert(sizeof(LengthSketch) <= 200);

}  // namespace weir::learning
