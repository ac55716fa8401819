// When a thread has more to do than it can, and which of those who wait it sheds then. Pure.
#pragma once

#include <cstdint>

namespace weir::proxy {

/// Decides by how long the one who waits longest has waited. A thread is overloaded once that has been
/// `queue_us` or more for 100 ms on end: what comes at once and is worked off soon is no overload. That ends
/// when nobody waits. Meanwhile those who have waited for `queue_us` are shed, as far as a part of the
/// thread's time allows that, so that refusing never becomes all that it does.
///
/// Times are of a clock that never steps, in microseconds.
class Overload {
public:
    /// `queue_us` 0: nothing is ever shed.
    explicit Overload(std::int64_t queue_us) noexcept : queue_us_(queue_us) {}
    void set_queue_us(std::int64_t queue_us) noexcept { queue_us_ = queue_us; }

    /// Somebody waits, at the longest for `longest_us`. `cpu_us`: processor time that the thread has had so
    /// far.
    void look(std::int64_t now_us, std::int64_t longest_us, std::int64_t cpu_us) noexcept;
    /// Nobody waits any more.
    void rest() noexcept;

    bool is_overloaded() const noexcept { return is_overloaded_; }
    bool sheds(std::int64_t waited_us) const noexcept {
        return is_overloaded_ && waited_us >= queue_us_ && shedding_left_us_ > 0;
    }
    /// One was shed, which took so much of the processor's time.
    void note_shed(std::int64_t cpu_us) noexcept;

    /// For the log: whether shedding has begun, or has ended, since the last call. Ended it has when for some
    /// seconds nothing was shed; `shed` and `lasted_us` say how many were shed, and in which time.
    struct News {
        enum class What { nothing, begun, ended } what = What::nothing;
        std::uint64_t shed = 0;
        std::int64_t lasted_us = 0;
    };
    News news(std::int64_t now_us) noexcept;

private:
    std::int64_t queue_us_;
    std::int64_t cpu_us_ = 0;             ///< at the last look
    std::int64_t too_long_since_us_ = 0;  ///< 0: the longest wait was short, at the last look
    std::int64_t shedding_left_us_ = 0;   ///< of the time that shedding may take
    bool is_overloaded_ = false;

    // What the log was told, and what has happened since.
    bool is_told_ = false;
    std::uint64_t shed_ = 0;  ///< since shedding began
    std::uint64_t seen_shed_ =
        0;  ///< of these, at the last call of `news` that found more than the one before
    std::int64_t began_us_ = 0;
    std::int64_t last_seen_us_ = 0;
};

}  // namespace weir::proxy
