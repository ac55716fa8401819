// When a thread has more to do than it can, and which of those who wait it sheds then. Pure.
#pragma once

#include <cstdint>

namespace weir::proxy {

/// Decides by how long the one who waits longest has waited. A thread is overloaded once that has been
/// `queue_us` or more for 100 ms on end: what comes at once and is worked off soon is no overload. That ends
/// when nobody waits. Meanwhile those who have waited for `queue_us` are shed, as far as a twentieth of the
/// thread's time allows that, so that refusing never becomes all that it does. A quarter of a second of it is
/// saved up: when a crowd comes, most of it is told at once.
///
/// Times are of a clock that never steps, in microseconds.
class Overload {
public:
    /// `queue_us` 0: nothing is ever shed.
    explicit Overload(std::int64_t queue_us) noexcept
        : queue_us_(queue_us), shedding_left_us_(shedding_saved_us_max) {}
    void set_queue_us(std::int64_t queue_us) noexcept { queue_us_ = queue_us; }

    /// Somebody waits, at the longest for `longest_us`. `cpu_us`: processor time that the thread has had so
    /// far.
    void look(std::int64_t now_us, std::int64_t longest_us, std::int64_t cpu_us) noexcept;
    /// Nobody waits any more.
    void rest() noexcept;

    bool is_overloaded() const noexcept { return is_overloaded_; }
    bool sheds(std::int64_t waited_us) const noexcept {
        return is_overloaded_ && waited_us >= queue_us_ && shedding_left_us_ > 0 && look_left_us_ > 0;
    }
    /// One was shed, which took so much of the processor's time.
    void note_shed(std::int64_t cpu_us) noexcept;

    /// So many have had their turn since the last call.
    void note_turns(std::int64_t count) noexcept { turns_ += count; }
    /// When one who is shed now is to come back. Those who were shed come back one by one, one for forty who
    /// are served, so that refusing those who do as they are told never takes much, however many there are.
    /// From 1 s to 59 s: SDKs ignore more than 60. Were the last one's time beyond that, times are given out
    /// from 1 s on again.
    std::int64_t retry_after_us(std::int64_t now_us) noexcept;

    /// For the log: whether shedding has begun, or has ended, since the last call. Ended it has when for some
    /// seconds nothing was shed; `shed` and `lasted_us` say how many were shed, and in which time.
    struct News {
        enum class What { nothing, begun, ended } what = What::nothing;
        std::uint64_t shed = 0;
        std::int64_t lasted_us = 0;
    };
    News news(std::int64_t now_us) noexcept;

private:
    static constexpr std::int64_t shedding_saved_us_max = 250'000;

    std::int64_t queue_us_;
    std::int64_t cpu_us_ = 0;             ///< at the last look
    std::int64_t too_long_since_us_ = 0;  ///< 0: the longest wait was short, at the last look
    std::int64_t shedding_left_us_;       ///< of the time that shedding may take
    std::int64_t look_left_us_ = 0;       ///< of that, until the next look
    std::int64_t turns_ = 0;              ///< since the time below
    std::int64_t turns_since_us_ = 0;     ///< 0: nobody waited
    std::int64_t turn_us_ = 1'000;        ///< from one turn to the next, lately
    std::int64_t last_return_us_ = 0;     ///< of those who were shed
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
