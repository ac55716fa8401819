// Every record reaches the file before the next request of its connection is read.
#include "mock_upstream/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace weir::mock {

Journal::Journal(const std::string& file, bool keep_records) : keep_records_(keep_records) {
    if (file.empty()) return;
    file_ = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (file_ < 0) throw std::system_error(errno, std::generic_category(), "cannot open the log " + file);
}

Journal::~Journal() {
    if (file_ >= 0) ::close(file_);
}

void Journal::saw_line(std::string_view line) {
    if (!keep_records_) return;
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
}

void Journal::add(MockRecord record) {
    if (!wanted()) return;
    if (file_ >= 0) write_line(log_line(record) + "\n");
    const std::lock_guard lock(mutex_);
    if (keep_records_) records_.push_back(std::move(record));
}

/// One write, so that lines of several journals in one file stay whole.
void Journal::write_line(const std::string& line) {
    for (std::string_view left = line; !left.empty();) {
        const ssize_t written = ::write(file_, left.data(), left.size());
        if (written < 0 && errno != EINTR) return;
        if (written > 0) left.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::vector<MockRecord> Journal::records() const {
    const std::lock_guard lock(mutex_);
    return records_;
}

std::vector<std::string> Journal::lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
}

}  // namespace weir::mock
