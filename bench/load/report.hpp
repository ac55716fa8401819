// The result of a run for a person, for a program and for a browser.
// What report.json holds stands in bench/README.md.
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
