// What requests multiply their estimates with, read without a lock.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace weir::learning {

/// Factors by the hash of their name. Any thread reads; one writes at a time. What finds no place among the
/// few that its hash allows has none, and its factor is 1: with four times as many places as names that
/// hardly happens.
class FactorTable {
public:
    /// 1 where there is none.
    double of(std::uint64_t key) const noexcept {
        const Row& row = rows_[key % row_count];
        for (const std::atomic<std::uint64_t>& place : row) {
            const std::uint64_t held = place.load(std::memory_order_relaxed);
            if (tag_of(held) == tag_of(key) && held != 0) return factor_in(held);
        }
        return 1.0;
    }

    void set(std::uint64_t key, double factor) noexcept {
        const std::uint64_t made =
            (key & tag_bits) | std::bit_cast<std::uint32_t>(static_cast<float>(factor));
        Row& row = rows_[key % row_count];
        std::atomic<std::uint64_t>* free = nullptr;
        for (std::atomic<std::uint64_t>& place : row) {
            const std::uint64_t held = place.load(std::memory_order_relaxed);
            if (held != 0 && tag_of(held) == tag_of(key)) return place.store(made, std::memory_order_relaxed);
            if (held == 0 && free == nullptr) free = &place;
        }
        if (free != nullptr) free->store(made, std::memory_order_relaxed);
    }

    void clear(std::uint64_t key) noexcept {
        for (std::atomic<std::uint64_t>& place : rows_[key % row_count]) {
            const std::uint64_t held = place.load(std::memory_order_relaxed);
            if (held != 0 && tag_of(held) == tag_of(key)) place.store(0, std::memory_order_relaxed);
        }
    }

private:
    // A factor is a float in the lower half; the upper half says whose it is.
    static constexpr std::uint64_t tag_bits = ~std::uint64_t{0} << 32;
    static constexpr std::size_t row_count = 512;
    using Row = std::array<std::atomic<std::uint64_t>, 8>;  // one cache line

    static constexpr std::uint64_t tag_of(std::uint64_t value) noexcept { return value & tag_bits; }
    static double factor_in(std::uint64_t held) noexcept {
        return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(held)));
    }

    std::array<Row, row_count> rows_{};
};

}  // namespace weir::learning
