// Every record reaches the file before the next request of its connection is read.
#include "mock_upstream/journal.hpp"

#include <cerrno>
#include <system_error>

namespace weir::mock {

Journal::Journal(const std::string& file, bool keep_records) : keep_records_(keep_records) {
    if (file.empty()) return;
    file_.reset(std::fopen(file.c_str(), "a"));
    if (!file_) throw std::system_error(errno, std::generic_category(), "cannot open the log " + file);
}

void Journal::saw_line(std::string_view line) {
    if (!keep_records_) return;
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
}

void Journal::add(MockRecord record) {
    if (!wanted()) return;
    const std::string line = file_ ? log_line(record) + "\n" : std::string();
    const std::lock_guard lock(mutex_);
    if (file_) {
        std::fwrite(line.data(), 1, line.size(), file_.get());
        std::fflush(file_.get());
    }
    if (keep_records_) records_.push_back(std::move(record));
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
