// Which member of what is counted an hour keeps.
#include "usage/hours.hpp"

#include <map>
#include <string>

namespace weir::usage {

Row hour_row(std::string_view key, std::int64_t hour, const Amounts& amounts) {
    Row row{.day = hour / 24, .key = std::string(key), .model = {}, .amounts = amounts};
    row.hour = static_cast<int>(hour % 24);
    row.amounts.admitted = row.amounts.cached_input_tokens = 0;
    return row;
}

std::vector<Row> hour_rows(const std::vector<Row>& rows, std::int64_t now_us,
                           const std::function<bool(const std::string&)>& is_known) {
    std::map<std::string_view, Amounts> sums;
    for (const Row& row : rows) {
        if (sums.contains(row.key) || is_known(row.key)) sums[row.key] += row.amounts;
    }
    std::vector<Row> hours;
    hours.reserve(sums.size());
    for (const auto& [key, amounts] : sums) hours.push_back(hour_row(key, now_us / hour_us, amounts));
    return hours;
}

}  // namespace weir::usage
