// What the ledgers of a key hold: limits, buckets, and when there is room again.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "cli/render.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "text/numbers.hpp"

namespace weir::cli {

namespace {

constexpr std::size_t bar_width = 20;
constexpr std::size_t lines_max = 12;
constexpr std::array<const char*, 5> dimensions{"requests", "input_tokens", "output_tokens", "total_tokens",
                                                "in_flight"};

bool counts_in_flight(const Json& ledger) {
    return member_of(member_of(ledger, "limits"), "in_flight").is_number();
}

/// Buckets that expire one after the other, summed.
struct Buckets {
    std::int64_t first_ms = 0, last_ms = 0;  ///< until the first and the last of them expires
    std::int64_t count = 0;
    std::int64_t requests = 0, input_tokens = 0, output_tokens = 0, in_flight = 0;

    void add(const Buckets& later) {
        last_ms = later.last_ms;
        count += later.count;
        requests += later.requests;
        input_tokens += later.input_tokens;
        output_tokens += later.output_tokens;
        in_flight += later.in_flight;
    }
    std::int64_t of(std::string_view dimension) const noexcept {
        if (dimension == "requests") return requests;
        if (dimension == "input_tokens") return input_tokens;
        if (dimension == "in_flight") return in_flight;
        return dimension == "output_tokens" ? output_tokens : input_tokens + output_tokens;
    }
};

/// The first to expire comes first.
std::vector<Buckets> buckets_of(const Json& ledger) {
    std::vector<Buckets> buckets;
    for (const Json& entry : member_of(ledger, "entries")) {
        const std::int64_t expires_ms = integer_of(entry, "expires_in_ms");
        buckets.push_back({expires_ms, expires_ms, 1, integer_of(entry, "requests"),
                           integer_of(entry, "input_tokens"), integer_of(entry, "output_tokens"),
                           integer_of(entry, "in_flight")});
    }
    std::sort(buckets.begin(), buckets.end(),
              [](const Buckets& one, const Buckets& other) { return one.first_ms < other.first_ms; });
    return buckets;
}

/// "900 ms", "42 s", "59 min 30 s", "24 h 12 min", "30 d 6 h": rounded up, so that it is not too early then.
std::string wait_text(std::int64_t milliseconds) {
    constexpr std::int64_t second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
    const auto in_both = [&](std::int64_t unit, const char* name, std::int64_t smaller,
                             const char* its_name) {
        const std::int64_t parts = (milliseconds + smaller - 1) / smaller, each = unit / smaller;
        std::string text = std::to_string(parts / each) + name;
        return parts % each == 0 ? text : text + " " + std::to_string(parts % each) + its_name;
    };
    if (milliseconds < 2 * minute) return duration_text(milliseconds);
    if (milliseconds < 2 * hour) return in_both(minute, " min", second, " s");
    if (milliseconds < 2 * day) return in_both(hour, " h", minute, " min");
    return in_both(day, " d", hour, " h");
}

std::string time_text(const Buckets& buckets) {
    const std::string first = wait_text(buckets.first_ms), last = wait_text(buckets.last_ms);
    return first == last ? first : first + " to " + last;
}

/// Neighbours become one where `are_alike`.
template <typename AreAlike>
std::vector<Buckets> joined_where(const std::vector<Buckets>& buckets, AreAlike are_alike) {
    std::vector<Buckets> sums;
    for (const Buckets& bucket : buckets) {
        if (!sums.empty() && are_alike(sums.back(), bucket)) {
            sums.back().add(bucket);
        } else {
            sums.push_back(bucket);
        }
    }
    return sums;
}

/// Those that expire at what reads as the same time are one; above `lines_max`, those that expire within the
/// same part of the time.
std::vector<Buckets> summed(const std::vector<Buckets>& buckets) {
    std::vector<Buckets> sums = joined_where(
        buckets, [](const Buckets& one, const Buckets& next) { return time_text(one) == time_text(next); });
    if (sums.size() <= lines_max) return sums;
    const std::int64_t begin_ms = buckets.front().first_ms;
    const std::int64_t part_ms =
        (buckets.back().last_ms - begin_ms) / static_cast<std::int64_t>(lines_max) + 1;
    return joined_where(buckets, [&](const Buckets& one, const Buckets& next) {
        return (one.first_ms - begin_ms) / part_ms == (next.first_ms - begin_ms) / part_ms;
    });
}

std::string buckets_text(const std::vector<Buckets>& buckets, std::size_t width) {
    Table table({{"EXPIRES IN", Align::right},
                 {"BUCKETS", Align::right},
                 {"REQUESTS", Align::right},
                 {"INPUT", Align::right},
                 {"OUTPUT", Align::right}});
    for (const Buckets& line : buckets) {
        table.add({time_text(line), std::to_string(line.count), text::with_separators(line.requests),
                   text::with_separators(line.input_tokens), text::with_separators(line.output_tokens)});
    }
    return table.text(width);
}

/// Each is over when its request ends. Without a node that renews it, it lasts as long as this says.
std::string slots_text(const std::vector<Buckets>& buckets, std::size_t width) {
    Table table({{"IN FLIGHT", Align::right}, {"HELD FOR", Align::right}});
    for (const Buckets& line : buckets) table.add({text::with_separators(line.in_flight), time_text(line)});
    return table.text(width);
}

std::string limits_text(const Json& ledger, std::size_t width) {
    Table table({{"COUNTED", Align::left},
                 {"USED", Align::right},
                 {"LIMIT", Align::right},
                 {"", Align::left},
                 {"", Align::right}});
    const Json& limits = member_of(ledger, "limits");
    for (const char* dimension : dimensions) {
        const std::int64_t used = integer_of(member_of(ledger, "used"), dimension);
        const std::int64_t limit = integer_of(limits, dimension);
        if (member_of(limits, dimension).is_number()) {
            table.add({dimension, text::with_separators(used), text::with_separators(limit),
                       bar(used, limit, bar_width), share_text(used, limit)});
        } else if (std::string_view(dimension) != "total_tokens" &&
                   member_of(member_of(ledger, "used"), dimension).is_number()) {
            table.add({dimension, text::with_separators(used), "none"});
        }
    }
    return table.text(width);
}

/// Until less than the limit is used, if nothing else is charged.
std::int64_t room_in_ms(const std::vector<Buckets>& buckets, std::string_view dimension, std::int64_t used,
                        std::int64_t limit) {
    for (const Buckets& bucket : buckets) {
        used -= bucket.of(dimension);
        if (used < limit) return bucket.last_ms;
    }
    return 0;
}

std::string amounts_text(const Buckets& buckets) {
    const auto counted = [](std::int64_t count, const char* one, const char* more) {
        return text::with_separators(count) + (count == 1 ? one : more);
    };
    return counted(buckets.requests, " request, ", " requests, ") +
           text::with_separators(buckets.input_tokens) + " input and " +
           counted(buckets.output_tokens, " output token", " output tokens");
}

/// When there is room, or more of it.
std::string room_text(const Json& ledger, const std::vector<Buckets>& buckets) {
    const Json& limits = member_of(ledger, "limits");
    std::string full, blocked;
    std::int64_t longest_ms = 0;
    for (const char* dimension : dimensions) {
        if (!member_of(limits, dimension).is_number()) continue;
        const std::int64_t used = integer_of(member_of(ledger, "used"), dimension);
        const std::int64_t limit = integer_of(limits, dimension);
        if (used < limit) continue;
        std::string& names = limit == 0 ? blocked : full;
        names.append(names.empty() ? "" : ", ").append(dimension);
        if (limit > 0) longest_ms = std::max(longest_ms, room_in_ms(buckets, dimension, used, limit));
    }
    if (!blocked.empty()) return "Blocked by a limit of 0: " + blocked + ".\n";
    if (counts_in_flight(ledger)) {
        return full.empty() ? "There is room for more requests in flight.\n"
                            : "Full: there is room again when one of these requests ends.\n";
    }
    if (!full.empty()) {
        return "Full: " + full + "; there is room again in " + wait_text(longest_ms) +
               " if nothing else is charged.\n";
    }
    if (buckets.empty()) return "Nothing counts now: all of it is free.\n";
    return "More room in " + wait_text(buckets.front().first_ms) + ": " + amounts_text(buckets.front()) +
           ".\n";
}

/// As a shell takes it.
std::string quoted(const std::string& word) {
    std::string text("'");
    for (const char c : printable(word)) {
        if (c == '\'') text.append("'\\'");
        text.push_back(c);
    }
    return text + "'";
}

std::string heading(const Json& ledger) {
    const std::string key = text_of(ledger, "redis_key");
    std::string text = key.empty() ? "" : quoted(key) + "\n";
    text.append(text_of(ledger, "scope")).append(" ").append(printable(text_of(ledger, "owner")));
    text.append(counts_in_flight(ledger) ? ", requests in flight" : ", window " + text_of(ledger, "window"));
    if (key.empty()) text.append(", in this node's memory");
    if (!flag_of(ledger, "enforced", true)) text.append(", in shadow mode");
    return text + "\n";
}

}  // namespace

std::string render_ledgers(const Json& answer, std::size_t width, bool shows_all) {
    std::string text;
    for (const Json& ledger : member_of(answer, "ledgers")) {
        text.append(text.empty() ? "" : "\n").append(heading(ledger)).append("\n");
        if (!member_of(ledger, "used").is_object()) {
            text.append("Can't be read: the server that holds it is away.\n");
            continue;
        }
        const std::vector<Buckets> buckets = buckets_of(ledger);
        text.append(limits_text(ledger, width)).append("\n");
        if (!buckets.empty()) {
            const std::vector<Buckets> lines = shows_all ? buckets : summed(buckets);
            text.append(counts_in_flight(ledger) ? slots_text(lines, width) : buckets_text(lines, width));
            text.append("\n");
        }
        text.append(room_text(ledger, buckets));
    }
    return text.empty() ? "No limits apply, so that there are no ledgers.\n" : text;
}

}  // namespace weir::cli
