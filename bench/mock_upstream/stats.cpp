// Written by hand, as all JSON here.
#include "mock_upstream/stats.hpp"

#include "mock_upstream/json_text.hpp"
#include "text/durations.hpp"

namespace weir::mock {
namespace {

void append_object(std::string& out, const MockStats& stats) {
    out += "{\"provider\":";
    append_quoted_bytes(out, stats.provider);
    append(out, R"(,"mode":")", stats.mode, R"(","requests":)", stats.requests, R"(,"executed":)",
           stats.executed, R"(,"duplicates":)", stats.duplicates, R"(,"malformed":)", stats.malformed,
           R"(,"aborted":)", stats.aborted, R"(,"complete":)", stats.complete, R"(,"refused":)",
           stats.answered_with(429), R"(,"in_flight":)", stats.in_flight, R"(,"in_flight_max":)",
           stats.in_flight_max, R"(,"by_status":{)");
    for (const auto& [status, count] : stats.by_status) {
        append(out, out.back() == '{' ? "\"" : ",\"", status, "\":", count);
    }
    append(out, R"(},"window_ms":)", stats.limits.window_us / 1000, R"(,"limits":{)");
    for (std::size_t i = 0; i < counted_count; ++i) {
        const auto what = static_cast<Counted>(i);
        const std::optional<std::uint64_t> limit = stats.limits.of(what);
        if (limit) append(out, out.back() == '{' ? "\"" : ",\"", name_of(what), "\":", *limit);
    }
    out += R"(},"most_in_a_window":{)";
    for (std::size_t i = 0; stats.limits.window_us > 0 && i < counted_count; ++i) {
        append(out, out.back() == '{' ? "\"" : ",\"", name_of(static_cast<Counted>(i)),
               "\":", stats.most_in_a_window[i]);
    }
    out += "}}";
}

}  // namespace

std::uint64_t MockStats::answered_with(unsigned status) const {
    const auto found = by_status.find(status);
    return found == by_status.end() ? 0 : found->second;
}

std::string stats_json(const std::vector<MockStats>& providers) {
    std::string out = "{\"providers\":[";
    for (const MockStats& stats : providers) {
        if (out.back() == '}') out += ',';
        append_object(out, stats);
    }
    return out + "]}";
}

std::string stats_line(const MockStats& stats) {
    std::string out;
    append(out, stats.provider, stats.provider.empty() ? "" : ": ", stats.requests, " requests");
    for (const auto& [status, count] : stats.by_status) {
        append(out, out.back() == 's' ? " (" : ", ", status == 0 ? "unanswered" : std::to_string(status),
               ": ", count);
    }
    if (!stats.by_status.empty()) out += ')';
    append(out, ", ", stats.malformed, " malformed, ", stats.aborted, " aborted");
    if (stats.limits.window_us > 0) {
        const QuotaLimits& limits = stats.limits;
        append(out, ", at most ", stats.most_in_a_window[0]);
        if (limits.requests) append(out, " of ", *limits.requests);
        append(out, " in a window of ", text::window_text(limits.window_us));
    }
    append(out, ", at most ", stats.in_flight_max, " in flight, ", stats.duplicates, " executed twice");
    return out;
}

}  // namespace weir::mock
