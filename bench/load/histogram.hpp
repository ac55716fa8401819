// Latencies in bounded memory: each power of two is divided into equal steps, and a bucket knows only its
// count.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace weir::load {

/// With 2^step_bits steps to a power of two, what is read out is at most 2^-step_bits too high. Values above
/// 2^value_bits count as that; the true maximum and sum are kept beside the buckets.
template <unsigned step_bits, unsigned value_bits, typename Count>
class BasicHistogram {
public:
    void add(std::uint64_t value) {
        ++buckets_[index_of(value)];
        ++count_;
        sum_ += value;
        max_ = std::max(max_, value);
    }

    void merge(const BasicHistogram& other) {
        for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
        count_ += other.count_;
        sum_ += other.sum_;
        max_ = std::max(max_, other.max_);
    }

    /// What was added since `earlier`, a former state of this histogram; its maximum is that of the whole.
    BasicHistogram since(const BasicHistogram& earlier) const {
        BasicHistogram added = *this;
        for (std::size_t i = 0; i < buckets_.size(); ++i) added.buckets_[i] -= earlier.buckets_[i];
        added.count_ -= earlier.count_;
        added.sum_ -= earlier.sum_;
        return added;
    }

    /// The upper edge of the bucket that holds the value at that share (0 to 1); 0 when empty.
    std::uint64_t at(double share) const {
        const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(count_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            seen += buckets_[i];
            if (seen > rank) return std::min(max_, upper_edge_of(i));
        }
        return max_;
    }

    double mean() const { return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_); }
    std::uint64_t count() const { return count_; }
    std::uint64_t max() const { return max_; }

    /// Calls visit(upper edge, count) for each bucket that holds something, from small to large.
    template <typename Visit>
    void each(const Visit& visit) const {
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            if (buckets_[i] > 0) visit(upper_edge_of(i), static_cast<std::uint64_t>(buckets_[i]));
        }
    }

private:
    static constexpr std::size_t steps = std::size_t{1} << step_bits;  ///< values below have their own bucket
    static constexpr std::uint64_t value_max = (std::uint64_t{1} << value_bits) - 1;

    static std::size_t index_of(std::uint64_t value) {
        value = std::min(value, value_max);
        if (value < steps) return static_cast<std::size_t>(value);
        const auto shift = static_cast<std::size_t>(std::bit_width(value)) - step_bits - 1;
        return shift * steps + static_cast<std::size_t>(value >> shift);
    }
    static std::uint64_t upper_edge_of(std::size_t index) {
        if (index < steps) return index;
        const std::size_t shift = index / steps - 1;
        return ((index % steps + steps + 1) << shift) - 1;
    }

    std::array<Count, steps*(value_bits - step_bits + 1)> buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t max_ = 0;
};

/// Microseconds, at most 0.8 % too high, up to 19 hours: 30 KiB.
using Histogram = BasicHistogram<7, 36, std::uint64_t>;
/// For one second of a run: at most 6.3 % too high, up to 71 minutes: 1.8 KiB.
using CoarseHistogram = BasicHistogram<4, 32, std::uint32_t>;

}  // namespace weir::load
