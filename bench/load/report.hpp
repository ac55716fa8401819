// The result of a run for a person, for a program and for a browser.
//
// report.json is one object; times are in the unit that their names end with, latencies count from when a
// request was sent, in an open loop from when it was due:
//   weir_load, started_at, elapsed_s, interrupted    version; UTC; from the end of the warm-up to the last
//   answer options       what was asked: targets, keys (how many), concurrent, threads, rate (null: closed
//   loop), … total         sent, admitted (2xx), refused (429, or told by x-weir-limit), other, failed (no
//   whole answer),
//                 input_tokens, output_tokens (as the answers reported them)
//   unfinished    in flight when the run was interrupted
//   unsent        due, but no connection was free until the end; not in sent, and in no latency
//   percent       admitted, refused, other, failed of those sent; unsent of those due
//   per_second    answers, admitted, refused
//   status        answers by status
//   refused_by    refusals by <scope>/<dimension>/<window>; refused_by_dimension and refused_by_scope are its
//   sums failed_by     failures by reason without_retry_after   answers with 429 that lack the header
//   connections   opened, reused (requests on a used one), failed, left_open; warm-up included
//   generator     cpu_s, cpu_us_per_request: what weir-load itself took, warm-up included
//   latency       admitted, refused, other, first_token (first byte of a streamed body), late (from due to
//   sent): each
//                 count, avg_us, p50_us, p90_us, p95_us, p99_us, p999_us, max_us, and in the file buckets:
//                 [[upper edge in us, count], …] without the empty ones
//   keys          [{key, …the same as total…, admitted_per_second}, …]; long keys are shortened
//   seconds       only in the file: [{sent, admitted, refused, other, failed, admitted_p50_us,
//   admitted_p99_us,
//                 refused_p50_us, refused_p99_us}, …], answers by when they arrived; these percentiles are at
//                 most 6 % too high, all others at most 0.8 %
#pragma once

#include <string>

#include "load/options.hpp"
#include "load/run.hpp"

namespace weir::load {

std::string text_report(const LoadOptions& options, const Result& result);

enum class Detail { summary, everything };
std::string json_report(const LoadOptions& options, const Result& result, Detail detail);

/// A page that needs nothing but itself, from a json_report with everything.
std::string html_report(std::string_view json);

/// Writes report.json and report.html. Throws std::runtime_error where that can't be.
void write_report(const LoadOptions& options, const Result& result);

/// Whoever reads a report need not learn a secret: long keys lose their middle.
std::string shown_key(const std::string& key);

struct LimitName {
    std::string scope;
    std::string dimension;
    std::string window;
};
/// Of x-weir-limit, <scope>/<dimension>/<window>; a text of another shape becomes the scope.
LimitName limit_name_in(std::string_view text);

}  // namespace weir::load
