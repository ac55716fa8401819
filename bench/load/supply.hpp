// Where connections get their requests from: one supply per thread, which says what is to be sent and when.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>

#include "load/options.hpp"
#include "load/schedule.hpp"

namespace weir::load {

/// A run in steady time: load from start_us on, counted from measure_us on.
struct Span {
    std::int64_t start_us = 0;
    std::int64_t measure_us = 0;
    std::int64_t end_us = std::numeric_limits<std::int64_t>::max();
};

Span span_of(const LoadOptions& options, std::int64_t start_us);

/// What the threads of a closed loop share.
struct Counter {
    std::atomic<std::uint64_t> warmup = 0;
    std::atomic<std::uint64_t> counted = 0;
};

struct Order {
    std::uint64_t number = 0;      ///< over all threads; says which key and which size
    std::int64_t intended_us = 0;  ///< latency counts from here
    bool is_counted = true;        ///< false: warm-up
};

class Supply {
public:
    Supply(const LoadOptions& options, const Span& span, Counter& counter, unsigned part, unsigned parts);

    /// The next request, or nothing: none is due yet, or the run is over.
    std::optional<Order> take(std::int64_t now_us);
    /// No request will come any more.
    bool is_over(std::int64_t now_us) const;
    /// When the next request is due; far away in a closed loop.
    std::int64_t next_due_us() const;
    /// Counted requests that were due before that time, or before the end, and were never taken.
    std::uint64_t overdue(std::int64_t now_us) const;

private:
    std::optional<Order> take_closed(std::int64_t now_us);

    Span span_;
    Counter& counter_;
    std::optional<Schedule> schedule_;  ///< of an open loop
    std::uint64_t requests_;            ///< 0: no bound
    std::uint64_t warmup_ = 0;          ///< requests of this part in the warm-up, in an open loop
    std::uint64_t taken_ = 0;
    std::uint64_t part_requests_ =
        std::numeric_limits<std::uint64_t>::max();  ///< this part's, warm-up included
    bool is_over_ = false;
};

}  // namespace weir::load
