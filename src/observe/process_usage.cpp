// Linux: /proc/self.
#include "observe/process_usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace weir::observe {

namespace {

std::int64_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::int64_t all_pages = 0, resident_pages = 0;
    file >> all_pages >> resident_pages;
    return resident_pages * ::sysconf(_SC_PAGESIZE);
}

std::int64_t open_files() {
    std::error_code error;
    std::int64_t count = 0;
    for (auto entry = std::filesystem::directory_iterator("/proc/self/fd", error);
         !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        ++count;
    }
    return count;
}

std::int64_t in_us(const timeval& time) noexcept {
    return time.tv_sec * 1'000'000 + time.tv_usec;
}

}  // namespace

ProcessUsage process_usage() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return {.resident_bytes = resident_bytes(),
            .open_files = open_files(),
            .open_files_max = static_cast<std::int64_t>(files.rlim_cur),
            .cpu_us = in_us(used.ru_utime) + in_us(used.ru_stime)};
}

}  // namespace weir::observe
