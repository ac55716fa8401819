// weir keys …
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.hpp"
#include "cli/limit_words.hpp"
#include "cli/render.hpp"
#include "cli/text.hpp"
#include "config/unexpected.hpp"
#include "text/percent.hpp"

namespace weir::cli {

namespace {

std::string path_of(const std::string& id, std::string_view verb = {}) {
    std::string path = "/admin/keys/" + text::percent_encoded(id);
    if (!verb.empty()) path.append("/").append(verb);
    return path;
}

std::string render_one_key(const Json& answer, std::size_t width) {
    return render_key(answer, width);
}

/// The secret stands alone on standard output, so that a script can take it; the rest is for people.
void show_secret(const Session& session, const Json& answer, const std::string& what) {
    if (session.wants_json()) return session.show(answer, render_one_key);
    const Surroundings& surroundings = session.surroundings();
    const std::string secret = text_of(answer, "secret");
    surroundings.err << what << (secret.empty() ? "" : " Its secret is shown this once:") << "\n";
    if (!secret.empty()) surroundings.out << printable(secret) << "\n";
}

struct ListFlags {
    std::string sort = "used", dimension = "total_tokens", after, match;
    int limit = 50;
};

void add_list(CLI::App& keys, Action& action) {
    CLI::App* list = keys.add_subcommand("list", "Keys, the busiest first");
    const auto flags = std::make_shared<ListFlags>();
    list->add_option("--sort", flags->sort, "What comes first")
        ->check(CLI::IsMember({"used", "refused", "last_seen", "id"}))
        ->capture_default_str();
    list->add_option("--dimension", flags->dimension, "What --sort used goes by")
        ->check(CLI::IsMember({"requests", "input_tokens", "output_tokens", "total_tokens"}))
        ->capture_default_str();
    list->add_option("--limit", flags->limit, "How many")->check(CLI::Range(1, 500))->capture_default_str();
    list->add_option("--after", flags->after, "Goes on where a list ended")->type_name("CURSOR");
    list->add_option("--match", flags->match, "Keys whose id holds this")->type_name("TEXT");
    list->callback([flags, &action] {
        std::string target = "/admin/keys?sort=" + flags->sort + "&dimension=" + flags->dimension +
                             "&limit=" + std::to_string(flags->limit);
        if (!flags->after.empty()) target += "&after=" + text::percent_encoded(flags->after);
        if (!flags->match.empty()) target += "&q=" + text::percent_encoded(flags->match);
        action = [target](const Session& session) {
            try {
                session.show(session.ask({.target = target}), render_keys);
            } catch (const Refused& refused) {
                if (!refused.begins_with("parameter after:")) throw;
                throw refused.in_words("--after takes the cursor that the last list printed");
            }
        };
    });
}

struct CreateFlags {
    std::string id, tier, group, secret_sha256;
    std::vector<std::string> limits;
    bool disabled = false;
};

Json document_of(const CreateFlags& flags) {
    Json document{{"id", flags.id}};
    if (!flags.tier.empty()) document["tier"] = flags.tier;
    if (!flags.group.empty()) document["group"] = flags.group;
    if (!flags.secret_sha256.empty()) document["secret_sha256"] = flags.secret_sha256;
    if (flags.disabled) document["disabled"] = true;
    try {
        if (!flags.limits.empty()) document["limits"] = parse_limits(flags.limits);
    } catch (const config::Unexpected& unexpected) {
        refuse_argument("LIMIT", unexpected.what());
    }
    return document;
}

void add_create(CLI::App& keys, Action& action) {
    CLI::App* create = keys.add_subcommand("create", "Make a key; its secret is shown once");
    const auto flags = std::make_shared<CreateFlags>();
    create->add_option("ID", flags->id, "What it is called")->required();
    create->add_option("LIMIT", flags->limits, "rpm=100, otpm=5k, requests/1d=2000, …: its own limits");
    create->add_option("--tier", flags->tier, "The tier whose limits it has")->type_name("NAME");
    create->add_option("--group", flags->group, "The group whose limits it shares")->type_name("NAME");
    create->add_option("--secret-sha256", flags->secret_sha256, "Of a secret that there is already")
        ->type_name("HEX");
    create->add_flag("--disabled", flags->disabled, "Refuse it for now");
    create->callback([flags, &action] {
        const std::string body = document_of(*flags).dump();
        action = [body, id = flags->id](const Session& session) {
            try {
                const Json answer = session.change({.method = "POST", .target = "/admin/keys", .body = body});
                show_secret(session, answer, "Key " + printable(id) + " was created.");
            } catch (const Refused& refused) {
                if (refused.code != "already_exists") throw;
                throw refused.in_words("A key with this id exists already.");
            }
        };
    });
}

void give_new_secret(const Session& session, const std::string& id, const std::string& body) {
    try {
        const Json answer = session.change({.method = "POST", .target = path_of(id, "rotate"), .body = body});
        const std::string until = text_of(answer, "former_valid_until");
        show_secret(session, answer,
                    "Key " + printable(id) + " has a new secret; " +
                        (until.empty() ? "the old one no longer works."
                                       : "the old one is taken until " + date_and_time(until) + " UTC."));
    } catch (const Refused& refused) {
        if (refused.code != "too_many_former_secrets") throw;
        throw refused.in_words(
            "Four old secrets of this key still work. Wait until one has ended, or end all of them now: "
            "--overlap 0.");
    }
}

void add_rotate(CLI::App& keys, Action& action) {
    CLI::App* rotate = keys.add_subcommand("rotate", "Give a key a new secret; the old one ends later");
    const auto id = std::make_shared<std::string>(), overlap = std::make_shared<std::string>("24h");
    rotate->add_option("ID", *id, "Which key")->required();
    rotate
        ->add_option("--overlap", *overlap,
                     "How long the old secret is still taken: seconds, or 30m, 24h, 7d; 0 ends all old ones")
        ->type_name("TIME")
        ->capture_default_str();
    rotate->callback([id, overlap, &action] {
        Json document;
        try {
            document["overlap_s"] = parse_seconds(*overlap);
        } catch (const config::Unexpected& unexpected) {
            refuse_argument("--overlap", unexpected.what());
        }
        action = [id = *id, body = document.dump()](const Session& session) {
            give_new_secret(session, id, body);
        };
    });
}

/// A command that takes an id alone.
void add_simple(CLI::App& keys, Action& action, const char* name, const char* help,
                const std::function<void(const Session&, const std::string&)>& act) {
    CLI::App* command = keys.add_subcommand(name, help);
    const auto id = std::make_shared<std::string>();
    command->add_option("ID", *id, "Which key")->required();
    command->callback(
        [id, act, &action] { action = [id = *id, act](const Session& session) { act(session, id); }; });
}

/// POST to the key, and a sentence where tables are wanted.
auto changes(const char* verb, const char* done) {
    return [verb, done](const Session& session, const std::string& id) {
        const Json answer = session.change({.method = "POST", .target = path_of(id, verb), .body = "{}"});
        session.show(answer,
                     [&](const Json&, std::size_t) { return "Key " + printable(id) + " " + done + ".\n"; });
    };
}

}  // namespace

void add_keys(CLI::App& app, Action& action) {
    CLI::App* keys = app.add_subcommand("keys", std::string(help_of("keys")));
    keys->require_subcommand(1);
    add_list(*keys, action);
    add_simple(*keys, action, "show", "One key, its limits and how full they are",
               [](const Session& session, const std::string& id) {
                   session.show(session.ask({.target = path_of(id)}), render_one_key);
               });
    add_create(*keys, action);
    add_rotate(*keys, action);
    add_simple(*keys, action, "disable", "Refuse a key", changes("disable", "is disabled"));
    add_simple(*keys, action, "enable", "Take a key again", changes("enable", "is enabled"));
    add_simple(*keys, action, "delete", "Delete a key that the configuration file does not name",
               [](const Session& session, const std::string& id) {
                   const Json answer = session.change({.method = "DELETE", .target = path_of(id)});
                   session.show(answer, [&](const Json&, std::size_t) {
                       return "Key " + printable(id) + " is gone.\n";
                   });
               });
    add_simple(*keys, action, "reset", "Empty a key's windows", changes("reset", "has used nothing now"));
}

}  // namespace weir::cli
