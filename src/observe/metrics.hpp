// Counters of one worker thread, written by it alone and read by anybody.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "learning/calibration.hpp"
#include "observe/process_usage.hpp"
#include "observe/request_record.hpp"
#include "observe/worker_counters.hpp"
#include "weir/latency.hpp"
#include "weir/limit.hpp"
#include "weir/store_mode.hpp"

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
    void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Upper bounds of what upstreams take; of what weir does itself: latency_bounds_us.
inline constexpr std::array<std::int64_t, 26> duration_bounds_us{
    500,        1'000,      2'500,       5'000,       7'500,      10'000,     25'000,
    50'000,     75'000,     100'000,     150'000,     250'000,    500'000,    750'000,
    1'000'000,  1'500'000,  2'500'000,   5'000'000,   7'500'000,  10'000'000, 20'000'000,
    30'000'000, 60'000'000, 120'000'000, 300'000'000, 600'000'000};
/// Of ratios, in millionths.
inline constexpr std::array<std::int64_t, 17> ratio_bounds{
    100'000,   250'000,   500'000,   700'000,   800'000,   900'000,   950'000,   980'000,   1'000'000,
    1'020'000, 1'050'000, 1'100'000, 1'250'000, 1'500'000, 2'000'000, 5'000'000, 10'000'000};

/// Of values in millionths of the unit that the text is in: microseconds and seconds. Cumulative buckets are
/// made when the text is; here each value is counted once.
template <const auto& upper_bounds>
class Histogram {
public:
    static constexpr const auto& bounds = upper_bounds;
    void observe(std::int64_t millionths) noexcept {
        const auto bound = std::lower_bound(bounds.begin(), bounds.end(), millionths);
        counts[static_cast<std::size_t>(bound - bounds.begin())].add();
        sum.add(static_cast<std::uint64_t>(std::max<std::int64_t>(millionths, 0)));
    }

    std::array<Counter, upper_bounds.size() + 1> counts;  ///< the last: above all bounds
    Counter sum;                                          ///< millionths
};
using LatencyHistogram = Histogram<latency_bounds_us>;
using DurationHistogram = Histogram<duration_bounds_us>;
using RatioHistogram = Histogram<ratio_bounds>;

/// What the store is asked for.
enum class StoreCall : std::uint8_t { reserve, settle, progress, peek };
inline constexpr std::size_t store_call_count = 4;

/// The limits of weir's own that can be hit.
enum class LimitHit : std::uint8_t {
    connections,
    buffered_bytes,
    body_bytes,
    header,
    accept_errors,
    background_responses,  ///< reservations kept until their answers are fetched
    waiting,               ///< requests that wait for room
    settlements,           ///< that no connection waits for
    queue                  ///< requests that an overloaded thread has shed
};
inline constexpr std::size_t limit_hit_count = 9;

/// How waiting for room ended: it was admitted, or refused when its time was up; or the client left, weir
/// drained, or nobody could decide.
enum class WaitEnd : std::uint8_t { admitted, refused, given_up };
inline constexpr std::size_t wait_end_count = 3;

/// Upstreams that are counted apart.
inline constexpr std::size_t upstreams_max = 64;

/// How one upstream fared. A 5xx of its own is an error.
struct UpstreamCounters {
    Counter answers, errors;
    // Requests that another upstream was asked to serve then: because this one failed; because it had no
    // room.
    Counter moved, turned_away;
    Counter last_answer_us, last_error_us;  ///< wall clock; 0: none yet
};

inline constexpr std::size_t scope_count = 4;
using LimitCounters = std::array<std::array<Counter, dimension_count>, scope_count>;  ///< [scope][dimension]

/// The members without labels are rows of worker_counters.hpp.
struct WorkerMetrics {
#define WEIR_MEMBER(name, type, family, help) Counter name;
    WEIR_WORKER_COUNTERS(WEIR_MEMBER)
#undef WEIR_MEMBER
    std::array<Counter, outcome_count> requests;
    LimitCounters rejections;
    LimitCounters shadow_rejections;
    std::array<Counter, 3> input_tokens;  ///< estimated, reserved, actual
    std::array<Counter, 3> output_tokens;
    DurationHistogram request_duration, upstream_duration, time_to_first_token;
    LatencyHistogram added_latency;
    std::array<LatencyHistogram, store_call_count> store_duration;
    std::array<DurationHistogram, wait_end_count> waits;
    RatioHistogram estimate_error;   ///< actual input by estimated
    RatioHistogram reserved_output;  ///< actual output by reserved
    std::array<Counter, limit_hit_count> limit_hits;
    std::array<UpstreamCounters, upstreams_max> upstreams;  ///< by RequestRecord::upstream_slot

    void count(const RequestRecord& record) noexcept;
    /// Tokens of a settlement, those of a record or of one that came after its record.
    void count_settled(const Demand& reserved, const Usage& actual) noexcept;
    /// An answer has reported its input, here before `cached_input_weight`.
    void count_estimate(std::int64_t estimated, std::int64_t actual) noexcept;
    /// An answer has reported its output.
    void count_reservation(std::int64_t reserved, std::int64_t actual) noexcept;
    void count(LimitHit which) noexcept {
        limit_hits[static_cast<std::size_t>(which)].add();
    }
    void count_store_call(StoreCall call, std::int64_t duration_us) noexcept {
        store_duration[static_cast<std::size_t>(call)].observe(duration_us);
    }

private:
    void count_tokens(const RequestRecord& record) noexcept;
    void count_wait(const RequestRecord& record) noexcept;
    void count_upstream(const RequestRecord& record) noexcept;
};

/// What the store has to tell. What does not apply to it stays 0.
struct StoreFigures {
    StoreMode mode = StoreMode::memory;
    std::uint64_t ledgers = 0;            ///< kept by the embedded store
    std::uint64_t overflow_requests = 0;  ///< charged to a shared ledger for want of room
    std::uint64_t masters = 0;            ///< of a Redis Cluster, that have slots
    std::uint64_t masters_away = 0;       ///< of these, those that do not decide
    std::uint64_t redirects = 0;          ///< calls that one server of it sent on to another
    std::int64_t nodes = 0;               ///< that share the store
    std::uint64_t calls = 0;              ///< to the shared store, for requests
    std::uint64_t operations = 0;         ///< that went with these calls
    std::uint64_t cached_refusals = 0;    ///< given from the cache, without a call
    std::vector<std::pair<std::string_view, std::uint64_t>> errors{};  ///< by kind
    std::uint64_t fallbacks = 0;    ///< decisions made without the shared store
    std::uint64_t turned_away = 0;  ///< requests that nobody decided on
    std::uint64_t unmetered = 0;    ///< of these, admitted without being written down
    std::uint64_t uncopied = 0;     ///< admissions that the local copy had no room for
    std::uint64_t data_losses = 0;  ///< times that the shared store came back without its data
    std::uint64_t settle_failures =
        0;                     ///< settlements that the shared store was not told when they were made
    LatencyCounts queue;       ///< RedisStoreStatistics::queue
    LatencyCounts round_trip;  ///< RedisStoreStatistics::round_trip
};

/// One limit that each key of a tier has.
struct TierLimit {
    std::string tier;
    Dimension dimension = Dimension::requests;
    std::string window;  ///< "1m", as in the names of limits; empty: of requests in flight
    std::int64_t limit = 0;
};

/// One upstream of the configuration.
struct UpstreamState {
    std::string name;
    std::size_t slot = 0;  ///< of WorkerMetrics::upstreams
    bool healthy = true;   ///< UpstreamHealth::healthy
    bool ejected = false;  ///< others are asked before it
    bool asleep = false;   ///< it takes nothing for a while, for one model at least
};

/// Requests of one tier that wait now.
struct WaitingOfTier {
    std::string tier;
    std::uint64_t count = 0;
};

/// Answers of one status class, "2xx" to "5xx".
struct StatusCount {
    std::string_view status;
    std::uint64_t count = 0;
};

/// What no worker counts: whoever asks for the text fills it in. Counts are those since the process started.
struct ProcessFigures {
    std::string version;                         ///< of the program
    std::string config_hash;                     ///< config::config_hash of the configuration in force
    std::int64_t started_at_us = 0;              ///< wall clock
    std::int64_t runtime_version = 0;            ///< of the runtime layer in force
    std::uint64_t dropped_reservations = 0;      ///< Reservation::dropped()
    std::int64_t buffered_bytes = 0;             ///< BodyBudget::held_bytes()
    std::uint64_t reloads_succeeded = 0;         ///< SIGHUP and POST /admin/reload
    std::uint64_t reloads_failed = 0;            ///< the same, where a mistake kept the old configuration
    std::uint64_t runtime_changes = 0;           ///< that the admin API made on this node
    std::vector<StatusCount> admin_requests{};   ///< answered on the admin port
    std::uint64_t access_log_lines_dropped = 0;  ///< AccessLog::lines_dropped()
    std::uint64_t log_lines_dropped = 0;         ///< log_lines_dropped()
    std::vector<TierLimit> tier_limits{};        ///< of the configuration in force
    std::vector<UpstreamState> upstreams{};      ///< in the configuration's order
    std::vector<WaitingOfTier> waiting{};        ///< every tier of the configuration in force
    std::vector<learning::Calibration::Row> calibration{};  ///< of the models taught last
    std::uint64_t learned_models = 0;                       ///< whose estimates are calibrated, or will be
    std::uint64_t learned_lengths = 0;    ///< keys on models whose answers' lengths are known
    std::uint64_t models_forgotten = 0;   ///< for want of room
    std::uint64_t lengths_forgotten = 0;  ///< for want of room
    ProcessUsage usage{};                 ///< process_usage()
    StoreFigures store{};
};

/// Prometheus text format 0.0.4, all workers summed.
std::string render_metrics(const std::vector<const WorkerMetrics*>& workers, const ProcessFigures& process);

}  // namespace weir::observe
