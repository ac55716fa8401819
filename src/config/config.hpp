// The effective configuration as an immutable value, and how it comes to be out of file, environment and
// flags.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/origins.hpp"
#include "config/sha256.hpp"
#include "config/store_url.hpp"
#include "weir/limit.hpp"

namespace weir::config {

struct Endpoint {
    std::string address;  ///< an IP address, without brackets
    std::uint16_t port = 0;
    bool operator==(const Endpoint&) const = default;
};

/// One limit as configured.
struct LimitSpec {
    Dimension dimension = Dimension::requests;
    std::int64_t limit = 0;               ///< 0: blocked
    std::int64_t window_us = 60'000'000;  ///< of requests in flight: in_flight_lease_us
    bool enforced = true;  ///< false: what it would refuse passes, and is counted (shadow mode)
    bool operator==(const LimitSpec&) const = default;
};
using LimitSet = std::vector<LimitSpec>;

struct ModelLimits {
    std::string pattern;  ///< a model name, or a part of one with `*` at either end
    LimitSet limits;
};

/// How much output a tier reserves for a request.
enum class Reserve : std::uint8_t {
    learned,         ///< what answers to the key have lately been as long as; at first as output_default
    output_default,  ///< no more than the default: most requests stay far below their own bound
    max_tokens,      ///< all that the request allows, so that a request above the limit is refused
    none             ///< nothing: output is charged as it is produced
};
inline constexpr std::array<std::string_view, 4> reserve_names{"learned", "output_default", "max_tokens",
                                                               "none"};

struct Tier {
    std::string name;
    LimitSet limits;                  ///< of each key in the tier
    std::vector<ModelLimits> models;  ///< of each key on the models matching; the longest match wins
    std::int64_t output_default = 1024;
    Reserve reserve = Reserve::learned;
    double reserve_quantile = 0.9;  ///< of learned lengths: so many answers stay within what was reserved
    bool estimate_bound = false;    ///< `estimate: "bound"`
    double cached_input_weight = 1.0;
    bool enforced = true;  ///< false: none of the limits of its keys refuses, whatever they say
    /// Its requests may fill limits that are shared (a group's, an upstream's) up to this part of them only.
    double ceiling = 1.0;
    std::int64_t max_wait_ms = 0;  ///< a request waits so long for room before it is refused
    std::int64_t weight = 1;  ///< of those that wait for a shared limit: its keys' turns among the others'
};

struct Group {
    std::string name;
    LimitSet limits;
};

/// A secret that was replaced by a new one and is still accepted for a while.
struct FormerSecret {
    Sha256 sha256{};
    std::int64_t until_us = 0;  ///< by the store's clock
    bool operator==(const FormerSecret&) const = default;
};

struct Key {
    std::string id;
    Sha256 secret_sha256{};
    std::string tier = "default";
    std::string group;  ///< empty: none
    LimitSet limits;    ///< replace the tier's, dimension by dimension
    std::vector<FormerSecret> former_secrets{};
    bool disabled = false;                      ///< known, and refused as an unknown key is
    std::optional<std::int64_t> max_wait_ms{};  ///< in place of the tier's
};

/// Who may use the admin API.
struct AdminToken {
    std::string name;    ///< for the log
    std::string secret;  ///< never empty
    bool may_write = true;
    bool operator==(const AdminToken&) const = default;
};

struct Url {
    bool tls = false;
    std::string host;  ///< a name or an IP address, without brackets
    std::uint16_t port = 0;
    std::string base_path;  ///< "" or "/openai", without trailing slash
    bool operator==(const Url&) const = default;
};

/// Whether weir asks for the usage of streams (`stream_options.include_usage`) that don't ask for it.
enum class AskForUsage : std::uint8_t { automatic, never };

/// How weir's own key is sent.
enum class KeyHeader : std::uint8_t {
    /// Nothing is known of the upstream: as `Authorization: Bearer`, on Anthropic's paths as `x-api-key`.
    automatic,
    authorization,  ///< as a Bearer token
    x_api_key,
    api_key,
    x_goog_api_key
};

/// Models that an upstream serves.
struct ServedModels {
    std::string pattern;  ///< as in ModelLimits
    std::string sent_as;  ///< the name that the upstream knows them by; empty: as the client said
    bool operator==(const ServedModels&) const = default;
};

/// Whose paths they are.
enum class Dialect : std::uint8_t { openai, anthropic, ollama, gemini };

/// Whose paths an upstream serves.
struct ServedDialects {
    bool openai = true, anthropic = true, ollama = true, gemini = true;
    constexpr bool contains(Dialect dialect) const noexcept {
        switch (dialect) {
            case Dialect::openai:
                return openai;
            case Dialect::anthropic:
                return anthropic;
            case Dialect::ollama:
                return ollama;
            case Dialect::gemini:
                return gemini;
        }
        return false;
    }
    bool operator==(const ServedDialects&) const = default;
};

/// Toward an upstream, beside the system's authorities and without a certificate of weir's own where empty.
struct UpstreamTls {
    std::string ca_file;    ///< PEM; its authorities in place of the system's
    std::string cert_file;  ///< PEM; weir's own certificate chain
    std::string key_file;   ///< PEM; its key
    bool operator==(const UpstreamTls&) const = default;
};

/// How long weir waits for an upstream.
struct UpstreamTimeouts {
    std::int64_t connect_ms = 5'000;
    std::int64_t first_byte_ms = 600'000;
    std::int64_t between_bytes_ms = 300'000;
    std::int64_t write_ms = 60'000;
    bool operator==(const UpstreamTimeouts&) const = default;
};

struct Upstream {
    std::string name;
    Url url;
    /// Azure's deployments: "2024-10-21", which says how `/v1` paths are sent. Empty: paths are sent as they
    /// came.
    std::string azure_api_version;
    std::vector<ServedModels> models;  ///< the closest match counts; empty: all, as the client said
    /// As given, else as the host tells; all where that is none that is known.
    ServedDialects serves;
    std::int64_t priority = 0;  ///< lower first
    std::int64_t weight = 1;    ///< its share among equals
    UpstreamTls tls;
    UpstreamTimeouts timeouts;  ///< as given, else as `timeouts_ms` says
    /// Asked with GET while it is ejected, so that no request has to be the probe; empty: a request is.
    std::string check_path;
    std::string api_key;  ///< a secret; empty: the caller's own key is passed on
    /// As given, else as the upstream's host, base path or key tell; automatic where none of them does.
    KeyHeader key_header = KeyHeader::automatic;
    AskForUsage ask_for_usage = AskForUsage::automatic;
    LimitSet limits;  ///< shared by everybody
    std::vector<std::pair<std::string, std::string>> headers;
};

enum class OnFailure : std::uint8_t { local, open, closed };
enum class UnknownKeys : std::uint8_t { reject, default_tier };
enum class OtherPaths : std::uint8_t { pass, reject };

/// What pages of other origins may do (the fetch standard's CORS protocol).
struct Cors {
    /// As browsers send them ("https://app.example", lower case, no default port), or "*". Empty: off.
    std::vector<std::string> allowed_origins;
    std::vector<std::string> allowed_headers_more;  ///< beside those that SDKs send; in lower case
    std::int64_t max_age_s = 600;                   ///< for how long browsers remember a preflight's answer
};

struct WeirLimits {
    std::int64_t max_body_bytes = 32LL << 20;
    std::int64_t max_buffered_bytes = 1LL << 30;
    std::int64_t max_header_bytes = 32 << 10;
    std::int64_t max_header_fields = 100;
    std::int64_t max_waiting = 10'000;       ///< requests that wait for room
    std::int64_t max_waiting_per_key = 100;  ///< the same of one key
    std::int64_t max_queue_ms = 200;         ///< that an overloaded thread lets a request wait; 0: any time
    std::int64_t max_connections = 20'000;
    bool max_connections_given =
        false;  ///< said by the operator, so that what the system allows must suffice
};

/// When another upstream is asked in place of one that failed.
struct Retry {
    std::int64_t attempts = 3;        ///< upstreams that one request is sent to at the most
    std::int64_t budget_ms = 30'000;  ///< from the first attempt on, in which further ones may begin
    /// Also where the upstream may have done what it was asked: it fell silent, or its connection broke,
    /// after all of the request was sent.
    bool after_send = false;
};

struct Timeouts {
    std::int64_t header_ms = 10'000;
    std::int64_t body_ms = 60'000;
    std::int64_t idle_ms = 75'000;
    std::int64_t connect_ms = 5'000;
    std::int64_t first_byte_ms = 600'000;
    std::int64_t between_bytes_ms = 300'000;
    std::int64_t write_ms = 60'000;
    std::int64_t drain_ms = 30'000;
};

struct Config {
    Endpoint listen{"127.0.0.1", 8000};
    Endpoint admin_listen{"127.0.0.1", 9180};
    std::vector<AdminToken> admin_tokens;
    /// Where this node keeps what has to survive it; empty: nowhere.
    std::string state_dir;
    int threads = 0;  ///< 0: one a core
    std::string tls_cert_file, tls_key_file;
    StoreUrl store;
    int store_timeout_ms = 100;
    OnFailure on_failure = OnFailure::local;
    std::int64_t store_max_ledgers = 1'000'000;
    int cluster_nodes = 0;  ///< 0: from heartbeats
    bool calibrate = true;  ///< estimates of a model's input follow what its answers report
    std::vector<Upstream> upstreams;
    std::map<std::string, Tier, std::less<>> tiers;  ///< always holds "default"
    std::map<std::string, Group, std::less<>> groups;
    std::vector<Key> keys;
    UnknownKeys unknown_keys = UnknownKeys::default_tier;
    OtherPaths other_paths = OtherPaths::pass;
    /// Where the others are rejected: paths that pass, or beginnings of paths with `*` at the end.
    std::vector<std::string> other_paths_allow;
    Cors cors;
    WeirLimits limits_of_weir;
    Timeouts timeouts;
    Retry retry;
    std::string log_level = "info";
    bool log_json = true;
    bool log_access = true;
    /// `timeouts_ms.drain_delay`: from the end of readiness to the end of accepting.
    int drain_delay_ms = 0;
};

/// One thing wrong, and where.
struct Mistake {
    std::string where;    ///< "$.tiers.trial.limits.rpm", "WEIR_LISTEN", "--threads"
    std::string message;  ///< what was expected
};

/// What reading a file gave.
struct FileText {
    std::optional<std::string> text;
    std::string why{};  ///< where there is none: the system's own words
};

/// Everything that a configuration is made of. Reading files and variables is the caller's part, so that
/// tests need neither.
struct Sources {
    std::optional<std::string> file_text;      ///< the JSON document, where there is one
    std::string file_path = {};                ///< where it stands; empty: nowhere
    std::map<std::string, std::string> flags;  ///< by flag name without dashes: "listen" -> "127.0.0.1:1"
    std::function<std::optional<std::string>(const std::string&)> environment;
    std::function<FileText(const std::string&)> read_file;  ///< a small one (api_key_file)
    bool terminal = false;                                  ///< log format defaults to text there
};

struct Outcome {
    Config config;                  ///< usable only where there are no mistakes
    std::vector<Mistake> mistakes;  ///< all of them, in the order of the document
    std::vector<Mistake> warnings;  ///< right, but hardly meant; empty where there are mistakes
    Origins origins;
};

Outcome build_config(const Sources& sources);

/// One value in force, for people.
struct ShownSetting {
    std::string path;    ///< "$.tiers.trial.limits.rpm"
    std::string value;   ///< secrets masked
    std::string origin;  ///< "default", "file", "environment WEIR_LISTEN", "flag --listen", "runtime"
};
std::vector<ShownSetting> shown_settings(const Outcome& outcome);

/// The effective configuration as text, each value with where it came from, and the warnings; secrets masked.
std::string describe(const Outcome& outcome);

/// A stable short hash of the effective values (secrets included, not recoverable), for `weir_config_info`.
std::string config_hash(const Config& config);

}  // namespace weir::config
