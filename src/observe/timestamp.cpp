// Date and second are kept: rows of the same second differ in their microseconds alone.
#include "observe/timestamp.hpp"

#include <array>
#include <ctime>

namespace weir::observe {

namespace {

struct Second {
    std::int64_t since_epoch_s = -1;
    std::array<char, 32> text{};  ///< "2026-11-26T03:16:46."
    std::size_t size = 0;
};

void fill(Second& second, std::int64_t since_epoch_s) {
    const auto time = static_cast<std::time_t>(since_epoch_s);
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    second.size = std::strftime(second.text.data(), second.text.size(), "%Y-%m-%dT%H:%M:%S.", &parts);
    second.since_epoch_s = since_epoch_s;
}

}  // namespace

void append_timestamp(std::string& out, std::int64_t time_us) {
    constexpr std::int64_t second_us = 1'000'000;
    thread_local Second second;
    if (time_us < 0) time_us = 0;
    const std::int64_t since_epoch_s = time_us / second_us;
    if (since_epoch_s != second.since_epoch_s) fill(second, since_epoch_s);
    std::array<char, 7> fraction{'0', '0', '0', '0', '0', '0', 'Z'};
    std::int64_t rest_us = time_us % second_us;
    for (std::size_t i = 6; i-- > 0; rest_us /= 10) fraction[i] = static_cast<char>('0' + rest_us % 10);
    out.append(second.text.data(), second.size).append(fraction.data(), fraction.size());
}

}  // namespace weir::observe
