// weir limits …
#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

#include "cli/commands.hpp"
#include "cli/limit_words.hpp"
#include "cli/render.hpp"
#include "cli/text.hpp"
#include "config/unexpected.hpp"
#include "text/percent.hpp"

namespace weir::cli {

namespace {

constexpr const char* target_help = "A key, or tier/NAME, group/NAME, upstream/NAME";

constexpr int attempts_max = 5;
/// A change by another node is known everywhere with its next heartbeats.
constexpr auto attempt_pause = std::chrono::milliseconds(300);
constexpr double factor_max = 1'000;

struct SetFlags {
    std::string target;
    std::vector<std::string> limits;
    std::optional<double> factor;
    std::optional<std::string> until, reason;
};

std::string target_of(const std::string& text) {
    try {
        return parse_target(text);
    } catch (const config::Unexpected& unexpected) {
        refuse_argument("TARGET", unexpected.what());
    }
}

/// "key/a b" as a part of a path.
std::string path_of(const std::string& target) {
    const std::size_t slash = target.find('/');
    return target.substr(0, slash) + "/" + text::percent_encoded(std::string_view(target).substr(slash + 1));
}

/// "there is no tier gold".
std::string nothing_there(const std::string& target) {
    const std::size_t slash = target.find('/');
    return "there is no " + target.substr(0, slash) + " " + printable(target.substr(slash + 1));
}

/// What is to be laid over, as far as the flags say.
Json given_by(const SetFlags& flags, std::int64_t now_us) {
    if (flags.limits.empty() == !flags.factor) {
        refuse_argument("LIMIT", "expected either limits (rpm=100 otpm=5k) or --factor N");
    }
    Json given{{"target", target_of(flags.target)}};
    try {
        if (!flags.limits.empty()) given["limits"] = parse_limits(flags.limits);
    } catch (const config::Unexpected& unexpected) {
        refuse_argument("LIMIT", unexpected.what());
    }
    if (flags.factor) {
        const bool is_sound = *flags.factor > 0 && *flags.factor <= factor_max;
        if (!is_sound) refuse_argument("--factor", "above 0, at most 1000");
        given["factor"] = *flags.factor;
    }
    try {
        // Without an end: null.
        if (flags.until && *flags.until == "never") given["until"] = nullptr;
        if (flags.until && *flags.until != "never") given["until"] = parse_until(*flags.until, now_us);
    } catch (const config::Unexpected& unexpected) {
        refuse_argument("--until", unexpected.what());
    }
    if (flags.reason) given["reason"] = flags.reason->empty() ? Json() : Json(*flags.reason);
    return given;
}

/// What lies over the target now; a null where nothing does.
const Json& override_over(const Json& overrides, const std::string& target) {
    static const Json nothing;
    for (const Json& each : member_of(overrides, "overrides")) {
        if (text_of(each, "target") == target) return each;
    }
    return nothing;
}

/// What the flags do not name stays as it is.
Json merged(const Json& before, const Json& given) {
    Json document = given;
    if (given.contains("limits"))
        document["limits"] = merged_limits(member_of(before, "limits"), given["limits"]);
    for (const char* name : {"until", "reason"}) {
        if (!given.contains(name)) document[name] = member_of(before, name);
        if (document[name].is_null()) document.erase(name);
    }
    return document;
}

/// Limits and a factor exclude each other; nothing of that happens in silence.
void tell_what_goes(const Session& session, const Json& before, const Json& given) {
    const bool goes = (given.contains("factor") && member_of(before, "limits").is_object()) ||
                      (given.contains("limits") && member_of(before, "factor").is_number());
    if (!goes) return;
    session.surroundings().err << "weir: this takes the place of what lay over it: "
                               << render_override(before);
}

/// Somebody else's change in the meantime is not undone: then it is read and merged again.
void lay_over(const Session& session, const Json& given) {
    const std::string target = text_of(given, "target");
    for (int attempt = 1;; ++attempt) {
        try {
            const Json overrides = session.ask({.target = "/admin/overrides"});
            const Json& before = override_over(overrides, target);
            const Json& version = member_of(overrides, "version");
            const Json answer = session.change({.method = "POST",
                                                .target = "/admin/overrides",
                                                .body = merged(before, given).dump(),
                                                .if_match = version.is_null() ? "" : version.dump()});
            tell_what_goes(session, before, given);
            return session.show(answer, [](const Json& over, std::size_t) { return render_override(over); });
        } catch (const Refused& refused) {
            constexpr int outrun = 412, no_document = 422;
            const bool is_unknown = refused.status == no_document && !refused.mistakes.empty() &&
                                    refused.mistakes.front().starts_with("$.target: ");
            if (is_unknown) throw refused.in_words(nothing_there(target));
            if (refused.status != outrun || attempt == attempts_max) throw;
        }
        std::this_thread::sleep_for(attempt_pause);
    }
}

void show_key_limits(const Session& session, const std::string& target) {
    const std::size_t slash = target.find('/');
    const std::string id = text::percent_encoded(std::string_view(target).substr(slash + 1));
    const Json key = session.ask({.target = "/admin/keys/" + id});
    session.show(member_of(key, "limits"), render_levels);
}

/// Of a tier, a group or an upstream the admin API tells the document, and apart from it what lies over.
void show_object(const Session& session, const std::string& target) {
    const std::string path = path_of(target);
    const std::size_t slash = path.find('/');
    const bool is_upstream = path.starts_with("upstream/");
    const std::string place =
        "/admin/" + path.substr(0, slash) + "s" + path.substr(slash) + (is_upstream ? "/limits" : "");
    try {
        const Json object = session.ask({.target = place});
        const Json overrides = session.wants_json() ? Json() : session.ask({.target = "/admin/overrides"});
        session.show(object, [&](const Json& shown, std::size_t) {
            return render_object(target, shown, override_over(overrides, target));
        });
    } catch (const Refused& refused) {
        if (refused.code != "not_found") throw;
        throw refused.in_words(nothing_there(target));
    }
}

void add_get(CLI::App& limits, Action& action) {
    CLI::App* get = limits.add_subcommand(
        "get", "The limits of a key, and how full they are; or those of a tier, group or upstream");
    const auto text = std::make_shared<std::string>();
    get->add_option("TARGET", *text, target_help)->required();
    get->callback([text, &action] {
        action = [target = target_of(*text)](const Session& session) {
            target.starts_with("key/") ? show_key_limits(session, target) : show_object(session, target);
        };
    });
}

void add_set(CLI::App& limits, Action& action, const Clock& clock) {
    CLI::App* set = limits.add_subcommand(
        "set", "Lay other limits over what is configured, for a while or until they are cleared");
    set->footer("What was laid over before and is not named stays: other limits, --until, --reason.");
    const auto flags = std::make_shared<SetFlags>();
    set->add_option("TARGET", flags->target, target_help)->required();
    set->add_option("LIMIT", flags->limits,
                    "rpm=100, itpm=20k, otpm=5000, tpm=…, max_in_flight=8, requests/1d=2000");
    set->add_option("--factor", flags->factor, "Instead of limits: every limit times this, up to 1000")
        ->type_name("N");
    set->add_option("--until", flags->until,
                    "When it ends: at the next 18:00 (UTC), at 2026-11-26T18:00:00Z, after 2h, or never")
        ->type_name("TIME");
    set->add_option("--reason", flags->reason, "Kept with it, for whoever wonders")->type_name("TEXT");
    set->callback([flags, &action, &clock] {
        const Json given = given_by(*flags, clock.now_us());
        action = [given](const Session& session) { lay_over(session, given); };
    });
}

void take_away(const Session& session, const std::string& target) {
    try {
        const Json answer =
            session.change({.method = "DELETE", .target = "/admin/overrides/" + path_of(target)});
        session.show(
            answer, [&](const Json&, std::size_t) { return printable(target) + ": as configured again.\n"; });
    } catch (const Refused& refused) {
        if (refused.code != "not_found") throw;
        throw refused.in_words("nothing lies over " + printable(target));
    }
}

void add_clear(CLI::App& limits, Action& action) {
    CLI::App* clear =
        limits.add_subcommand("clear", "Take away what was laid over: the configuration counts again");
    const auto target = std::make_shared<std::string>();
    clear->add_option("TARGET", *target, target_help)->required();
    clear->callback([target, &action] {
        const std::string whole = target_of(*target);
        action = [whole](const Session& session) { take_away(session, whole); };
    });
}

/// Page after page.
Json recommended_for(const Session& session, const std::string& key) {
    if (!key.empty())
        return session.ask({.target = "/admin/limits/recommended?key=" + text::percent_encoded(key)});
    Json all{{"recommended", Json::array()}, {"next", nullptr}};
    std::string after;
    do {
        const std::string behind = after.empty() ? "" : "&after=" + text::percent_encoded(after);
        const Json page = session.ask({.target = "/admin/limits/recommended?limit=200" + behind});
        for (const Json& row : member_of(page, "recommended")) all["recommended"].push_back(row);
        after = text_of(page, "next");
    } while (!after.empty());
    return all;
}

void add_recommend(CLI::App& limits, Action& action) {
    CLI::App* recommend = limits.add_subcommand(
        "recommend", "Limits that would hold no key back that goes on as before, by the last five weeks");
    recommend->footer(
        "A fifth above the 99th percentile of use, rounded up. Of a minute: of the busiest one of each "
        "hour.");
    const auto key = std::make_shared<std::string>();
    recommend->add_option("KEY", *key, "The id of a key; all keys if not given");
    recommend->callback([key, &action] {
        action = [key](const Session& session) {
            session.show(recommended_for(session, *key), render_recommended);
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
    add_recommend(*limits, action);
}

}  // namespace weir::cli
