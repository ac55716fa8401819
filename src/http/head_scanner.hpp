// Finds where a message head ends while its bytes arrive, and notices at once what can never become one.
#pragma once

#include <cstddef>
#include <string_view>

#include "http/error.hpp"

namespace weir::http {

struct HeadLimits {
    std::size_t bytes_max = 32 << 10;
    std::size_t fields_max = 100;
    std::size_t target_bytes_max = 8 << 10;
};

/// Pure and incremental. Give it everything received so far, from the same first byte, until it says
/// complete.
class HeadScanner {
public:
    enum class State { need_more, complete, failed };

    explicit HeadScanner(HeadLimits limits) : limits_(limits) {}

    State scan(std::string_view received);

    /// Where the head begins, as far as it came: behind empty lines (RFC 9112 2.2), which are to be ignored.
    std::size_t head_begin() const noexcept { return begin_; }
    /// Valid when complete: one past the empty line that ends the head.
    std::size_t head_end() const noexcept { return scanned_; }
    /// Valid when failed.
    http_errc error() const noexcept { return error_; }

private:
    State fail(http_errc error) noexcept;
    State check_size(std::string_view received, State sound);

    HeadLimits limits_;
    std::size_t begin_ = 0;
    std::size_t scanned_ = 0;  ///< end of the last whole line
    std::size_t lines_ = 0;
    http_errc error_ = http_errc::ok;
};

}  // namespace weir::http
