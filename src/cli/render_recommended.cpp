// Recommended limits beside those in force.
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/render.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "text/numbers.hpp"

namespace weir::cli {

namespace {

/// From here on a key's use says less than what it wanted.
constexpr double much_refused = 0.01;

std::string number_or(const Json& row, const char* name, const char* none) {
    return member_of(row, name).is_number() ? text::with_separators(integer_of(row, name))
                                            : std::string(none);
}

std::string recommended_text(const Json& row) {
    if (member_of(row, "recommended").is_number())
        return text::with_separators(integer_of(row, "recommended"));
    return std::to_string(integer_of(row, "hours")) + " of " +
           std::to_string(integer_of(row, "hours_needed")) + " hours";
}

std::string note_of(const Json& row) {
    const double refused = number_of(row, "refused_part");
    if (refused < much_refused) return {};
    return printable(text_of(row, "key")) + ": limits refused " +
           std::to_string(std::lround(refused * 100.0)) + "% of its requests; it would have used more.\n";
}

}  // namespace

std::string render_recommended(const Json& answer, std::size_t width) {
    Table table({{"KEY", Align::left, true},
                 {"DIMENSION"},
                 {"WINDOW"},
                 {"LIMIT", Align::right},
                 {"P99 OF USE", Align::right},
                 {"RECOMMENDED", Align::right}});
    std::string notes, noted;
    bool is_short = false;
    for (const Json& row : member_of(answer, "recommended")) {
        const std::string key = text_of(row, "key");
        table.add({key, text_of(row, "dimension"), text_of(row, "window"), number_or(row, "limit", "none"),
                   number_or(row, "p99", "-"), recommended_text(row)});
        is_short = is_short || !member_of(row, "recommended").is_number();
        if (key != noted) notes += note_of(row);
        noted = key;
    }
    if (table.empty()) return "There are no keys.\n";
    if (is_short) notes += "Where hours stand instead of a limit, there is too little history for one.\n";
    return table.text(width) + (notes.empty() ? "" : "\n" + notes);
}

}  // namespace weir::cli
