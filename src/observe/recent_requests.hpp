// The last refusals and errors of this node, for people who ask what just happened. Bounded.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "observe/request_record.hpp"

namespace weir::observe {

/// One row of the access log.
struct RecentRow {
    std::int64_t at_us = 0;  ///< wall clock, when the request ended
    std::string json;        ///< as format_record makes it, long texts cut
    bool operator==(const RecentRow&) const = default;
};

/// Any thread. Refusals and errors are kept apart, so that a flood of the ones does not push out the others.
/// Of each, 50 may come at once and 50 a second after that; what comes faster, or while another thread is at
/// it, is left out rather than waited for. Memory: at most 0.3 MiB.
class RecentRequests {
public:
    static constexpr std::size_t rows_kept = 50;  ///< of refusals, and of errors

    /// Nothing but a look at the outcome where it is neither.
    void note(const RequestRecord& record);
    /// The newest first, refusals and errors together.
    std::vector<RecentRow> newest(std::size_t count = rows_kept) const;

private:
    struct Ring {
        std::array<RecentRow, rows_kept> rows;
        std::size_t next = 0;
    };
    /// What may pass, as a time: it lies ahead of now by what has passed lately (GCRA).
    using Gate = std::atomic<std::int64_t>;
    static bool passes(Gate& gate, std::int64_t now_us) noexcept;

    mutable std::mutex mutex_;
    std::array<Ring, 2> rings_;  ///< refusals, errors
    std::array<Gate, 2> gates_{};
};

}  // namespace weir::observe
