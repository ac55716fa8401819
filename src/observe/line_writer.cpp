// The thread sleeps while lines gather: a wake-up and a write for each would cost more than the line itself.
#include "observe/line_writer.hpp"

#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "weir/clock.hpp"

namespace weir::observe {

namespace {

constexpr auto gathering_time = std::chrono::milliseconds(20);
constexpr int look_ms = 100;
constexpr std::int64_t tell_interval_us = 60'000'000;

bool is_regular_file(int descriptor) {
    struct stat status {};
    return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

std::uint64_t lines_in(std::string_view bytes) {
    return static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
}

}  // namespace

LineWriter::LineWriter(int descriptor, LineWriterOptions options)
    : descriptor_(descriptor),
      options_(std::move(options)),
      is_file_(is_regular_file(descriptor)),
      thread_([this] { run(); }) {}

LineWriter::~LineWriter() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    filled_.notify_one();
    thread_.join();
}

bool LineWriter::write(std::string_view line) {
    {
        std::unique_lock lock(mutex_);
        if (waiting_.size() + line.size() < options_.waiting_bytes_max) {
            const bool is_first = waiting_.empty();
            waiting_.append(line).append("\n");
            lock.unlock();
            if (is_first) filled_.notify_one();
            return true;
        }
    }
    note_drop(1);
    return false;
}

void LineWriter::note_drop(std::uint64_t lines) {
    const std::uint64_t dropped = dropped_.fetch_add(lines, std::memory_order_relaxed) + lines;
    if (!options_.on_drop) return;
    const std::int64_t now_us = SystemClock().steady_us();
    std::int64_t tell_from_us = tell_from_us_.load(std::memory_order_relaxed);
    if (now_us < tell_from_us) return;
    if (!tell_from_us_.compare_exchange_strong(tell_from_us, now_us + tell_interval_us)) return;
    options_.on_drop(dropped - told_.exchange(dropped));
}

void LineWriter::flush() {
    std::unique_lock lock(mutex_);
    ++flushes_;
    filled_.notify_one();
    const auto patience = std::chrono::milliseconds(options_.patience_ms);
    written_.wait_for(lock, patience, [this] { return waiting_.empty() && !is_writing_; });
    --flushes_;
}

/// Waits for lines; false: the end.
bool LineWriter::take(std::string& lines) {
    std::unique_lock lock(mutex_);
    is_writing_ = false;
    if (waiting_.empty()) written_.notify_all();
    const auto is_urgent = [this] { return ends_ || flushes_ > 0; };
    filled_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
    filled_.wait_for(lock, gathering_time, is_urgent);
    lines.clear();
    lines.swap(waiting_);
    is_writing_ = true;
    return !lines.empty();
}

void LineWriter::run() {
    std::string lines;
    while (take(lines)) {
        if (!write_all(lines)) return;
    }
}

/// A pipe that says it is writable takes so many bytes at once and never blocks, so that the end need not
/// wait for a reader that has stopped. False: it takes no more at the end.
bool LineWriter::write_all(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!is_file_ && !wait_until_writable()) {
            dropped_.fetch_add(lines_in(bytes), std::memory_order_relaxed);
            return false;
        }
        const std::size_t size = is_file_ ? bytes.size() : std::min<std::size_t>(bytes.size(), PIPE_BUF);
        const auto written = ::write(descriptor_, bytes.data(), size);
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR && errno != EAGAIN) {
            note_drop(lines_in(bytes));  // nobody reads any more, or there is no room: it is gone
            return true;
        }
    }
    return true;
}

bool LineWriter::wait_until_writable() const {
    for (std::int64_t waited_ms = 0;; waited_ms += look_ms) {
        pollfd writable{.fd = descriptor_, .events = POLLOUT, .revents = 0};
        if (::poll(&writable, 1, look_ms) != 0) return true;
        if (ends_ && waited_ms >= options_.patience_ms) return false;
    }
}

}  // namespace weir::observe
