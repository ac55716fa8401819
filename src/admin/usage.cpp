// GET /admin/usage: daily totals, summed as asked.
#include <algorithm>
#include <exception>
#include <utility>

#include "admin/handlers.hpp"
#include "text/times.hpp"
#include "usage/totals.hpp"

namespace weir::admin {

namespace {

constexpr std::int64_t days_max = 400;

std::int64_t day_argument(const Call& call, std::string_view name, std::int64_t usual) {
    if (!call.arguments.has(name)) return usual;
    const std::optional<std::int64_t> day = text::parse_day(call.text(name));
    if (day) return *day;
    throw Refused(400, "invalid_parameter",
                  "parameter " + std::string(name) + ": expected a day of the calendar");
}

bool lists(std::string_view list, std::string_view word) {
    for (;;) {
        const auto comma = list.find(',');
        if (list.substr(0, comma) == word) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
}

}  // namespace

awaitable<Answer> show_usage(Call& call) {
    const std::int64_t today = text::day_of(call.store_now_us());
    const std::int64_t to = day_argument(call, "to", today);
    const std::int64_t from = day_argument(call, "from", std::min(today, to));
    if (from > to || to - from >= days_max) {
        throw Refused(400, "invalid_parameter",
                      "parameters from and to: expected at most 400 days, the first one first");
    }
    const std::string& by = call.text("by");
    const usage::Grouping grouping{
        .key = lists(by, "key"), .model = lists(by, "model"), .day = lists(by, "day")};
    Answered<std::vector<usage::Row>> answered = co_await call.control().usage_totals(from, to);
    const std::vector<usage::Row> rows = usage::group(value_of(std::move(answered)), grouping);
    if (call.text("format") == "json") {
        co_return text_answer(usage::totals_json(rows, grouping, from, to), 200, "application/json");
    }
    Answer answer = text_answer(usage::totals_csv(rows, grouping), 200, "text/csv; charset=utf-8");
    answer.fields.emplace_back(
        "content-disposition",
        "attachment; filename=\"weir-usage-" + text::day_text(from) + "-" + text::day_text(to) + ".csv\"");
    co_return answer;
}

}  // namespace weir::admin
