// A fuzzer's bytes taken as choices and numbers. What is missing at the end is zero, so that any input means
// something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace weir::fuzz {

class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

    bool empty() const noexcept { return rest_.empty(); }

    std::uint8_t byte() noexcept {
        if (rest_.empty()) return 0;
        const auto first = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return first;
    }
    bool flag() noexcept { return (byte() & 1U) != 0; }
    /// Below `count`, of one byte. REQUIRES: 1 to 256.
    std::size_t below(std::size_t count) noexcept { return byte() % count; }

    /// A number of any size: a byte says how many more make it up, so that most are small.
    std::int64_t number() noexcept {
        std::uint64_t value = 0;
        for (std::size_t left = below(9); left > 0; --left) value = value << 8U | byte();
        return static_cast<std::int64_t>(value);
    }
    /// From `least` to `most`, both included.
    std::int64_t number(std::int64_t least, std::int64_t most) noexcept {
        const std::uint64_t range = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
        const auto value = static_cast<std::uint64_t>(number());
        const std::uint64_t within =
            range == std::numeric_limits<std::uint64_t>::max() ? value : value % (range + 1);
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + within);
    }

    /// At most `size` of what is left.
    std::string_view take(std::size_t size) noexcept {
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(taken.size());
        return taken;
    }
    /// Up to and without the next LF, which is taken too.
    std::string_view line() noexcept {
        const std::string_view taken = take(rest_.find('\n'));
        take(1);
        return taken;
    }
    std::string_view rest() noexcept { return take(rest_.size()); }

private:
    std::string_view rest_;
};

}  // namespace weir::fuzz
