// The page that shows a report, with a mark where the report goes.
#pragma once

#include <string_view>

namespace weir::load {

extern const std::string_view report_page;
constexpr std::string_view report_mark = "/*REPORT*/";

}  // namespace weir::load
