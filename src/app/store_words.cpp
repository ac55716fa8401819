// Sentences out of figures.
#include "app/store_words.hpp"

#include <spdlog/fmt/fmt.h>

#include "text/times.hpp"

namespace weir::app {

namespace {

std::string duration_in_words(std::int64_t duration_us) {
    const double seconds = static_cast<double>(duration_us) / 1e6;
    return seconds < 120 ? fmt::format("{:.1f} s", seconds) : fmt::format("{:.0f} min", seconds / 60);
}

std::string decisions_in_words(std::uint64_t count) {
    return count == 1 ? "1 decision was made without it"
                      : fmt::format("{} decisions were made without it", count);
}

std::string turned_away_in_words(std::uint64_t count) {
    return count == 1 ? "1 request was turned away" : fmt::format("{} requests were turned away", count);
}

/// What became of requests since the store is away. Both may have happened, for the number of nodes can show
/// later. Empty: none came.
std::string meanwhile_in_words(const RedisStoreStatistics& statistics) {
    const std::uint64_t decided = statistics.fallbacks_since_away;
    const std::uint64_t turned_away = statistics.turned_away_since_away;
    if (turned_away == 0) return decided == 0 ? std::string() : decisions_in_words(decided);
    if (decided == 0) return turned_away_in_words(turned_away);
    return turned_away_in_words(turned_away) + " and " + decisions_in_words(decided);
}

const char* remedy_for(RedisObstacle obstacle) noexcept {
    switch (obstacle) {
        case RedisObstacle::unreachable:
            return "set cluster.nodes, or start Redis";
        case RedisObstacle::unusable:
            return "set cluster.nodes, or correct store.url";
        case RedisObstacle::passing:
            break;
    }
    return "set cluster.nodes";
}

}  // namespace

std::string words_of_policy(WithoutStore policy, const RedisStoreStatistics& statistics) {
    switch (policy) {
        case WithoutStore::local:
            break;
        case WithoutStore::open:
            return "requests pass unmetered (store.on_failure is open)";
        case WithoutStore::closed:
            return "requests are answered 503 (store.on_failure is closed)";
    }
    if (statistics.nodes > 0) {
        return fmt::format("this node keeps to its part of each limit (1 of {})", statistics.nodes);
    }
    return fmt::format(
        "this node does not know how many nodes share the limits, so requests are answered 503: {}",
        remedy_for(statistics.obstacle));
}

std::string words_of_loss(WithoutStore policy, const RedisStoreStatistics& statistics, std::string_view why) {
    return fmt::format("Redis at {} does not decide ({}); {}", statistics.server, why,
                       words_of_policy(policy, statistics));
}

std::string words_of_return(const RedisStoreStatistics& statistics, std::int64_t now_us) {
    const std::string away = duration_in_words(now_us - statistics.away_since_us);
    const std::string meanwhile = meanwhile_in_words(statistics);
    return fmt::format("Redis at {} decides, after {} {}{}", statistics.server, away,
                       meanwhile.empty() ? "without it" : "in which ", meanwhile);
}

std::string words_of_absence(WithoutStore policy, const RedisStoreStatistics& statistics) {
    if (statistics.away_since_us == 0) return {};
    std::string since;
    text::append_timestamp(since, statistics.away_since_us);
    const std::string meanwhile = meanwhile_in_words(statistics);
    return fmt::format("Redis at {} has not decided since {} ({}), {}; {}", statistics.server, since,
                       statistics.why_away, meanwhile.empty() ? "no request came since" : meanwhile,
                       words_of_policy(policy, statistics));
}

}  // namespace weir::app
