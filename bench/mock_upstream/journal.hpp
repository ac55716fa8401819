// Where the records go: a file, one JSON line each, and the memory of a test. Counts what it saw.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "mock_upstream/record.hpp"

namespace weir::mock {

struct Counters {
    std::atomic<std::uint64_t> requests = 0;  ///< heads that arrived whole
    std::atomic<std::uint64_t> malformed = 0;
    std::atomic<std::uint64_t> aborted = 0;
    std::atomic<std::uint64_t> pipelined = 0;
    std::atomic<std::uint64_t> connections_opened = 0;
    std::atomic<std::uint64_t> connections_open = 0;
};

/// Thread safety: everything may be called from any thread.
class Journal {
public:
    /// An empty name: no file. Throws std::system_error when the file can't be opened; it is appended to.
    Journal(const std::string& file, bool keep_records);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Whether anybody will read a record: else making one can be spared.
    bool wanted() const { return file_ >= 0 || keep_records_; }
    bool keeps_records() const { return keep_records_; }

    /// A head, even a malformed one, has arrived.
    void saw_line(std::string_view line);
    void add(MockRecord record);

    std::vector<MockRecord> records() const;
    std::vector<std::string> lines() const;

    Counters counters;

private:
    void write_line(const std::string& line);

    const bool keep_records_;
    int file_ = -1;  ///< -1: none
    mutable std::mutex mutex_;
    std::vector<MockRecord> records_;
    std::vector<std::string> lines_;
};

}  // namespace weir::mock
