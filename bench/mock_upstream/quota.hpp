// A provider's own limits, counted exactly over a sliding window by a log of everything that it admitted. It
// shares nothing with weir's windows, so that tests can hold one against the other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace weir::mock {

enum class Counted : std::uint8_t { requests, tokens, input_tokens, output_tokens };
inline constexpr std::size_t counted_count = 4;

/// As headers spell it: "input-tokens".
std::string_view name_of(Counted what);

/// Absent: no limit of that kind.
struct QuotaLimits {
    std::optional<std::uint64_t> requests{};
    std::optional<std::uint64_t> tokens{};  ///< input and output together
    std::optional<std::uint64_t> input_tokens{};
    std::optional<std::uint64_t> output_tokens{};
    /// 0: a minute where there is a limit; else nothing is counted, so that a provider without limits pays
    /// nothing for them.
    std::int64_t window_us = 0;

    std::optional<std::uint64_t> of(Counted what) const;
    bool any() const { return requests || tokens || input_tokens || output_tokens; }
};

/// One limit as it stands now.
struct QuotaDimension {
    Counted what = Counted::requests;
    std::uint64_t limit = 0;
    std::uint64_t used = 0;     ///< within the window; never above the limit
    std::int64_t reset_us = 0;  ///< until nothing of it is used, if nothing more comes

    std::uint64_t remaining() const { return limit - used; }
};

struct QuotaState {
    std::vector<QuotaDimension> dimensions;  ///< those with a limit
    std::int64_t window_us = 0;
    std::optional<Counted> refused_by{};  ///< the dimension that takes longest to have room; absent: admitted
    std::uint64_t asked = 0;              ///< of refused_by
    std::int64_t retry_after_us = 0;      ///< until the same request would be admitted; 0 where admitted
};

/// Thread safety: everything may be called from any thread.
class Quota {
public:
    explicit Quota(const QuotaLimits& limits);

    const QuotaLimits& limits() const { return limits_; }
    bool counts() const { return limits_.window_us > 0; }

    /// Admits one request with all of its tokens, or nothing: what it adds stays for the half-open window
    /// [now, now + window). What goes beyond a limit by itself is told to wait for a window. `now_us` in any
    /// clock; a time before the latest one counts as that.
    QuotaState admit(std::uint64_t input_tokens, std::uint64_t output_tokens, std::int64_t now_us);
    QuotaState look(std::int64_t now_us);

    /// The most that was ever admitted within one window, by Counted.
    std::array<std::uint64_t, counted_count> most_in_a_window() const;

private:
    struct Entry {
        std::int64_t at_us;
        std::uint64_t amount;
    };
    struct Log {
        std::deque<Entry> entries;  ///< within the window, oldest first
        std::uint64_t sum = 0;
        std::uint64_t most = 0;
    };

    void forget_old();
    std::int64_t room_in_us(Counted what, std::uint64_t amount) const;
    void describe(QuotaState& state) const;
    const Log& log(Counted what) const { return logs_[static_cast<std::size_t>(what)]; }

    QuotaLimits limits_;
    mutable std::mutex mutex_;
    std::int64_t now_us_ = 0;
    std::array<Log, counted_count> logs_;
};

}  // namespace weir::mock
