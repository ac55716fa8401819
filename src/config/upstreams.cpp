// Upstreams: where they are, the key toward them, limits and headers.
#include <algorithm>

#include "config/draft.hpp"
#include "config/json_path.hpp"
#include "config/limits.hpp"
#include "config/names.hpp"
#include "config/setting_parts.hpp"
#include "config/setting_reader.hpp"
#include "config/setting_tables.hpp"
#include "text/ascii.hpp"

namespace weir::config {

namespace {

constexpr std::size_t upstreams_max = 64;
constexpr std::size_t headers_max = 64;

/// Whether a key is given at all, rightly or not.
bool has_api_key(const ObjectReader& upstream) {
    return upstream.has("api_key_env") || upstream.has("api_key_file");
}

void read_header(const Field& field, bool has_key, Draft& draft, Upstream& upstream) {
    try {
        check_header_name(field.name());
    } catch (const Unexpected& unexpected) {
        return field.refuse(unexpected.what());
    }
    const bool is_credential = is_credential_header(field.name());
    draft.injects_key = draft.injects_key || is_credential;
    if (is_credential && has_key) {
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

bool has_same_name(const std::vector<Upstream>& others, const Upstream& upstream) {
    if (upstream.name.empty()) return false;
    return std::any_of(others.begin(), others.end(),
                       [&](const Upstream& other) { return other.name == upstream.name; });
}

/// weir's own certificate is of no use without its key.
void check_pair(const Field& tls) {
    if (!tls.is_object()) return;
    const ObjectReader object = *tls.object();
    if (object.has("cert_file") && !object.has("key_file")) {
        tls.refuse_missing("key_file", "the path of the certificate's key in PEM");
    } else if (object.has("key_file") && !object.has("cert_file")) {
        tls.refuse_missing("cert_file", "the path of a certificate chain in PEM");
    }
}

Upstream read_upstream(const Field& field, Draft& draft) {
    Upstream upstream;
    std::optional<ObjectReader> object = field.object();
    if (!object) return upstream;
    read_rows(*object, upstream_rows(), upstream, &draft);
    const auto name = object->field("name");
    if (name && has_same_name(draft.config.upstreams, upstream)) {
        name->refuse("expected a name of its own: another upstream has the same");
    }
    if (const auto tls = object->field("tls")) check_pair(*tls);
    const auto key_header = object->field("key_header");
    if (key_header && !has_api_key(*object))
        key_header->refuse("expected api_key_env or api_key_file beside it: it says how that key is sent");
    object->finish();
    return upstream;
}

}  // namespace

void read_api_key(ObjectReader& object, Upstream& upstream, Draft* draft) {
    const auto in_variable = object.field("api_key_env");
    const auto in_file = object.field("api_key_file");
    if (in_variable && in_file) in_file->refuse("expected either api_key_env or api_key_file, not both");
    const std::string path = member_path(object.path(), "api_key");
    if (in_variable) {
        upstream.api_key = secret_in_variable(*in_variable, *draft, path).value_or("");
    } else if (in_file) {
        upstream.api_key = secret_in_file(*in_file, *draft, path).value_or("");
    }
    draft->injects_key = draft->injects_key || in_variable || in_file;
}

void read_headers(ObjectReader& parent, Upstream& upstream, Draft* draft) {
    const auto field = parent.field("headers");
    if (!field) return;
    const std::optional<ObjectReader> object = field->object();
    if (!object) return;
    const std::vector<Field> members = object->members();
    if (members.size() > headers_max) return field->refuse("expected at most 64 headers");
    for (const Field& member : members) read_header(member, has_api_key(parent), *draft, upstream);
}

void read_upstreams(ObjectReader& root, Draft& draft) {
    const std::optional<Field> field = root.field("upstreams");
    if (!field) return;
    const auto items = field->items();
    if (!items) return;
    if (items->empty()) return field->refuse("expected at least one upstream");
    if (items->size() > upstreams_max) return field->refuse("expected at most 64 upstreams");
    draft.config.upstreams.clear();
    for (const Field& item : *items) draft.config.upstreams.push_back(read_upstream(item, draft));
}

}  // namespace weir::config
