// Sentences out of figures.
#include "app/store_words.hpp"

#include <spdlog/fmt/fmt.h>

#include "observe/timestamp.hpp"

namespace weir::app {

namespace {

std::string duration_in_words(std::int64_t duration_us) {
    const double seconds = static_cast<double>(duration_us) / 1e6;
    return seconds < 120 ? fmt::format("{:.1f} s", seconds) : fmt::format("{:.0f} min", seconds / 60);
}

std::string decisions_in_words(std::uint64_t count) {
    if (count == 0) return "no decision was made";
    if (count == 1) return "1 decision was made";
    return fmt::format("{} decisions were made", count);
}

/// Whether requests are decided at all while the store is away.
bool decides_alone(WithoutStore policy, std::int64_t nodes) noexcept {
    return policy == WithoutStore::open || (policy == WithoutStore::local && nodes > 0);
}

std::string turned_away_in_words(std::uint64_t count) {
    if (count == 0) return "no request was turned away";
    return count == 1 ? "1 request was turned away" : fmt::format("{} requests were turned away", count);
}

}  // namespace

std::string words_of_policy(WithoutStore policy, std::int64_t nodes) {
    switch (policy) {
        case WithoutStore::local:
            break;
        case WithoutStore::open:
            return "requests pass unmetered (store.on_failure is open)";
        case WithoutStore::closed:
            return "requests are answered 503 (store.on_failure is closed)";
    }
    if (nodes > 0) return fmt::format("this node keeps to its part of each limit (1 of {})", nodes);
    return "this node does not know how many nodes share the limits, so requests are answered 503: set "
           "cluster.nodes, or start Redis";
}

std::string words_of_loss(WithoutStore policy, const RedisStoreStatistics& statistics, std::string_view why) {
    return fmt::format("Redis at {} does not decide ({}); {}", statistics.server, why,
                       words_of_policy(policy, statistics.nodes));
}

std::string words_of_return(const RedisStoreStatistics& statistics, std::int64_t now_us) {
    const std::string away = duration_in_words(now_us - statistics.away_since_us);
    const std::string meanwhile =
        statistics.alone_since_away == 0
            ? " without it"
            : " in which " + decisions_in_words(statistics.alone_since_away) + " without it";
    return fmt::format("Redis at {} decides, after {}{}", statistics.server, away, meanwhile);
}

std::string words_of_absence(WithoutStore policy, const RedisStoreStatistics& statistics) {
    if (statistics.away_since_us == 0) return {};
    std::string since;
    observe::append_timestamp(since, statistics.away_since_us);
    const std::uint64_t count = statistics.alone_since_away;
    const bool decides = decides_alone(policy, statistics.nodes);
    const std::string meanwhile =
        decides ? decisions_in_words(count) + " without it" : turned_away_in_words(count);
    return fmt::format("Redis at {} has not decided since {} ({}), {}; {}", statistics.server, since,
                       statistics.why_away, meanwhile, words_of_policy(policy, statistics.nodes));
}

}  // namespace weir::app
