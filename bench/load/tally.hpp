// What came of the requests: counted by each thread for itself, merged at the end.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "load/histogram.hpp"
#include "load/usage_scan.hpp"

namespace weir::load {

/// One answer, as far as the report cares.
struct Answer {
    unsigned status = 0;
    std::string_view refused_by;  ///< x-weir-limit: <scope>/<dimension>/<window>
    bool has_retry_after = false;
    ReportedUsage usage;
    std::uint64_t duration_us = 0;
};

struct KeyRow {
    std::uint64_t sent = 0;
    std::uint64_t admitted = 0;  ///< answered with 2xx
    std::uint64_t refused = 0;   ///< answered with 429, or with an x-weir-limit header
    std::uint64_t other = 0;     ///< any other status
    std::uint64_t failed = 0;    ///< no whole answer
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
};

class Tally {
public:
    explicit Tally(std::size_t key_count) : keys(key_count) {}

    void count_sent(std::size_t key) { ++keys[key].sent; }
    void count_answer(std::size_t key, const Answer& answer);
    void count_failure(std::size_t key, const std::string& reason);
    void merge(const Tally& other);

    KeyRow total() const;
    std::uint64_t failures() const;

    std::vector<KeyRow> keys;
    std::map<unsigned, std::uint64_t> by_status;
    std::map<std::string, std::uint64_t, std::less<>> refused_by;
    std::map<std::string, std::uint64_t, std::less<>> failed_by;
    std::uint64_t without_retry_after = 0;  ///< answers with 429 that lack it
    std::uint64_t unfinished = 0;           ///< in flight when the run was interrupted
    Histogram admitted_us;
    Histogram refused_us;
};

}  // namespace weir::load
