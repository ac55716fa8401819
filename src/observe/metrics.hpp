// Counters of one worker thread, written by it alone and read by anybody.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "observe/request_record.hpp"
#include "weir/limit.hpp"

namespace weir::observe {

/// One writer, so that adding is a load and a store and no locked instruction. Any reader.
class Counter {
public:
    void add(std::uint64_t amount = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    void subtract(std::uint64_t amount = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) - amount, std::memory_order_relaxed);
    }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Cumulative buckets are made when the text is; here each value is counted once.
class Histogram {
public:
    /// Upper bounds, each 2.5 or 2 times the one before.
    static constexpr std::array<std::int64_t, 18> bounds_us{
        50,     100,     250,     500,     1'000,     2'500,     5'000,      10'000,     25'000,
        50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000, 60'000'000, 600'000'000};
    void observe(std::int64_t duration_us) noexcept;

    std::array<Counter, bounds_us.size() + 1> counts;
    Counter sum_us;
};

/// The limits of weir's own that can bite.
enum class Bite : std::uint8_t {
    connections,
    buffered_bytes,
    body_bytes,
    header,
    accept_errors,
    background_responses  ///< reservations kept until their answers are fetched
};
inline constexpr std::size_t bite_count = 6;

struct WorkerMetrics {
    std::array<Counter, outcome_count> requests;
    std::array<std::array<Counter, dimension_count>, 4> rejections;  ///< [scope][dimension]
    std::array<Counter, 3> input_tokens;                             ///< estimated, reserved, actual
    std::array<Counter, 3> output_tokens;
    Histogram request_duration, added_latency;
    std::array<Counter, bite_count> bites;
    Counter connections_accepted, connections_open;
    Counter upstream_connections_opened, upstream_requests_reused, upstream_retries, upstream_errors;
    Counter reservations_in_flight;
    Counter settle_failures;
    Counter overshoot_tokens;  ///< used beyond what was reserved

    void count(const RequestRecord& record) noexcept;
    /// Tokens of a settlement, those of a record or of one that came after its record.
    void count_settled(const Demand& reserved, const Usage& actual) noexcept;
    void bite(Bite which) noexcept { bites[static_cast<std::size_t>(which)].add(); }
};

/// What the store has to tell. What does not apply to it stays 0.
struct StoreFigures {
    std::string_view mode = "memory";
    std::uint64_t ledgers = 0;            ///< kept by the embedded store
    std::uint64_t overflow_requests = 0;  ///< charged to a shared ledger for want of room
    std::int64_t nodes = 0;               ///< that share the store
    std::uint64_t calls = 0;              ///< to the shared store, for requests
    std::uint64_t operations = 0;         ///< that went with these calls
    std::uint64_t recalled_refusals = 0;  ///< given from memory, without a call
    std::vector<std::pair<std::string_view, std::uint64_t>> errors{};  ///< by kind
    std::uint64_t alone = 0;        ///< decisions made without the shared store
    std::uint64_t turned_away = 0;  ///< requests that nobody decided on
    std::uint64_t unmetered = 0;    ///< of these, admitted without being written down
    std::uint64_t unwritten = 0;    ///< admissions that the journal had no room for
    std::uint64_t data_losses = 0;  ///< times that the shared store came back without its data
};

/// What no worker counts.
struct ProcessFigures {
    std::string version;
    std::string config_hash;
    std::uint64_t dropped_reservations = 0;
    std::int64_t buffered_bytes = 0;
    StoreFigures store{};
};

/// Prometheus text format 0.0.4, all workers summed.
std::string render_metrics(const std::vector<const WorkerMetrics*>& workers, const ProcessFigures& process);

}  // namespace weir::observe
