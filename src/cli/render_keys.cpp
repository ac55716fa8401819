// Keys and their limits.
#include <nlohmann/json.hpp>

#include "cli/render.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "text/numbers.hpp"

namespace weir::cli {

namespace {

constexpr std::size_t bar_width = 20;

/// Of the limits the one with the largest part used; nullptr where there is none.
const Json* fullest_of(const Json& levels) {
    const Json* fullest = nullptr;
    double most = -1;
    for (const Json& level : levels) {
        const auto limit = static_cast<double>(integer_of(level, "limit"));
        const double share = limit > 0 ? static_cast<double>(integer_of(level, "used")) / limit : 1;
        if (share <= most) continue;
        most = share;
        fullest = &level;
    }
    return fullest;
}

std::string state_of(const Json& key) {
    if (!flag_of(key, "known", true)) return "unknown";
    return flag_of(key, "disabled") ? "disabled" : "active";
}

std::string seen(const Json& key) {
    const std::string time = text_of(key, "last_seen");
    return time.empty() ? "-" : date_and_time(time);
}

void append_fact(std::string& text, const char* name, const std::string& value) {
    if (value.empty()) return;
    std::string label(name);
    label.resize(14, ' ');
    text.append(label).append(printable(value)).append("\n");
}

std::string amounts_text(const Json& amounts) {
    return text::with_separators(integer_of(amounts, "requests")) + " requests, " +
           text::with_separators(integer_of(amounts, "refused")) + " of them refused; " +
           text::with_separators(integer_of(amounts, "input_tokens")) + " input and " +
           text::with_separators(integer_of(amounts, "output_tokens")) + " output tokens";
}

std::string limits_text(const Json& limits) {
    std::string text;
    for (const auto& [name, limit] : limits.items()) {
        if (!limit.is_number()) continue;
        text.append(text.empty() ? "" : ", ").append(name).append(" ");
        text.append(text::with_separators(limit.get<std::int64_t>()));
    }
    for (const Json& one : member_of(limits, "more")) {
        text.append(text.empty() ? "" : ", ").append(text_of(one, "dimension")).append("/");
        text.append(text_of(one, "window"))
            .append(" ")
            .append(text::with_separators(integer_of(one, "limit")));
    }
    if (!flag_of(limits, "enforce", true)) text.append(text.empty() ? "shadow" : ", shadow");
    return text;
}

/// "rpm 100, until … UTC (launch)", of an override.
std::string override_text(const Json& over) {
    std::string text;
    const Json& factor = member_of(over, "factor");
    if (factor.is_number()) {
        text = factor.dump();
        if (text.ends_with(".0")) text.resize(text.size() - 2);
        text.insert(0, "every limit times ");
    } else {
        text = limits_text(member_of(over, "limits"));
    }
    const std::string until = text_of(over, "until");
    if (!until.empty()) text.append(", until ").append(date_and_time(until)).append(" UTC");
    const std::string reason = text_of(over, "reason");
    if (!reason.empty()) text.append(" (").append(reason).append(")");
    return text;
}

}  // namespace

std::string render_keys(const Json& answer, std::size_t width) {
    Table table({{"KEY", Align::left, true},
                 {"TIER", Align::left, true},
                 {"STATE"},
                 {"REQ/MIN", Align::right},
                 {"REFUSED", Align::right},
                 {"IN/MIN", Align::right},
                 {"OUT/MIN", Align::right},
                 {"FULLEST LIMIT", Align::left, true},
                 {"USED", Align::right},
                 {"LAST SEEN", Align::left, true}});
    const Json& keys = member_of(answer, "keys");
    for (const Json& key : keys) {
        const Json& minute = member_of(key, "last_minute");
        const Json* fullest = fullest_of(member_of(key, "limits"));
        table.add({text_of(key, "id"), text_of(key, "tier"), state_of(key),
                   text::with_separators(integer_of(minute, "requests")),
                   text::with_separators(integer_of(minute, "refused")),
                   text::with_separators(integer_of(minute, "input_tokens")),
                   text::with_separators(integer_of(minute, "output_tokens")),
                   fullest == nullptr ? "-" : text_of(*fullest, "name"),
                   fullest == nullptr
                       ? "-"
                       : share_text(integer_of(*fullest, "used"), integer_of(*fullest, "limit")),
                   seen(key)});
    }
    if (table.empty()) return "No keys.\n";
    std::string text = table.text(width);
    const std::string next = text_of(answer, "next");
    if (next.empty()) return text;
    text.append(text::with_separators(static_cast<std::int64_t>(keys.size()))).append(" of ");
    text.append(text::with_separators(integer_of(answer, "total"))).append(" keys; the next: --after '");
    return text.append(printable(next)).append("'\n");
}

std::string render_levels(const Json& levels, std::size_t width) {
    Table table({{"LIMIT", Align::left, true},
                 {"OF", Align::left, true},
                 {"USED", Align::right},
                 {"LIMIT", Align::right},
                 {"", Align::left},
                 {"", Align::right},
                 {"EMPTY IN", Align::right},
                 {"MODE"}});
    for (const Json& level : levels) {
        const std::int64_t used = integer_of(level, "used"), limit = integer_of(level, "limit");
        table.add({text_of(level, "name"), text_of(level, "owner"), text::with_separators(used),
                   text::with_separators(limit), bar(used, limit, bar_width), share_text(used, limit),
                   empty_in_text(integer_of(level, "reset_ms")),
                   flag_of(level, "enforced", true) ? "enforced" : "shadow"});
    }
    return table.empty() ? "No limits.\n" : table.text(width);
}

std::string render_key(const Json& key, std::size_t width) {
    std::string text;
    append_fact(text, "Key", text_of(key, "id"));
    append_fact(text, "State", state_of(key));
    append_fact(text, "Tier", text_of(key, "tier"));
    append_fact(text, "Group", text_of(key, "group"));
    append_fact(text, "From", text_of(key, "source"));
    append_fact(text, "Last seen", seen(key));
    append_fact(text, "Last minute", amounts_text(member_of(key, "last_minute")));
    append_fact(text, "Last hour", amounts_text(member_of(key, "last_hour")));
    append_fact(text, "Refused by", text_of(member_of(key, "refused_by"), "limit"));
    const Json& over = member_of(key, "override");
    if (over.is_object()) append_fact(text, "Override", override_text(over));
    for (const Json& former : member_of(key, "former_secrets")) {
        append_fact(text, "Old secret", "until " + date_and_time(text_of(former, "until")) + " UTC");
    }
    return text + "\n" + render_levels(member_of(key, "limits"), width);
}

std::string render_object(const std::string& target, const Json& object, const Json& over) {
    const Json& document = member_of(object, "document");
    // Of an upstream the document is the limits themselves.
    const Json& limits = document.is_object() && document.contains("limits") ? document["limits"] : document;
    std::string text;
    const std::string configured = limits_text(limits);
    append_fact(text, "Limits of", target + (flag_of(document, "enforce", true) ? "" : ", in shadow mode"));
    append_fact(text, "From", text_of(object, "source"));
    append_fact(text, "Configured", configured.empty() ? "none" : configured);
    const Json& models = member_of(document, "models");
    if (models.is_object()) {
        for (const auto& [pattern, of_model] : models.items()) {
            append_fact(text, "On a model", pattern + ": " + limits_text(of_model));
        }
    }
    if (over.is_object()) append_fact(text, "Laid over", override_text(over));
    return text;
}

std::string render_override(const Json& answer) {
    return printable(text_of(answer, "target") + ": " + override_text(answer)) + "\n";
}

}  // namespace weir::cli
