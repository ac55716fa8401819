// All request bodies held in memory together, under one bound for the whole process.
#pragma once

#include <atomic>
#include <cstdint>

namespace weir::proxy {

/// Any thread.
class BodyBudget {
public:
    explicit BodyBudget(std::int64_t bytes_max) : bytes_max_(bytes_max) {}

    std::int64_t held_bytes() const noexcept { return held_bytes_.load(std::memory_order_relaxed); }
    void set_bytes_max(std::int64_t bytes_max) noexcept {
        bytes_max_.store(bytes_max, std::memory_order_relaxed);
    }

    /// One body's part. Gives back what it took when destroyed.
    class Share {
    public:
        explicit Share(BodyBudget& budget) noexcept : budget_(budget) {}
        ~Share() { release(); }
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;

        /// False, and nothing taken, where the bound does not allow it.
        bool take(std::int64_t bytes) noexcept {
            const std::int64_t before = budget_.held_bytes_.fetch_add(bytes, std::memory_order_relaxed);
            if (before + bytes > budget_.bytes_max_.load(std::memory_order_relaxed)) {
                budget_.held_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
                return false;
            }
            taken_bytes_ += bytes;
            return true;
        }
        void release() noexcept {
            if (taken_bytes_ != 0) budget_.held_bytes_.fetch_sub(taken_bytes_, std::memory_order_relaxed);
            taken_bytes_ = 0;
        }

    private:
        BodyBudget& budget_;
        std::int64_t taken_bytes_ = 0;
    };

private:
    std::atomic<std::int64_t> bytes_max_;
    std::atomic<std::int64_t> held_bytes_{0};
};

}  // namespace weir::proxy
