// The thread sleeps while lines gather: a wake-up and a write for each would cost more than the line itself.
#include "observe/line_writer.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace weir::observe {

namespace {

constexpr std::size_t waiting_bytes_max = 4 << 20;
constexpr auto gathering_time = std::chrono::milliseconds(20);

void write_all(int descriptor, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const auto written = ::write(descriptor, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            pollfd writable{.fd = descriptor, .events = POLLOUT, .revents = 0};
            ::poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return;
        }
    }
}

}  // namespace

LineWriter::LineWriter(int descriptor) : descriptor_(descriptor), thread_([this] { run(); }) {}

LineWriter::~LineWriter() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    filled_.notify_one();
    thread_.join();
}

void LineWriter::write(std::string_view line) {
    std::unique_lock lock(mutex_);
    taken_.wait(lock, [this] { return waiting_.size() < waiting_bytes_max; });
    const bool is_first = waiting_.empty();
    waiting_.append(line).append("\n");
    lock.unlock();
    if (is_first) filled_.notify_one();
}

/// Waits for lines; none: the end.
void LineWriter::take(std::string& lines) {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
    filled_.wait_for(lock, gathering_time, [this] { return ends_; });
    lines.swap(waiting_);
}

void LineWriter::run() {
    std::string lines;
    for (;;) {
        take(lines);
        if (lines.empty()) return;
        taken_.notify_all();
        write_all(descriptor_, lines);
        lines.clear();
    }
}

}  // namespace weir::observe
