// The tables.
#include "config/setting_tables.hpp"

#include <array>

#include "config/draft.hpp"
#include "config/limits.hpp"
#include "config/names.hpp"
#include "config/setting_parts.hpp"
#include "config/setting_values.hpp"

namespace weir::config {

namespace {

constexpr std::array<std::string_view, 3> failure_policies{"local", "open", "closed"};
constexpr std::array<std::string_view, 2> log_formats{"json", "text"};
constexpr std::array<std::string_view, 2> accesses{"read", "write"};
constexpr std::array<std::string_view, 5> key_headers{"auto", "authorization", "x-api-key", "api-key",
                                                      "x-goog-api-key"};
constexpr std::array<std::string_view, 2> usage_questions{"auto", "never"};
constexpr std::array<std::string_view, 2> estimates{"fitted", "bound"};

/// A part of the whole document.
template <void (*read)(ObjectReader&, Draft&)>
constexpr Value<Config> whole(std::string_view values, std::string_view usual,
                              void (*show)(std::vector<Setting>&, const std::string&, const Config&)) {
    return part(Part<Config>{
        values, usual, [](ObjectReader& object, Config&, Draft* draft) { read(object, *draft); }, show});
}

template <typename Owner>
constexpr Value<Owner> by_hand(std::string_view values, std::string_view usual = {}) {
    return part(Part<Owner>{values, usual});
}

/// The limits of a tier, a group or a key, which are not shown here.
template <typename Owner>
void read_own_limits(ObjectReader& object, Owner& owner, Draft*) {
    if (const auto limits = object.field("limits")) owner.limits = read_limits(*limits);
}

constexpr Value<Config> store_url() {
    return kept_in<&Config::store>(Text<Config>{
        "see [The store](#the-store)", [](const Config& config) { return to_masked_string(config.store); },
        [](Config& config, const std::string& text) { config.store = parse_store_url(text); },
        [](const Config& config) { return config.store.password; }});
}

/// Remembers that it was given.
constexpr Value<Config> max_connections() {
    Value<Config> value = integer<&Config::limits_of_weir, &WeirLimits::max_connections>({1, 10'000'000});
    std::get<Integer<Config>>(value.kind).set = [](Config& config, std::int64_t number) {
        config.limits_of_weir.max_connections = number;
        config.limits_of_weir.max_connections_given = true;
    };
    value.copy = [](const Config& from, Config& to) {
        to.limits_of_weir.max_connections = from.limits_of_weir.max_connections;
        to.limits_of_weir.max_connections_given = from.limits_of_weir.max_connections_given;
    };
    return value;
}

constexpr Value<Config> log_format() {
    return kept_in<&Config::log_json>(Choice<Config>{
        log_formats, [](const Config& config) { return std::size_t{config.log_json ? 0U : 1U}; },
        [](Config& config, std::size_t index) { config.log_json = index == 0; }});
}

template <auto member>
constexpr Value<Config> timeout_ms() {
    return integer<&Config::timeouts, member>({1, 86'400'000});
}

template <auto member>
constexpr Value<Upstream> upstream_timeout_ms() {
    return integer<&Upstream::timeouts, member>({1, 86'400'000});
}

template <auto member>
constexpr Value<Config> size_of_weir(Range range) {
    return integer<&Config::limits_of_weir, member>(range);
}

bool has_cors(const Config& config) {
    return !config.cors.allowed_origins.empty();
}

constexpr Range bytes{1, 1LL << 40};
/// Clients give up sooner than that.
constexpr std::int64_t wait_ms_max = 600'000;

constexpr SettingRow<Config> of_config[] = {
    {"listen", text<parse_endpoint, &Config::listen>("address:port"), "IP address and port toward clients",
     restart | each_nodes},
    {"admin.listen", text<parse_endpoint, &Config::admin_listen>("address:port"), "of the admin port",
     restart | each_nodes},
    {"admin.token_env", whole<read_admin_tokens>("name of a variable", "", show_admin_tokens),
     "variable with the admin token"},
    {"admin.tokens", by_hand<Config>("list, up to 100"), "further tokens of the admin API"},
    {"state_dir", text<parse_folder_path, &Config::state_dir>("path"),
     "folder for `runtime.json`, `usage.sqlite` and `learned`", restart | each_nodes,
     "the file's folder; none without a file"},
    {"threads", integer<&Config::threads>({0, 1024}, "one a core"), "io threads; 0: one a core",
     restart | each_nodes},
    {"tls.cert_file",
     required(text<parse_file_path, &Config::tls_cert_file>("path"),
              "the path of a certificate chain in PEM"),
     "certificate chain toward clients, PEM", 0, "none"},
    {"tls.key_file",
     required(text<parse_file_path, &Config::tls_key_file>("path"),
              "the path of the certificate's key in PEM"),
     "its key, PEM", 0, "none"},
    {"store.url", store_url(), "where the ledgers are kept", restart},
    {"store.timeout_ms", integer<&Config::store_timeout_ms>({1, 60'000}), "for one answer of the store",
     restart},
    {"store.on_failure", choice<failure_policies, &Config::on_failure>(), "without the store", restart},
    {"store.max_ledgers", integer<&Config::store_max_ledgers>({1, 1'000'000'000}),
     "ledgers kept in this process", restart},
    {"cluster.nodes", integer<&Config::cluster_nodes>({0, 10'000}, "from heartbeats"),
     "nodes that share the store; 0: learned from heartbeats", restart},
    {"calibrate", flag<&Config::calibrate>(), "`true`: estimates of the input follow what answers report"},
    {"upstreams", whole<read_upstreams>("list, 1 to 64", "OpenAI", show_upstreams),
     "where requests go, see [Several upstreams](#several-upstreams)"},
    {"tiers", whole<read_tiers>("object by name", "see below", show_tiers), "limits of keys by kind of key"},
    {"groups", whole<read_groups>("object by name", "", show_groups), "keys that share limits"},
    {"keys", whole<read_keys>("list", "", show_keys), "known keys"},
    {"allow_unknown_with_injected_key", whole<read_allow_unknown>("`true`, `false`", "`false`", nullptr),
     "without it `default_tier` together with an injected key is a mistake"},
    {"unknown_keys", whole<read_unknown_keys>("`reject`, `default_tier`", "see right", show_unknown_keys),
     "`reject` (401) or `default_tier`"},
    {"other_paths",
     whole<read_other_paths>("`pass`, `reject`, `{\"allow\": […]}`", "`pass`", show_other_paths),
     "paths that are not metered"},
    {"cors.allowed_origins", list<parse_origin, &Config::cors, &Cors::allowed_origins>("list of origins"),
     "origins whose pages may use weir"},
    {"cors.allowed_headers_more",
     list<parse_allowed_header, &Config::cors, &Cors::allowed_headers_more>("list of names"),
     "headers that pages may send beside those of the usual SDKs",
     0,
     {},
     has_cors},
    {"cors.max_age_s",
     integer<&Config::cors, &Cors::max_age_s>({0, 86'400}),
     "for how long browsers remember a preflight's answer",
     0,
     {},
     has_cors},
    {"limits_of_weir.max_body_bytes", size_of_weir<&WeirLimits::max_body_bytes>(bytes),
     "of one request body"},
    {"limits_of_weir.max_buffered_bytes", size_of_weir<&WeirLimits::max_buffered_bytes>(bytes),
     "of all bodies together"},
    {"limits_of_weir.max_header_bytes", size_of_weir<&WeirLimits::max_header_bytes>({256, 1 << 20}),
     "of one request head"},
    {"limits_of_weir.max_header_fields", size_of_weir<&WeirLimits::max_header_fields>({1, 10'000}),
     "fields of one request head"},
    {"limits_of_weir.max_waiting", size_of_weir<&WeirLimits::max_waiting>({0, 1'000'000}),
     "requests that wait for room"},
    {"limits_of_weir.max_waiting_per_key", size_of_weir<&WeirLimits::max_waiting_per_key>({0, 1'000'000}),
     "the same of one key"},
    {"limits_of_weir.max_queue_ms", size_of_weir<&WeirLimits::max_queue_ms>({0, 60'000}),
     "how long requests wait for their turn before an overloaded thread answers 503"},
    {"limits_of_weir.max_connections", max_connections(), "of clients", restart},
    {"timeouts_ms.header", timeout_ms<&Timeouts::header_ms>(), "for a request's head"},
    {"timeouts_ms.body", timeout_ms<&Timeouts::body_ms>(), "for its body"},
    {"timeouts_ms.idle", timeout_ms<&Timeouts::idle_ms>(), "for the next request on a connection"},
    {"timeouts_ms.connect", timeout_ms<&Timeouts::connect_ms>(),
     "for name resolution and TCP toward the upstream"},
    {"timeouts_ms.first_byte", timeout_ms<&Timeouts::first_byte_ms>(), "until the upstream's answer begins"},
    {"timeouts_ms.between_bytes", timeout_ms<&Timeouts::between_bytes_ms>(),
     "between two pieces of the upstream's answer"},
    {"timeouts_ms.write", timeout_ms<&Timeouts::write_ms>(), "for a client that does not read"},
    {"timeouts_ms.drain_delay", integer<&Config::drain_delay_ms>({0, 86'400'000}),
     "for balancers to notice that the process ends: until then it takes new requests"},
    {"timeouts_ms.drain", timeout_ms<&Timeouts::drain_ms>(), "for answers under way when the process ends"},
    {"retry.attempts", integer<&Config::retry, &Retry::attempts>({1, 16}),
     "upstreams that one request is sent to at the most"},
    {"retry.budget_ms", integer<&Config::retry, &Retry::budget_ms>({0, 600'000}),
     "from the first attempt on, in which further ones may begin"},
    {"retry.after_send", flag<&Config::retry, &Retry::after_send>(),
     "`true`: also where the upstream may have done what it was asked"},
    {"log.level",
     text<parse_log_level, &Config::log_level>("`trace`, `debug`, `info`, `warning`, `error`, `off`"),
     "of weir's own log"},
    {"log.format", log_format(), "of both logs", restart},
    {"log.access", flag<&Config::log_access>(), "one line per request on standard output", restart},
};

constexpr SettingRow<AdminToken> of_admin_token[] = {
    {"name",
     required(text<parse_name, &AdminToken::name>("name"), "a name of 1 to 128 characters, for the log"),
     "for the log"},
    {"token_env",
     part(Part<AdminToken>{"name of a variable", "this or `token_file`", read_token_secret, show_token}),
     "variable with the token"},
    {"token_file", by_hand<AdminToken>("path", "this or `token_env`"), "file with the token"},
    {"access", required(choice<accesses, &AdminToken::may_write>(), R"("read" or "write")"),
     "what it may do"},
};

constexpr SettingRow<Upstream> of_upstream[] = {
    {"name", required(text<parse_name, &Upstream::name>("name"), "a name of 1 to 128 characters"),
     "for logs, metrics and its ledger"},
    {"url", required(text<parse_url, &Upstream::url>("URL"), R"(a URL such as "https://api.openai.com")"),
     "`http` or `https`, host, port, base path"},
    {"models",
     part(Part<Upstream>{"object of names by pattern, or list of patterns", "all", read_served_models,
                         show_served_models}),
     "the models that it serves"},
    {"serves",
     part(Part<Upstream>{"list of `openai`, `anthropic`, `ollama`, `gemini`", "as the host tells",
                         read_serves, show_serves}),
     "whose paths it serves"},
    {"azure.api_version",
     required(text<parse_azure_version, &Upstream::azure_api_version>("version"),
              R"(a version of Azure's API such as "2024-10-21")"),
     "Azure's deployments: `/v1` paths are sent as Azure wants them, with this version", 0, "none"},
    {"priority", integer<&Upstream::priority>({0, 1000}), "lower first"},
    {"weight", integer<&Upstream::weight>({0, 1'000'000}), "its share among equals of one priority"},
    {"api_key_env", part(Part<Upstream>{"name of a variable", "", read_api_key, show_api_key}),
     "variable with the key to send in place of the caller's"},
    {"api_key_file", by_hand<Upstream>("path"), "file with that key"},
    {"key_header", choice<key_headers, &Upstream::key_header>(), "how that key is sent"},
    {"ask_for_usage", choice<usage_questions, &Upstream::ask_for_usage>(), "`auto`: streams that don't ask"},
    {"limits", part(Part<Upstream>{"[limits](#limits)", "", read_own_limits<Upstream>, show_upstream_limits}),
     "shared by everybody"},
    {"headers", part(Part<Upstream>{"object of texts, up to 64", "", read_headers, show_headers}),
     "further headers"},
    {"tls.ca_file", text<parse_file_path, &Upstream::tls, &UpstreamTls::ca_file>("path"),
     "authorities of the upstream's certificate, PEM"},
    {"tls.cert_file", text<parse_file_path, &Upstream::tls, &UpstreamTls::cert_file>("path"),
     "weir's own certificate chain toward the upstream, PEM"},
    {"tls.key_file", text<parse_file_path, &Upstream::tls, &UpstreamTls::key_file>("path"), "its key, PEM"},
    {"timeouts_ms.connect", upstream_timeout_ms<&UpstreamTimeouts::connect_ms>(),
     "for name resolution and TCP", 0, "`timeouts_ms.connect`"},
    {"timeouts_ms.first_byte", upstream_timeout_ms<&UpstreamTimeouts::first_byte_ms>(),
     "until its answer begins", 0, "`timeouts_ms.first_byte`"},
    {"timeouts_ms.between_bytes", upstream_timeout_ms<&UpstreamTimeouts::between_bytes_ms>(),
     "between two pieces of its answer", 0, "`timeouts_ms.between_bytes`"},
    {"timeouts_ms.write", upstream_timeout_ms<&UpstreamTimeouts::write_ms>(),
     "while it takes nothing of the request", 0, "`timeouts_ms.write`"},
    {"check_path", text<parse_request_path, &Upstream::check_path>("path"),
     "asked with GET while the upstream is ejected"},
};

constexpr SettingRow<Tier> of_tier[] = {
    {"limits", part(Part<Tier>{"[limits](#limits)", "", read_own_limits<Tier>, show_tier_limits}),
     "of each key in the tier"},
    {"models", part(Part<Tier>{"object of [limits](#limits) by pattern", "", read_models, show_models}),
     "limits of each key on the models that match"},
    {"enforce", flag<&Tier::enforced>(), "`false`: shadow mode"},
    {"output_default", integer<&Tier::output_default>({0, amount_max}),
     "output tokens reserved for a request at the most"},
    {"reserve", choice<reserve_names, &Tier::reserve>(), "how much output is reserved for a request"},
    {"reserve_quantile", number<&Tier::reserve_quantile>(0.5, 0.999),
     "of `learned`: the part of the answers that stay within what was reserved"},
    {"estimate", choice<estimates, &Tier::estimate_bound>(), "`bound` reserves a hard upper bound"},
    {"cached_input_weight", number<&Tier::cached_input_weight>(0, 1),
     "share of cached input tokens that counts"},
    {"ceiling", number<&Tier::ceiling>(0.01, 1),
     "the part of shared limits that requests of this tier may fill"},
    {"max_wait_ms", integer<&Tier::max_wait_ms>({0, wait_ms_max}),
     "how long a request waits for room before it is refused"},
    {"weight", integer<&Tier::weight>({1, 1000}), "turns of a key where several wait for one shared limit"},
};

constexpr SettingRow<Group> of_group[] = {
    {"limits", part(Part<Group>{"[limits](#limits)", "", read_own_limits<Group>, show_group_limits}),
     "shared by the group's keys"},
};

std::string any_text(const std::string& text) {
    return text;
}

constexpr SettingRow<KeyParts> of_key[] = {
    {"id", by_hand<KeyParts>("name", "required"), "name of the key in logs, ledgers and `/weir/limits`"},
    {"secret_sha256", text<parse_sha256, &KeyParts::secret_sha256>("64 hexadecimal digits"),
     "SHA-256 of the secret", 0, "required"},
    {"tier", text<any_text, &KeyParts::tier>("name of a tier"), "which limits it has", 0, "`default`"},
    {"group", text<any_text, &KeyParts::group>("name of a group"), "whose limits it shares", 0, "none"},
    {"limits", part(Part<KeyParts>{"[limits](#limits)", "", read_own_limits<KeyParts>}),
     "replace the tier's, dimension by dimension"},
    {"disabled", flag<&KeyParts::disabled>(), "the key is answered with 401"},
    {"max_wait_ms", integer<&KeyParts::max_wait_ms>({0, wait_ms_max}), "in place of the tier's", 0,
     "the tier's"},
};

}  // namespace

std::span<const SettingRow<Config>> config_rows() {
    return of_config;
}
std::span<const SettingRow<AdminToken>> admin_token_rows() {
    return of_admin_token;
}
std::span<const SettingRow<Upstream>> upstream_rows() {
    return of_upstream;
}
std::span<const SettingRow<Tier>> tier_rows() {
    return of_tier;
}
std::span<const SettingRow<Group>> group_rows() {
    return of_group;
}
std::span<const SettingRow<KeyParts>> key_rows() {
    return of_key;
}

}  // namespace weir::config
