// A configuration file, and what environment and flags lay over it: whatever it is, it is judged; every
// mistake says where it is and none tells a secret; and what is accepted can be put in force.
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "config/config.hpp"
#include "config/config_store.hpp"
#include "fuzz/bytes.hpp"
#include "fuzz/fuzz.hpp"
#include "policy/policy.hpp"

namespace {

using namespace weir::config;
using weir::fuzz::require;
using Texts = std::map<std::string, std::string>;

/// What variables and files hold stands nowhere else.
constexpr const char* secret_of_variable = "sk-kept-in-a-variable";
constexpr const char* secret_of_file = "sk-kept-in-a-file";
/// What corpora write where a secret is misplaced.
constexpr std::string_view marker = "S3CRET";

bool has_marker(std::string_view text) {
    return text.find(marker) != std::string_view::npos;
}

/// A first line `#listen=127.0.0.1:1 RPM_LIMIT=5`: names in capitals are variables, the others flags.
void read_overlays(std::string_view line, Texts& flags, Texts& variables) {
    while (!line.empty()) {
        const std::string_view word = line.substr(0, line.find(' '));
        line.remove_prefix(std::min(word.size() + 1, line.size()));
        const std::size_t equals = word.find('=');
        if (equals == std::string_view::npos || equals == 0) continue;
        const bool is_variable = word.front() >= 'A' && word.front() <= 'Z';
        (is_variable ? variables : flags)[std::string(word.substr(0, equals))] = word.substr(equals + 1);
    }
}

Outcome build(const std::string& file, const Texts& flags, const Texts& variables) {
    Sources sources;
    sources.file_text = file;
    sources.flags = flags;
    sources.environment = [&](const std::string& name) -> std::optional<std::string> {
        if (name == "KEY" || name == "TOKEN") return secret_of_variable;
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    sources.read_file = [](const std::string& path) {
        FileText read;
        if (path == "/key") read.text = std::string(secret_of_file) + "\n";
        read.why = "No such file or directory";
        return read;
    };
    return build_config(sources);
}

void require_untold(std::string_view text) {
    require(text.find(secret_of_variable) == std::string_view::npos, "no secret of a variable is told");
    require(text.find(secret_of_file) == std::string_view::npos, "no secret of a file is told");
}

/// The marker stands in values alone, and in none that could be the name of a variable, which mistakes name.
/// Each time that a member is given counts.
bool is_marker_secret(const std::string& file) {
    using Json = nlohmann::json;
    bool is_name = false;
    const auto look = [&](int /*depth*/, Json::parse_event_t event, Json& parsed) {
        constexpr std::string_view usual = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
        if (!parsed.is_string() || !has_marker(parsed.get_ref<const std::string&>())) return true;
        const auto& text = parsed.get_ref<const std::string&>();
        is_name = is_name || event == Json::parse_event_t::key ||
                  text.find_first_not_of(usual) == std::string::npos;
        return true;
    };
    return Json::parse(file, look, false).is_discarded() || !is_name;
}

void check_mistakes(const Outcome& outcome, const std::string& file, bool has_overlays) {
    bool tells_marker = false;
    for (const Mistake& mistake : outcome.mistakes) {
        const std::string text = mistake.where + ": " + mistake.message;
        const bool is_counted = mistake.where.empty() || &mistake == &outcome.mistakes.back();
        require(mistake.where.starts_with('$') || has_overlays || is_counted, "a mistake says where it is");
        require(!mistake.message.empty(), "a mistake says what was expected");
        require(std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < 0x20; }),
                "on one line");
        require_untold(text);
        tells_marker = tells_marker || has_marker(text);
    }
    if (!tells_marker || has_overlays) return;
    require(!is_marker_secret(file), "no value of the file is told");
}

void check_accepted(const Outcome& outcome, const std::string& file, const Texts& flags,
                    const Texts& variables) {
    const std::string text = describe(outcome);
    require_untold(text);
    const StoreUrl& store = outcome.config.store;
    if (has_marker(store.password)) {
        const bool is_elsewhere = has_marker(store.user + store.socket_path + store.master) ||
                                  std::any_of(store.hosts.begin(), store.hosts.end(),
                                              [](const StoreHost& host) { return has_marker(host.host); });
        require(is_elsewhere || !has_marker(to_masked_string(store)), "the store's password is masked");
    }
    require(outcome.config.tiers.contains("default"), "there is a default tier");
    require(!outcome.config.upstreams.empty(), "there is an upstream");
    require(config_hash(build(file, flags, variables).config) == config_hash(outcome.config),
            "it is read alike again");
    Config running = build("{}", {}, {}).config;
    Config next = outcome.config;
    for (const Mistake& note : keep_what_needs_a_restart(running, next))
        require(!note.where.empty(), "a note says of what");
    require(keep_what_needs_a_restart(running, next).empty(), "what was kept is kept");
    const weir::policy::Policy policy(std::make_shared<const Config>(outcome.config));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    weir::fuzz::Bytes bytes(data, size);
    // libFuzzer learns the secrets from comparisons, and writes them where it likes.
    if (std::string_view(reinterpret_cast<const char*>(data), size).find("sk-kept") != std::string_view::npos)
        return 0;
    Texts flags, variables;
    if (size > 0 && data[0] == '#') read_overlays(bytes.line().substr(1), flags, variables);
    const std::string file(bytes.rest());
    const Outcome outcome = build(file, flags, variables);
    check_mistakes(outcome, file, !flags.empty() || !variables.empty());
    if (outcome.mistakes.empty()) check_accepted(outcome, file, flags, variables);
    return 0;
}
