// weir ledgers, usage, explain, nodes, reload, drain.
#include "cli/commands.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/render.hpp"
#include "cli/text.hpp"
#include "text/percent.hpp"
#include "text/times.hpp"

namespace weir::cli {

namespace {

struct UsageFlags {
    std::string from, to, by = "key";
    bool csv = false;
};

struct ExplainFlags {
    std::string key, path = "/v1/chat/completions", file;
};

std::string check_grouping(const std::string& by) {
    std::string_view rest(by);
    for (;;) {
        const std::size_t comma = rest.find(',');
        const std::string_view part = rest.substr(0, comma);
        if (part != "key" && part != "model" && part != "day") {
            return "expected some of key, model and day, with commas between them";
        }
        if (comma == std::string_view::npos) return {};
        rest.remove_prefix(comma + 1);
    }
}

std::string all_of(std::istream& in) {
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string read_body(const Surroundings& surroundings, const std::string& file) {
    if (file.empty() || file == "-") {
        if (surroundings.in_is_terminal) surroundings.err << "weir: reading the body; Ctrl-D ends it\n";
        return all_of(surroundings.in);
    }
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error("can't read " + file);
    return all_of(in);
}

Json question_of(const ExplainFlags& flags, const std::string& body) {
    Json question{{"key", flags.key}, {"path", flags.path}};
    Json document = Json::parse(body, nullptr, false);
    // What is no JSON goes as text: whoever asks wants to know what weir makes of it.
    if (document.is_object()) {
        question["body"] = std::move(document);
    } else {
        question["body"] = body;
    }
    return question;
}

void show_usage(const Session& session, const UsageFlags& flags, const std::string& target) {
    try {
        if (flags.csv) {
            session.surroundings().out << session.ask_text({.target = target + "&format=csv"});
        } else {
            session.show(session.ask({.target = target}), render_usage);
        }
    } catch (const Refused& refused) {
        if (!refused.begins_with("parameters from and to:")) throw;
        const std::string today = text::rfc3339_seconds(session.surroundings().clock.now_us()).substr(0, 10);
        // Days are compared as they are written.
        const bool is_after = flags.from > (flags.to.empty() ? today : flags.to);
        throw refused.in_words(!is_after          ? "--from and --to: at most 400 days"
                               : flags.to.empty() ? "--from is after --to, which is today unless given"
                                                  : "--from is after --to");
    }
}

}  // namespace

void refuse_argument(const std::string& name, const std::string& why) {
    throw CLI::ValidationError(name, why);
}

void add_ledgers(CLI::App& app, Action& action) {
    CLI::App* ledgers = app.add_subcommand("ledgers", std::string(help_of("ledgers")));
    ledgers->footer(
        "Above each ledger stands its key in Redis, as redis-cli ZRANGE takes it, with 0 -1 behind.");
    const auto key = std::make_shared<std::string>();
    const auto shows_all = std::make_shared<bool>(false);
    ledgers->add_option("KEY", *key, "The id of a key")->required();
    ledgers->add_flag("--all", *shows_all, "Every bucket, instead of a dozen sums of them");
    ledgers->callback([key, shows_all, &action] {
        action = [target = "/admin/keys/" + text::percent_encoded(*key) + "/ledgers",
                  all = *shows_all](const Session& session) {
            session.show(session.ask({.target = target}), [all](const Json& answer, std::size_t width) {
                return render_ledgers(answer, width, all);
            });
        };
    });
}

void add_usage(CLI::App& app, Action& action) {
    CLI::App* usage = app.add_subcommand("usage", std::string(help_of("usage")));
    const auto flags = std::make_shared<UsageFlags>();
    usage->add_option("--from", flags->from, "The first day, 2026-11-01; today if not given")
        ->type_name("DATE");
    usage->add_option("--to", flags->to, "The last day; today if not given")->type_name("DATE");
    usage->add_option("--by", flags->by, "What is summed apart: some of key,model,day")
        ->type_name("NAMES")
        ->check(check_grouping)
        ->capture_default_str();
    usage->add_flag("--csv", flags->csv, "As comma-separated values");
    usage->callback([flags, &action] {
        std::string target = "/admin/usage?by=" + text::percent_encoded(flags->by);
        if (!flags->from.empty()) target += "&from=" + text::percent_encoded(flags->from);
        if (!flags->to.empty()) target += "&to=" + text::percent_encoded(flags->to);
        action = [target, flags](const Session& session) { show_usage(session, *flags, target); };
    });
}

void add_explain(CLI::App& app, Action& action) {
    CLI::App* explain = app.add_subcommand("explain", std::string(help_of("explain")));
    const auto flags = std::make_shared<ExplainFlags>();
    explain->add_option("FILE", flags->file, "The request's body; standard input if not given");
    explain->add_option("--key", flags->key, "Whose request it is")->type_name("ID")->required();
    explain->add_option("--path", flags->path, "What is asked for")->type_name("PATH")->capture_default_str();
    explain->callback([flags, &action] {
        action = [flags](const Session& session) {
            const std::string body = read_body(session.surroundings(), flags->file);
            // A text of several encodings goes as it is, or not at all.
            const std::string question =
                question_of(*flags, body).dump(-1, ' ', false, Json::error_handler_t::replace);
            session.show(session.ask({.method = "POST", .target = "/admin/explain", .body = question}),
                         render_explanation);
        };
    });
}

void add_nodes(CLI::App& app, Action& action) {
    app.add_subcommand("nodes", std::string(help_of("nodes")))->callback([&action] {
        action = [](const Session& session) {
            session.show(session.ask({.target = "/admin/nodes"}), render_nodes);
        };
    });
}

void add_reload_and_drain(CLI::App& app, Action& action) {
    app.add_subcommand("reload", std::string(help_of("reload")))->callback([&action] {
        action = [](const Session& session) {
            const Json answer = session.ask({.method = "POST", .target = "/admin/reload", .body = "{}"});
            session.show(answer, [](const Json& notes, std::size_t) { return render_reload(notes); });
        };
    });
    app.add_subcommand("drain", std::string(help_of("drain")))->callback([&action] {
        action = [](const Session& session) {
            const Json answer = session.ask({.method = "POST", .target = "/admin/drain", .body = "{}"});
            session.show(answer, [](const Json&, std::size_t) {
                return std::string("It takes nothing new, finishes what is under way, and ends.\n");
            });
        };
    });
}

}  // namespace weir::cli
