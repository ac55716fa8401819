// The line, and when to show it.
#include "load/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "load/text_print.hpp"
#include "text/numbers.hpp"

namespace weir::load {
namespace {

constexpr std::int64_t terminal_interval_us = 250'000;
constexpr std::int64_t plain_interval_us = 5'000'000;
constexpr const char* to_line_start = "\r\x1b[K";

double percent(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::size_t columns() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80U;
}

}  // namespace

void Progress::merge(const Progress& other) {
    counts.add(other.counts);
    admitted_us.merge(other.admitted_us);
    in_flight += other.in_flight;
    overdue += other.overdue;
}

std::string progress_line(const LoadOptions& options, const Progress& before, const Progress& now,
                          double between_s, double elapsed_s) {
    std::string line;
    if (elapsed_s < 0) {
        print(line, "warming up, %.0f s to go", -elapsed_s);
        return line;
    }
    print(line, "%.0f", elapsed_s);
    if (options.duration_s > 0) print(line, " of %.0f", options.duration_s);
    const std::uint64_t answered = now.counts.answered();
    const double rate =
        between_s > 0 ? static_cast<double>(answered - before.counts.answered()) / between_s : 0;
    print(line, " s   %s done   %s/s   admitted %.1f %%   refused %.1f %%   p99 %.2f ms",
          text::with_separators(answered).c_str(),
          text::with_separators(static_cast<unsigned long long>(rate)).c_str(),
          percent(now.counts.admitted, answered), percent(now.counts.refused, answered),
          static_cast<double>(now.admitted_us.since(before.admitted_us).at(0.99)) / 1000);
    if (now.counts.failed > 0) print(line, "   failed %s", text::with_separators(now.counts.failed).c_str());
    if (now.overdue > 0) print(line, "   overdue %s", text::with_separators(now.overdue).c_str());
    if (options.duration_s > 0 && elapsed_s > options.duration_s)
        print(line, "   waiting for %s", text::with_separators(now.in_flight).c_str());
    return line;
}

ProgressDisplay::ProgressDisplay(const LoadOptions& options)
    : options_(options), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressDisplay::show(const Progress& now, std::int64_t now_us, double elapsed_s) {
    const bool is_first = before_us_ == 0;
    if (!is_first) {
        std::string line =
            progress_line(options_, before_, now, static_cast<double>(now_us - before_us_) / 1e6, elapsed_s);
        if (is_terminal_) {
            line.resize(std::min(line.size(), columns() - 1));
            std::fprintf(stderr, "%s%s", to_line_start, line.c_str());
        } else {
            std::fprintf(stderr, "weir-load: %s\n", line.c_str());
        }
        std::fflush(stderr);
    }
    before_ = now;
    before_us_ = now_us;
    next_us_ = now_us + (is_terminal_ ? terminal_interval_us : plain_interval_us);
}

void ProgressDisplay::clear() const {
    if (!is_terminal_) return;
    std::fputs(to_line_start, stderr);
    std::fflush(stderr);
}

}  // namespace weir::load
