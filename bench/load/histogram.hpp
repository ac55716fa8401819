// Latencies in bounded memory: 32 buckets for each power of two, so a percentile is at most 3.2 % too high.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace weir::load {

class Histogram {
public:
    void add(std::uint64_t value) {
        ++buckets_[index_of(value)];
        ++count_;
        max_ = std::max(max_, value);
    }

    void merge(const Histogram& other) {
        for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
        count_ += other.count_;
        max_ = std::max(max_, other.max_);
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

    std::uint64_t count() const { return count_; }
    std::uint64_t max() const { return max_; }

private:
    static constexpr std::size_t steps = 32;  ///< a power of two: values below it have a bucket of their own

    static std::size_t index_of(std::uint64_t value) {
        if (value < steps) return static_cast<std::size_t>(value);
        const auto shift = static_cast<std::size_t>(std::bit_width(value)) - 6;
        return (shift + 1) * steps + static_cast<std::size_t>(value >> shift) - steps;
    }
    static std::uint64_t upper_edge_of(std::size_t index) {
        if (index < steps) return index;
        const std::size_t shift = index / steps - 1;
        return ((index % steps + steps + 1) << shift) - 1;
    }

    std::array<std::uint64_t, steps * 60> buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace weir::load
