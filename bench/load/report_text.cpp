// Tables for a terminal, without colours.
#include <algorithm>
#include <cmath>
#include <map>

#include "load/report.hpp"
#include "load/table.hpp"
#include "load/text_print.hpp"
#include "text/numbers.hpp"

namespace weir::load {
namespace {

/// With more keys than this, the text shows the first ones; report.json has them all.
constexpr std::size_t rows_max = 50;

std::string percent(std::uint64_t part, std::uint64_t whole) {
    std::string text;
    print(text, "%.2f %%", whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole));
    return text;
}

std::string per_second(std::uint64_t count, double elapsed_s) {
    const double rate = static_cast<double>(count) / elapsed_s;
    if (rate >= 1000) return text::with_separators(static_cast<unsigned long long>(std::llround(rate)));
    std::string text;
    print(text, "%.1f", rate);
    return text;
}

std::string milliseconds(double value_us) {
    std::string text;
    print(text, "%.2f", value_us / 1000);
    return text;
}

/// Behind an empty line; nothing where the table is empty.
std::string block(const Table& table) {
    return table.is_empty() ? std::string() : std::string("\n").append(table.text());
}

std::string headline(const LoadOptions& options, const Result& result) {
    std::string out;
    print(out, "weir-load: %s requests in %.2f s%s, %zu target%s, %zu key%s, %u connection%s, ",
          text::with_separators(result.tally.total.sent).c_str(), result.elapsed_s,
          result.interrupted ? " (interrupted)" : "", options.targets.size(),
          options.targets.size() == 1 ? "" : "s", options.keys.size(), options.keys.size() == 1 ? "" : "s",
          options.concurrent, options.concurrent == 1 ? "" : "s");
    if (options.rate > 0) {
        print(out, "%g due a second\n", options.rate);
    } else {
        out += "as fast as answers came\n";
    }
    return out;
}

std::string outcomes(const LoadOptions& options, const Result& result) {
    const Tally& tally = result.tally;
    Table table{"requests", "number", "percent", "a second"};
    const auto add = [&](const char* name, std::uint64_t count, std::uint64_t of) {
        table.add(
            {name, text::with_separators(count), percent(count, of), per_second(count, result.elapsed_s)});
    };
    const Counts& total = tally.total;
    add("sent", total.sent, total.sent);
    add("admitted", total.admitted, total.sent);
    add("refused", total.refused, total.sent);
    if (tally.waited_us.count() > 0) {
        add("admitted after waiting", tally.admitted_waited, total.sent);
        add("refused after waiting", tally.refused_waited, total.sent);
    }
    if (total.other > 0) add("other answers", total.other, total.sent);
    add("failed", total.failed, total.sent);
    if (tally.unfinished > 0) add("unfinished when interrupted", tally.unfinished, total.sent);
    if (options.rate > 0) add("due, but never sent", tally.unsent, total.sent + tally.unsent);
    return table.text();
}

void add_latency(Table& table, const char* name, const Histogram& latency) {
    if (latency.count() == 0) return;
    std::vector<std::string> row{name, milliseconds(latency.mean())};
    for (const double share : {0.5, 0.9, 0.95, 0.99, 0.999}) {
        row.push_back(milliseconds(static_cast<double>(latency.at(share))));
    }
    row.push_back(milliseconds(static_cast<double>(latency.max())));
    table.add(std::move(row));
}

std::string latencies(const LoadOptions& options, const Tally& tally) {
    Table table{"latency, ms", "avg", "p50", "p90", "p95", "p99", "p99.9", "max"};
    add_latency(table, "all answers", tally.answered_us());
    add_latency(table, "admitted", tally.admitted_us);
    add_latency(table, "refused", tally.refused_us);
    add_latency(table, "other answers", tally.other_us);
    add_latency(table, "until the first token", tally.first_token_us);
    add_latency(table, "waited for room", tally.waited_us);
    if (options.rate > 0) add_latency(table, "from due to sent", tally.late_us);
    return block(table);
}

std::string statuses(const Tally& tally) {
    Table table{"status", "answers", "percent"};
    for (const auto& [status, count] : tally.by_status()) {
        table.add(
            {std::to_string(status), text::with_separators(count), percent(count, tally.total.answered())});
    }
    return block(table);
}

std::string refusals(const Tally& tally) {
    if (tally.refused_by.empty()) return {};
    Table table{"refused by", "scope", "window", "refusals", "percent"};
    std::map<std::string, std::pair<std::size_t, std::uint64_t>> by_dimension;
    for (const auto& [name, count] : tally.refused_by) {
        const LimitName limit = limit_name_in(name);
        table.add({limit.dimension.empty() ? "-" : limit.dimension, limit.scope, limit.window,
                   text::with_separators(count), percent(count, tally.total.refused)});
        auto& [rows, sum] = by_dimension[limit.dimension];
        ++rows;
        sum += count;
    }
    for (const auto& [dimension, sum] : by_dimension) {
        if (sum.first < 2) continue;
        table.add({dimension, "all", "", text::with_separators(sum.second),
                   percent(sum.second, tally.total.refused)});
    }
    return block(table);
}

std::string failures(const Tally& tally) {
    Table table{"failed by", "requests"};
    for (const auto& [reason, count] : tally.failed_by) table.add({reason, text::with_separators(count)});
    return block(table);
}

void add_key(Table& table, const std::string& name, const Counts& counts, double elapsed_s) {
    table.add({name, text::with_separators(counts.sent), text::with_separators(counts.admitted),
               text::with_separators(counts.refused), text::with_separators(counts.other),
               text::with_separators(counts.failed), percent(counts.admitted, counts.sent),
               per_second(counts.admitted, elapsed_s), text::with_separators(counts.input_tokens),
               text::with_separators(counts.output_tokens)});
}

std::string keys(const LoadOptions& options, const Result& result) {
    const Tally& tally = result.tally;
    Table table{"key",          "sent",         "admitted",         "refused",
                "other",        "failed",       "admitted of sent", "admitted/s",
                "input tokens", "output tokens"};
    const std::size_t shown = std::min(tally.keys.size(), rows_max);
    for (std::size_t i = 0; i < shown; ++i) {
        add_key(table, shown_key(options.keys[i]), tally.keys[i], result.elapsed_s);
    }
    if (tally.keys.size() > shown)
        table.add(
            {std::string("… and ").append(text::with_separators(tally.keys.size() - shown)).append(" more")});
    if (tally.keys.size() > 1) add_key(table, "all", tally.total, result.elapsed_s);
    return block(table);
}

std::string connections(const Tally& tally) {
    Table table{"connections", "number"};
    table.add({"opened", text::with_separators(tally.connections.opened)});
    table.add({"reused by a request", text::with_separators(tally.connections.reused)});
    table.add({"failed to open", text::with_separators(tally.connections.failed)});
    table.add({"left open at the end", text::with_separators(tally.connections.left_open)});
    return block(table);
}

std::string notes(const Result& result) {
    const Tally& tally = result.tally;
    std::string out = "\n";
    const auto statuses_seen = tally.by_status();
    if (const auto found = statuses_seen.find(429); found != statuses_seen.end()) {
        print(out, "  Retry-After stood on %s of %s answers with 429.\n",
              text::with_separators(found->second - tally.without_retry_after).c_str(),
              text::with_separators(found->second).c_str());
    }
    const double requests = static_cast<double>(std::max<std::uint64_t>(tally.total.sent, 1));
    print(out, "  weir-load itself took %.2f s of CPU, %.1f us a request.\n", result.cpu_s,
          result.cpu_s * 1e6 / requests);
    if (tally.unsent > 0) {
        out +=
            "  The latencies leave out what was never sent: more connections (--concurrent) would show "
            "them.\n";
    }
    return out;
}

}  // namespace

std::string text_report(const LoadOptions& options, const Result& result) {
    const Tally& tally = result.tally;
    return headline(options, result) + "\n" + outcomes(options, result) + latencies(options, tally) +
           statuses(tally) + refusals(tally) + failures(tally) + keys(options, result) + connections(tally) +
           notes(result);
}

}  // namespace weir::load
