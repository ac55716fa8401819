// Answers of the admin API as tables and sentences. Pure: a document in, text out. `width` 0: as wide as it
// gets.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/fields.hpp"

namespace weir::cli {

std::string render_keys(const Json& answer, std::size_t width);
/// One key, and the limits that apply to it.
std::string render_key(const Json& key, std::size_t width);
/// Levels: how full each limit is.
std::string render_levels(const Json& levels, std::size_t width);
/// Each ledger of a key: limits, buckets, and when there is room. `shows_all`: every bucket, instead of a
/// dozen sums of them at the most.
std::string render_ledgers(const Json& answer, std::size_t width, bool shows_all);
/// Of each key, dimension and window: the limit, the 99th percentile of its use, and which limit would do.
std::string render_recommended(const Json& answer, std::size_t width);
std::string render_usage(const Json& answer, std::size_t width);
std::string render_explanation(const Json& answer, std::size_t width);
std::string render_nodes(const Json& answer, std::size_t width);
/// What reloading brought: what only a restart brings, and what may not be meant.
std::string render_reload(const Json& answer);
/// A tier, group or upstream with its limits, and what lies over it.
std::string render_object(const std::string& target, const Json& object, const Json& over);
/// "key/acme-web: rpm 100, until 2026-11-26 18:00:00 UTC (launch)".
std::string render_override(const Json& answer);

/// The live table, a screen of `height` lines at the most (0: all that there is). `remark`: why it is not
/// live.
std::vector<std::string> render_top(const Json& figures, std::size_t width, std::size_t height,
                                    const std::string& remark = {});

}  // namespace weir::cli
