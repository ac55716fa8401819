// The hosts, and what follows from them where the operator does not say: how a key is sent, and whose paths
// are served.
#include "config/providers.hpp"

#include <algorithm>
#include <array>

#include "config/draft.hpp"
#include "config/json_path.hpp"
#include "config/names.hpp"
#include "config/url.hpp"
#include "text/ascii.hpp"

namespace weir::config {

namespace {

struct Known {
    std::string_view host;  ///< with a dot in front: any host below it
    Provider provider;
};

constexpr ServedDialects openai_alone{.openai = true, .anthropic = false, .ollama = false, .gemini = false};
constexpr ServedDialects anthropic_alone{
    .openai = false, .anthropic = true, .ollama = false, .gemini = false};
// Both also take OpenAI's paths (https://platform.claude.com/docs/en/api/openai-sdk,
// https://ai.google.dev/gemini-api/docs/openai).
constexpr ServedDialects of_anthropic{.openai = true, .anthropic = true, .ollama = false, .gemini = false};
constexpr ServedDialects of_google{.openai = true, .anthropic = false, .ollama = false, .gemini = true};
constexpr Provider azure{KeyHeader::api_key, openai_alone, true};

constexpr std::array<Known, 8> known_hosts{{
    {"api.openai.com", {KeyHeader::authorization, openai_alone}},
    {"api.anthropic.com", {KeyHeader::x_api_key, of_anthropic}},
    {".openai.azure.com", azure},
    {".openai.azure.us", azure},
    {".openai.azure.cn", azure},
    {".cognitiveservices.azure.com", azure},
    {".services.ai.azure.com", azure},
    {"generativelanguage.googleapis.com", {KeyHeader::x_goog_api_key, of_google}},
}};

KeyHeader key_header_of(const Upstream& upstream) {
    if (!upstream.azure_api_version.empty()) return KeyHeader::api_key;
    const std::string base_path = text::to_lower(upstream.url.base_path);
    const bool is_anthropic =
        base_path.find("/anthropic") != std::string::npos || upstream.api_key.starts_with("sk-ant-");
    if (is_anthropic) return KeyHeader::x_api_key;
    const Provider* provider = provider_of(upstream.url);
    if (provider == nullptr) return KeyHeader::automatic;
    // Google's OpenAI-compatible service takes the key as OpenAI's does.
    const bool is_openai_like =
        provider->key_header == KeyHeader::x_goog_api_key && base_path.find("/openai") != std::string::npos;
    return is_openai_like ? KeyHeader::authorization : provider->key_header;
}

ServedDialects dialects_of(const Upstream& upstream) {
    if (!upstream.azure_api_version.empty()) return openai_alone;
    const Provider* provider = provider_of(upstream.url);
    if (provider == nullptr) return {};
    const bool is_anthropic_on_azure =
        provider->is_azure && text::contains_ignoring_case(upstream.url.base_path, "/anthropic");
    return is_anthropic_on_azure ? anthropic_alone : provider->serves;
}

struct Wait {
    std::string_view name;
    std::int64_t UpstreamTimeouts::*of_upstream;
    std::int64_t Timeouts::*of_all;
};
constexpr std::array<Wait, 4> waits{
    {{"connect", &UpstreamTimeouts::connect_ms, &Timeouts::connect_ms},
     {"first_byte", &UpstreamTimeouts::first_byte_ms, &Timeouts::first_byte_ms},
     {"between_bytes", &UpstreamTimeouts::between_bytes_ms, &Timeouts::between_bytes_ms},
     {"write", &UpstreamTimeouts::write_ms, &Timeouts::write_ms}}};

void resolve_timeouts(Draft& draft, Upstream& upstream, const std::string& path) {
    for (const Wait& wait : waits) {
        const std::string section = member_path("", "timeouts_ms");
        const std::string own = member_path(path + section, wait.name);
        if (draft.origins.contains(own)) continue;
        upstream.timeouts.*wait.of_upstream = draft.config.timeouts.*wait.of_all;
        const std::string of_all = member_path("$" + section, wait.name);
        if (draft.origins.contains(of_all)) draft.origins.insert_or_assign(own, of_all.substr(2));
    }
}

}  // namespace

const Provider* provider_of(const Url& url) {
    const std::string host = text::to_lower(url.host);
    for (const Known& known : known_hosts) {
        const bool is_below = known.host.front() == '.' && host.ends_with(known.host);
        if (is_below || host == known.host) return &known.provider;
    }
    return nullptr;
}

void resolve_upstreams(Draft& draft) {
    for (std::size_t i = 0; i < draft.config.upstreams.size(); ++i) {
        Upstream& upstream = draft.config.upstreams[i];
        const std::string path = item_path("$.upstreams", i);
        if (upstream.key_header == KeyHeader::automatic) upstream.key_header = key_header_of(upstream);
        if (!draft.origins.contains(path + ".serves")) upstream.serves = dialects_of(upstream);
        resolve_timeouts(draft, upstream, path);
        const bool has_tls = !(upstream.tls == UpstreamTls{});
        if (has_tls && !upstream.url.tls && !upstream.url.host.empty()) {
            draft.mistakes.add(Mistakes::in_flags, path + ".tls",
                               "expected a URL that begins with \"https://\" beside it, or no tls: nothing "
                               "is encrypted toward " +
                                   to_string(upstream.url));
        }
    }
}

bool has_own_key(const Upstream& upstream) noexcept {
    return !upstream.api_key.empty() ||
           std::any_of(upstream.headers.begin(), upstream.headers.end(),
                       [](const auto& header) { return is_credential_header(header.first); });
}

}  // namespace weir::config
