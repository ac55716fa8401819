// weir limits …
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/limit_words.hpp"
#include "cli/render.hpp"
#include "cli/text.hpp"
#include "config/unexpected.hpp"

namespace weir::cli {

namespace {

constexpr const char* target_help = "A key, or tier/NAME, group/NAME, upstream/NAME";

struct SetFlags {
    std::string target, until, reason;
    std::vector<std::string> limits;
    double factor = 0;
};

std::string target_of(const std::string& text) {
    try {
        return parse_target(text);
    } catch (const config::Unexpected& unexpected) {
        refuse_argument("TARGET", unexpected.what());
    }
}

Json override_of(const SetFlags& flags, std::int64_t now_us) {
    if (flags.limits.empty() == (flags.factor == 0)) {
        refuse_argument("LIMIT", "expected either limits (rpm=100 otpm=5k) or --factor N");
    }
    Json document{{"target", target_of(flags.target)}};
    try {
        if (!flags.limits.empty()) document["limits"] = parse_limits(flags.limits);
    } catch (const config::Unexpected& unexpected) {
        refuse_argument("LIMIT", unexpected.what());
    }
    if (flags.factor != 0) document["factor"] = flags.factor;
    try {
        if (!flags.until.empty()) document["until"] = parse_until(flags.until, now_us);
    } catch (const config::Unexpected& unexpected) {
        refuse_argument("--until", unexpected.what());
    }
    if (!flags.reason.empty()) document["reason"] = flags.reason;
    return document;
}

void add_get(CLI::App& limits, Action& action) {
    CLI::App* get = limits.add_subcommand("get", "The limits that apply to a key, and how full they are");
    const auto id = std::make_shared<std::string>();
    get->add_option("KEY", *id, "Which key")->required();
    get->callback([id, &action] {
        action = [id = *id](const Session& session) {
            const Json key = session.ask({.target = "/admin/keys/" + percent_encoded(id)});
            session.show(member_of(key, "limits"), render_levels);
        };
    });
}

void add_set(CLI::App& limits, Action& action, const Clock& clock) {
    CLI::App* set = limits.add_subcommand(
        "set", "Lay other limits over what is configured, for a while or until they are cleared");
    const auto flags = std::make_shared<SetFlags>();
    set->add_option("TARGET", flags->target, target_help)->required();
    set->add_option("LIMIT", flags->limits, "rpm=100, itpm=20k, otpm=5000, tpm=…, requests/1d=2000");
    set->add_option("--factor", flags->factor, "Instead: every limit times this")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    set->add_option("--until", flags->until, "When it ends: 18:00 (UTC), 2026-11-26T18:00:00Z, or in 2h")
        ->type_name("TIME");
    set->add_option("--reason", flags->reason, "Kept with it, for whoever wonders")->type_name("TEXT");
    set->callback([flags, &action, &clock] {
        const std::string body = override_of(*flags, clock.now_us()).dump();
        action = [body](const Session& session) {
            const Json answer =
                session.change({.method = "POST", .target = "/admin/overrides", .body = body});
            session.show(answer, [](const Json& over, std::size_t) { return render_override(over); });
        };
    });
}

void add_clear(CLI::App& limits, Action& action) {
    CLI::App* clear =
        limits.add_subcommand("clear", "Take away what was laid over: the configuration counts again");
    const auto target = std::make_shared<std::string>();
    clear->add_option("TARGET", *target, target_help)->required();
    clear->callback([target, &action] {
        const std::string whole = target_of(*target);
        const std::size_t slash = whole.find('/');
        const std::string path =
            whole.substr(0, slash) + "/" + percent_encoded(std::string_view(whole).substr(slash + 1));
        action = [whole, path](const Session& session) {
            const Json answer = session.change({.method = "DELETE", .target = "/admin/overrides/" + path});
            session.show(answer, [&](const Json&, std::size_t) {
                return printable(whole) + ": as configured again.\n";
            });
        };
    });
}

}  // namespace

void add_limits(CLI::App& app, Action& action, const Clock& clock) {
    CLI::App* limits = app.add_subcommand("limits", std::string(help_of("limits")));
    limits->require_subcommand(1);
    add_get(*limits, action);
    add_set(*limits, action, clock);
    add_clear(*limits, action);
}

}  // namespace weir::cli
