// The result of a run for a person and for a program.
#pragma once

#include <string>

#include "load/options.hpp"
#include "load/run.hpp"

namespace weir::load {

std::string text_report(const LoadOptions& options, const Result& result);
std::string json_report(const LoadOptions& options, const Result& result);

}  // namespace weir::load
