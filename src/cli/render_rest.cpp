// Usage, explanations, nodes, reloads.
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/render.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "text/numbers.hpp"

namespace weir::cli {

namespace {

constexpr const char* amounts[] = {
    "requests", "admitted", "refused", "input_tokens", "cached_input_tokens", "output_tokens"};

void add_usage(Table& table, const Json& row, std::vector<std::string> names) {
    for (const char* name : amounts) names.push_back(text::with_separators(integer_of(row, name)));
    table.add(std::move(names));
}

void append_line(std::string& text, const char* name, const std::string& value) {
    if (value.empty()) return;
    std::string label(name);
    label.resize(10, ' ');
    text.append(label).append(printable(value)).append("\n");
}

std::string key_text(const Json& key) {
    std::string text = text_of(key, "id");
    if (!flag_of(key, "known", true)) text.append(", not known");
    const std::string tier = text_of(key, "tier"), group = text_of(key, "group");
    if (!tier.empty()) text.append(", tier ").append(tier);
    if (!group.empty()) text.append(", group ").append(group);
    return text;
}

std::string request_text(const Json& request) {
    std::string text = text_of(request, "api");
    if (!flag_of(request, "metered", true)) text.append(", not metered: counts one request");
    const std::string model = text_of(request, "model");
    if (!model.empty()) text.append(", model ").append(model);
    if (flag_of(request, "stream")) text.append(", streamed");
    if (flag_of(request, "background")) text.append(", in the background");
    if (member_of(request, "output_bound").is_number()) {
        text.append(", at most ").append(text::with_separators(integer_of(request, "output_bound")));
        text.append(" tokens of output");
    }
    return text;
}

std::string estimate_text(const Json& estimate) {
    if (!estimate.is_object()) return {};
    return text::with_separators(integer_of(estimate, "input_tokens")) + " input tokens, " +
           text::with_separators(integer_of(estimate, "output_tokens")) + " output tokens reserved";
}

/// Names of the limits in shadow mode that have no room for it, with commas.
std::string shadows_text(const Json& ledgers) {
    std::string names;
    for (const Json& ledger : ledgers) {
        if (flag_of(ledger, "fits", true) || flag_of(ledger, "enforced", true)) continue;
        names.append(names.empty() ? "" : ", ").append(text_of(ledger, "name"));
    }
    return names;
}

std::string decision_text(const Json& decision, const Json& ledgers) {
    if (flag_of(decision, "admitted")) {
        const std::string shadows = shadows_text(ledgers);
        if (shadows.empty()) return "Admitted.\n";
        return printable("Admitted; shadow mode would have refused it by " + shadows + ".") + "\n";
    }
    std::string text = "Refused with " + std::to_string(integer_of(decision, "status"));
    const std::string limit = text_of(decision, "limit"), message = text_of(decision, "message");
    // The message names it, as a rule.
    if (message.find(limit) == std::string::npos) text.append(" by ").append(limit);
    text.append(message.empty() ? "." : ": " + message);
    if (member_of(decision, "retry_after_ms").is_number()) {
        text.append(" It fits in ").append(duration_text(integer_of(decision, "retry_after_ms")));
        text.append(" if nothing else is used until then.");
    }
    return printable(text) + "\n";
}

/// One line each. A single one that serves the request under its own name needs no word.
void append_upstreams(std::string& text, const Json& upstreams) {
    const bool is_usual = upstreams.is_array() && upstreams.size() == 1 &&
                          flag_of(upstreams.front(), "serves", false) &&
                          text_of(upstreams.front(), "sent_as").empty();
    if (!upstreams.is_array() || is_usual) return;
    const char* label = "Upstream";
    for (const Json& upstream : upstreams) {
        std::string line = text_of(upstream, "name");
        const std::string sent_as = text_of(upstream, "sent_as");
        if (!flag_of(upstream, "serves")) {
            line.append(": no. ").append(text_of(upstream, "why"));
        } else {
            if (!sent_as.empty()) line.append(", which knows the model as ").append(sent_as);
            line.append(", priority ").append(std::to_string(integer_of(upstream, "priority")));
            line.append(", weight ").append(std::to_string(integer_of(upstream, "weight")));
        }
        append_line(text, std::exchange(label, ""), line);
    }
}

std::string ledgers_text(const Json& ledgers, std::size_t width) {
    Table table({{"LIMIT", Align::left, true},
                 {"OF", Align::left, true},
                 {"USED", Align::right},
                 {"REQUESTED", Align::right},
                 {"LIMIT", Align::right},
                 {"FITS"},
                 {"MODE"}});
    for (const Json& ledger : ledgers) {
        table.add({text_of(ledger, "name"), text_of(ledger, "owner"),
                   text::with_separators(integer_of(ledger, "used")),
                   text::with_separators(integer_of(ledger, "requested")),
                   text::with_separators(integer_of(ledger, "limit")), flag_of(ledger, "fits") ? "yes" : "NO",
                   flag_of(ledger, "enforced", true) ? "enforced" : "shadow"});
    }
    return table.empty() ? std::string("No limits apply.\n") : table.text(width);
}

}  // namespace

std::string render_usage(const Json& answer, std::size_t width) {
    const Json& rows = member_of(answer, "rows");
    std::vector<Column> columns;
    std::vector<const char*> names;
    for (const char* name : {"day", "key", "model"}) {
        const bool is_there = rows.is_array() && !rows.empty() && rows.front().contains(name);
        if (!is_there) continue;
        std::string title(name);
        for (char& c : title) c = static_cast<char>(c - 'a' + 'A');
        columns.push_back({title, Align::left, title != "DAY"});
        names.push_back(name);
    }
    // The first column of all is where "total" stands.
    if (columns.empty()) columns.push_back({"", Align::left, false});
    for (const char* title : {"REQUESTS", "ADMITTED", "REFUSED", "INPUT", "CACHED", "OUTPUT"}) {
        columns.push_back({title, Align::right, false});
    }
    const std::size_t name_count = std::max<std::size_t>(names.size(), 1);
    Table table(std::move(columns));
    if (!names.empty()) {
        for (const Json& row : rows) {
            std::vector<std::string> cells;
            cells.reserve(names.size());
            for (const char* name : names) cells.push_back(text_of(row, name));
            add_usage(table, row, std::move(cells));
        }
    }
    std::vector<std::string> total(name_count);
    total.front() = "total";
    add_usage(table, member_of(answer, "total"), std::move(total));
    return "From " + printable(text_of(answer, "from")) + " to " + printable(text_of(answer, "to")) +
           "; input, cached and output in tokens.\n" + table.text(width);
}

std::string render_explanation(const Json& answer, std::size_t width) {
    const Json& ledgers = member_of(answer, "ledgers");
    std::string text = decision_text(member_of(answer, "decision"), ledgers) + "\n";
    const Json& estimate = member_of(answer, "estimate");
    append_line(text, "Key", key_text(member_of(answer, "key")));
    append_line(text, "Request", request_text(member_of(answer, "request")));
    append_upstreams(text, member_of(answer, "upstreams"));
    append_line(text, "Estimate", estimate_text(estimate));
    for (const Json& why : member_of(estimate, "why")) {
        if (why.is_string()) append_line(text, "", why.get<std::string>());
    }
    // A request that weir can't read meets no limit.
    if (!ledgers.is_array()) return text;
    return text + "\n" + ledgers_text(ledgers, width);
}

std::string render_nodes(const Json& answer, std::size_t width) {
    Table table({{"NODE", Align::left, true},
                 {"HOST", Align::left, true},
                 {"LISTENS", Align::left, true},
                 {"VERSION"},
                 {"STORE"},
                 {"STATE"},
                 {"CONFIG"},
                 {"LAYER", Align::right},
                 {"HEARD", Align::right},
                 {"REMARK", Align::left, true}});
    for (const Json& node : member_of(answer, "nodes")) {
        const bool ready = flag_of(node, "ready", true);
        table.add({text_of(node, "name"), text_of(node, "host"), text_of(node, "listen"),
                   text_of(node, "version"), text_of(node, "mode"),
                   flag_of(node, "draining") ? "draining"
                   : ready                   ? "ready"
                                             : "not ready",
                   cut(text_of(node, "config_hash"), 8), std::to_string(integer_of(node, "runtime_version")),
                   duration_text(integer_of(node, "age_ms")) + " ago", text_of(node, "remark")});
    }
    return table.empty() ? "No nodes.\n" : table.text(width);
}

std::string render_reload(const Json& answer) {
    std::string text =
        "The configuration was read again; it is " + printable(text_of(answer, "hash")) + ".\n";
    const Json& notes = member_of(answer, "notes");
    if (!notes.is_array() || notes.empty()) return text;
    text.append("Worth knowing:\n");
    for (const Json& note : notes) {
        text.append("  ").append(printable(text_of(note, "path") + ": " + text_of(note, "message")));
        text.append("\n");
    }
    return text;
}

}  // namespace weir::cli
