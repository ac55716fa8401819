// How a provider wants its key, where the operator does not say: told by host, base path, or the key itself.
#include <array>

#include "config/draft.hpp"
#include "text/ascii.hpp"

namespace weir::config {

namespace {

struct Known {
    std::string_view host;  ///< with a dot in front: any host below it
    KeyHeader header;
};
constexpr std::array<Known, 8> known_hosts{{
    {"api.openai.com", KeyHeader::authorization},
    {"api.anthropic.com", KeyHeader::x_api_key},
    {".openai.azure.com", KeyHeader::api_key},
    {".openai.azure.us", KeyHeader::api_key},
    {".openai.azure.cn", KeyHeader::api_key},
    {".cognitiveservices.azure.com", KeyHeader::api_key},
    {".services.ai.azure.com", KeyHeader::api_key},
    {"generativelanguage.googleapis.com", KeyHeader::x_goog_api_key},
}};

KeyHeader key_header_of(const Upstream& upstream) {
    const std::string host = text::to_lower(upstream.url.host);
    const std::string base_path = text::to_lower(upstream.url.base_path);
    const bool is_anthropic =
        base_path.find("/anthropic") != std::string::npos || upstream.api_key.starts_with("sk-ant-");
    if (is_anthropic) return KeyHeader::x_api_key;
    for (const Known& known : known_hosts) {
        const bool is_below = known.host.front() == '.' && host.ends_with(known.host);
        if (!is_below && host != known.host) continue;
        // Google's OpenAI-compatible service takes the key as OpenAI's does.
        const bool is_openai_like =
            known.header == KeyHeader::x_goog_api_key && base_path.find("/openai") != std::string::npos;
        return is_openai_like ? KeyHeader::authorization : known.header;
    }
    return KeyHeader::automatic;
}

}  // namespace

void resolve_key_headers(Draft& draft) {
    for (Upstream& upstream : draft.config.upstreams) {
        if (upstream.key_header == KeyHeader::automatic) upstream.key_header = key_header_of(upstream);
    }
}

}  // namespace weir::config
