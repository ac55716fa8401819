// Aligned columns without colours, or one JSON object.
#include "load/report.hpp"

#include <cstdarg>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace weir::load {
namespace {

/// With more keys than this, the text shows the first ones and the total.
constexpr std::size_t rows_max = 50;

[[gnu::format(printf, 2, 3)]] void print(std::string& out, const char* format, ...) {
    std::va_list values;
    va_start(values, format);
    std::va_list again;
    va_copy(again, values);
    std::string text(static_cast<std::size_t>(std::vsnprintf(nullptr, 0, format, values)) + 1, '\0');
    std::vsnprintf(text.data(), text.size(), format, again);
    va_end(again);
    va_end(values);
    text.pop_back();
    out += text;
}

unsigned long long number(std::uint64_t value) {
    return value;
}

double milliseconds(std::uint64_t value_us) {
    return static_cast<double>(value_us) / 1000.0;
}

void print_row(std::string& out, const std::string& name, const KeyRow& row) {
    print(out, "  %-24s %10llu %10llu %10llu %10llu %10llu %12llu %12llu\n", name.c_str(), number(row.sent),
          number(row.admitted), number(row.refused), number(row.other), number(row.failed),
          number(row.input_tokens), number(row.output_tokens));
}

void print_keys(std::string& out, const LoadOptions& options, const Tally& tally) {
    print(out, "\n  %-24s %10s %10s %10s %10s %10s %12s %12s\n", "key", "sent", "admitted", "refused",
          "other", "failed", "input tokens", "output tok.");
    for (std::size_t i = 0; i < tally.keys.size() && i < rows_max; ++i)
        print_row(out, options.keys[i], tally.keys[i]);
    if (tally.keys.size() > rows_max) print(out, "  … and %zu keys more\n", tally.keys.size() - rows_max);
    if (tally.keys.size() > 1) print_row(out, "total", tally.total());
}

template <typename Reasons>
void print_reasons(std::string& out, const char* title, const Reasons& reasons) {
    if (reasons.empty()) return;
    print(out, "\n  %s\n", title);
    for (const auto& [reason, count] : reasons) print(out, "  %-40s %10llu\n", reason.c_str(), number(count));
}

void print_latency(std::string& out, const char* name, const Histogram& histogram) {
    if (histogram.count() == 0) return;
    print(out, "  %-24s %10.2f %10.2f %10.2f %10.2f\n", name, milliseconds(histogram.at(0.5)),
          milliseconds(histogram.at(0.9)), milliseconds(histogram.at(0.99)), milliseconds(histogram.max()));
}

nlohmann::ordered_json row_json(const KeyRow& row) {
    return {{"sent", row.sent},
            {"admitted", row.admitted},
            {"refused", row.refused},
            {"other", row.other},
            {"failed", row.failed},
            {"input_tokens", row.input_tokens},
            {"output_tokens", row.output_tokens}};
}

nlohmann::ordered_json latency_json(const Histogram& histogram) {
    return {{"count", histogram.count()},
            {"p50_us", histogram.at(0.5)},
            {"p90_us", histogram.at(0.9)},
            {"p99_us", histogram.at(0.99)},
            {"max_us", histogram.max()}};
}

}  // namespace

std::string text_report(const LoadOptions& options, const Result& result) {
    const Tally& tally = result.tally;
    const KeyRow total = tally.total();
    const std::uint64_t answered = total.admitted + total.refused + total.other;
    std::string out;
    print(out, "weir-load: %llu requests in %.2f s, %.0f answers/s%s\n", number(total.sent), result.elapsed_s,
          static_cast<double>(answered) / result.elapsed_s, result.interrupted ? " (interrupted)" : "");
    print_keys(out, options, tally);
    print(out, "\n  status\n");
    for (const auto& [status, count] : tally.by_status) print(out, "  %-40u %10llu\n", status, number(count));
    print_reasons(out, "refused by", tally.refused_by);
    print_reasons(out, "failed by", tally.failed_by);
    if (tally.unfinished > 0) print(out, "\n  unfinished when interrupted: %llu\n", number(tally.unfinished));
    const auto refusals = tally.by_status.find(429);
    if (refusals != tally.by_status.end()) {
        print(out, "\n  Retry-After: on %llu of %llu answers with 429\n",
              number(refusals->second - tally.without_retry_after), number(refusals->second));
    }
    print(out, "\n  %-24s %10s %10s %10s %10s\n", "latency, ms", "p50", "p90", "p99", "max");
    print_latency(out, "admitted", tally.admitted_us);
    print_latency(out, "refused", tally.refused_us);
    return out;
}

std::string json_report(const LoadOptions& options, const Result& result) {
    const Tally& tally = result.tally;
    nlohmann::ordered_json json{{"elapsed_s", result.elapsed_s}, {"interrupted", result.interrupted}};
    json["total"] = row_json(tally.total());
    json["keys"] = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < tally.keys.size(); ++i)
        json["keys"][options.keys[i]] = row_json(tally.keys[i]);
    json["status"] = nlohmann::ordered_json::object();
    for (const auto& [status, count] : tally.by_status) json["status"][std::to_string(status)] = count;
    json["refused_by"] = tally.refused_by;
    json["failed_by"] = tally.failed_by;
    json["unfinished"] = tally.unfinished;
    json["without_retry_after"] = tally.without_retry_after;
    json["latency"] = {{"admitted", latency_json(tally.admitted_us)},
                       {"refused", latency_json(tally.refused_us)}};
    return json.dump(2) + "\n";
}

}  // namespace weir::load
