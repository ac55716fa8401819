// Lines to a file descriptor, written by a thread of its own in large pieces.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace weir::observe {

struct LineWriterOptions {
    std::size_t waiting_bytes_max = 16 << 20;
    /// How long the end, or `flush`, waits for a reader that takes nothing.
    std::int64_t patience_ms = 2'000;
    /// Called when lines are dropped, with how many were since the call before; at most once a minute. On the
    /// thread that writes the line, or where it could not be written on the writer's own.
    std::function<void(std::uint64_t lines)> on_drop{};
};

/// Any thread. Lines of one thread keep their order. Nobody waits for whoever reads them: where more wait
/// than may, further lines are dropped and counted; so is what can't be written (a full disk).
class LineWriter {
public:
    explicit LineWriter(int descriptor, LineWriterOptions options = {});
    /// What waits is written first, as long as its reader takes it.
    ~LineWriter();
    LineWriter(const LineWriter&) = delete;
    LineWriter& operator=(const LineWriter&) = delete;

    /// `line` without its end. False: it was dropped.
    bool write(std::string_view line);
    /// Returns when all that waits has been written, or its reader has taken nothing for `patience_ms`.
    void flush();
    std::uint64_t lines_dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

private:
    void run();
    bool take(std::string& lines);
    bool write_all(std::string_view bytes);
    bool wait_until_writable() const;
    void note_drop(std::uint64_t lines);

    const int descriptor_;
    const LineWriterOptions options_;
    const bool is_file_;
    std::mutex mutex_;
    std::condition_variable filled_;
    std::condition_variable written_;
    std::string waiting_;
    bool is_writing_ = false;
    int flushes_ = 0;  ///< how many wait for that
    std::atomic<bool> ends_{false};
    std::atomic<std::uint64_t> dropped_{0};
    std::atomic<std::uint64_t> told_{0};         ///< of these, told to on_drop
    std::atomic<std::int64_t> tell_from_us_{0};  ///< steady clock
    std::thread thread_;
};

}  // namespace weir::observe
