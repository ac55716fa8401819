// What came of the requests: counted by each thread for itself, merged at the end. Warm-up never gets here.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "load/histogram.hpp"
#include "load/timeline.hpp"
#include "load/usage_scan.hpp"

namespace weir::load {

/// One answer, as far as the report cares. Durations count from when the request was to be sent.
struct Answer {
    unsigned status = 0;
    std::string_view refused_by{};  ///< x-weir-limit: <scope>/<dimension>/<window>
    bool has_retry_after = false;
    std::optional<std::uint64_t> waited_ms{};  ///< for room, as weir says; none: it did not wait
    ReportedUsage usage{};
    std::uint64_t duration_us = 0;
    std::optional<std::uint64_t> first_token_us{};  ///< of a stream
    std::int64_t second = 0;                        ///< of the run, in which it ended
};

struct Counts {
    std::uint64_t sent = 0;
    std::uint64_t admitted = 0;  ///< answered with 2xx
    std::uint64_t refused = 0;   ///< answered with 429, or with an x-weir-limit header
    std::uint64_t other = 0;     ///< any other status
    std::uint64_t failed = 0;    ///< no whole answer
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;

    std::uint64_t answered() const { return admitted + refused + other; }
    void add(const Counts& more);
};

/// Of the whole run, warm-up included.
struct ConnectionCounts {
    std::uint64_t opened = 0;
    std::uint64_t reused = 0;     ///< requests on a connection that had been used before
    std::uint64_t failed = 0;     ///< attempts to connect that did not succeed
    std::uint64_t left_open = 0;  ///< when the run ended
};

using Reasons = std::map<std::string, std::uint64_t, std::less<>>;

class Tally {
public:
    explicit Tally(std::size_t key_count) : keys(key_count) {}

    void count_sent(std::size_t key, std::int64_t second, std::uint64_t late_us);
    void count_answer(std::size_t key, const Answer& answer);
    void count_failure(std::size_t key, std::int64_t second, std::string_view reason);
    void merge(const Tally& other);

    Histogram answered_us() const;  ///< of all answers, whatever they were
    /// Answers by status, those that occurred.
    std::map<unsigned, std::uint64_t> by_status() const;

    Counts total;
    std::vector<Counts> keys;
    Reasons refused_by;
    Reasons failed_by;
    ConnectionCounts connections;
    Timeline timeline;
    std::uint64_t without_retry_after = 0;  ///< answers with 429 that lack it
    std::uint64_t admitted_waited = 0;      ///< admitted after they had waited for room
    std::uint64_t refused_waited = 0;       ///< refused after that
    std::uint64_t unfinished = 0;           ///< in flight when the run was interrupted
    std::uint64_t unsent = 0;               ///< due in an open loop, and no connection was free until the end
    Histogram admitted_us;
    Histogram refused_us;
    Histogram other_us;
    Histogram first_token_us;
    Histogram waited_us;  ///< of what has waited, whatever came of it
    Histogram late_us;    ///< from when a request was due until it was sent

private:
    static constexpr std::size_t status_end = 1000;
    std::array<std::uint64_t, status_end> statuses_{};
};

}  // namespace weir::load
