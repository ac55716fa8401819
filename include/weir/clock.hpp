// Time as the product reads it. This is the only file that may call ::now().
#pragma once

#include <chrono>
#include <cstdint>

namespace weir {

/// Where time comes from. Pure code never holds one: it takes the time as an argument.
///
/// Thread safety: both functions may be called from any thread.
class Clock {
public:
    virtual ~Clock() = default;

    /// Microseconds since the Unix epoch. Dates charges and decisions; may be stepped by the operator.
    virtual std::int64_t now_us() const = 0;

    /// Microseconds of a clock that never steps, from an arbitrary origin. For durations and deadlines.
    virtual std::int64_t steady_us() const = 0;
};

class SystemClock final : public Clock {
public:
    std::int64_t now_us() const override {
        using namespace std::chrono;
        return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
    }
    std::int64_t steady_us() const override {
        using namespace std::chrono;
        return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
    }
};

}  // namespace weir
