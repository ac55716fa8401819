// Upstreams: where they are, the key toward them, limits and headers.
#include <algorithm>

#include "config/draft.hpp"
#include "config/json_path.hpp"
#include "config/limits.hpp"
#include "config/names.hpp"
#include "config/url.hpp"
#include "text/ascii.hpp"

namespace weir::config {

namespace {

constexpr std::size_t headers_max = 64;

void read_header(const Field& field, bool has_api_key, Draft& draft, Upstream& upstream) {
    try {
        check_header_name(field.name());
    } catch (const Unexpected& unexpected) {
        return field.refuse(unexpected.what());
    }
    const bool is_credential = is_credential_header(field.name());
    draft.injects_key = draft.injects_key || is_credential;
    if (is_credential && has_api_key) {
        return field.refuse(
            "expected another header: api_key_env or api_key_file already says which key to send");
    }
    const auto& headers = upstream.headers;
    if (std::any_of(headers.begin(), headers.end(), [&](const auto& other) {
            return text::equals_ignoring_case(other.first, field.name());
        })) {
        return field.refuse("expected each header once, whatever its case");
    }
    if (const auto value = field.parsed(parse_header_value))
        upstream.headers.emplace_back(field.name(), *value);
}

void read_headers(const Field& field, bool has_api_key, Draft& draft, Upstream& upstream) {
    const std::optional<ObjectReader> object = field.object();
    if (!object) return;
    const std::vector<Field> members = object->members();
    if (members.size() > headers_max) return field.refuse("expected at most 64 headers");
    for (const Field& member : members) read_header(member, has_api_key, draft, upstream);
}

/// Whether a key is given at all, rightly or not.
bool read_api_key(ObjectReader& object, Draft& draft, Upstream& upstream) {
    const auto in_variable = object.field("api_key_env");
    const auto in_file = object.field("api_key_file");
    if (in_variable && in_file) in_file->refuse("expected either api_key_env or api_key_file, not both");
    const std::string path = member_path(object.path(), "api_key");
    if (in_variable) {
        upstream.api_key = secret_in_variable(*in_variable, draft, path).value_or("");
    } else if (in_file) {
        upstream.api_key = secret_in_file(*in_file, draft, path).value_or("");
    }
    const bool is_given = in_variable || in_file;
    draft.injects_key = draft.injects_key || is_given;
    return is_given;
}

void read_key_header(const Field& field, bool has_api_key, Upstream& upstream) {
    const auto choice = field.choice({"auto", "authorization", "x-api-key", "api-key", "x-goog-api-key"});
    if (choice) upstream.key_header = static_cast<KeyHeader>(*choice);
    if (!has_api_key)
        field.refuse("expected api_key_env or api_key_file beside it: it says how that key is sent");
}

Upstream read_upstream(const Field& field, Draft& draft) {
    Upstream upstream;
    std::optional<ObjectReader> object = field.object();
    if (!object) return upstream;
    if (const auto name = object->required("name", "a name of 1 to 128 characters")) {
        upstream.name = name->parsed(parse_name).value_or("");
    }
    if (const auto url = object->required("url", R"(a URL such as "https://api.openai.com")")) {
        upstream.url = url->parsed(parse_url).value_or(Url{});
    }
    const bool has_api_key = read_api_key(*object, draft, upstream);
    if (const auto header = object->field("key_header")) read_key_header(*header, has_api_key, upstream);
    if (const auto ask = object->field("ask_for_usage")) {
        if (ask->choice({"auto", "never"}) == std::size_t{1}) upstream.ask_for_usage = AskForUsage::never;
    }
    if (const auto limits = object->field("limits")) upstream.limits = read_limits(*limits);
    if (const auto headers = object->field("headers")) read_headers(*headers, has_api_key, draft, upstream);
    object->finish();
    return upstream;
}

}  // namespace

void read_upstreams(ObjectReader& root, Draft& draft) {
    const std::optional<Field> field = root.field("upstreams");
    if (!field) return;
    const auto items = field->items();
    if (!items) return;
    if (items->empty()) return field->refuse("expected at least one upstream");
    draft.config.upstreams.clear();
    for (const Field& item : *items) {
        draft.config.upstreams.push_back(read_upstream(item, draft));
        if (draft.config.upstreams.size() > 1) {
            item.refuse("expected a single upstream: only the first one would be served");
        }
    }
}

}  // namespace weir::config
