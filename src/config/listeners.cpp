// Where weir listens and with what: addresses, TLS, threads, the admin tokens.
#include <algorithm>

#include "config/address.hpp"
#include "config/draft.hpp"
#include "config/json_path.hpp"
#include "config/names.hpp"
#include "config/settings.hpp"

namespace weir::config {

namespace {

constexpr Range threads_range{0, 1024};
constexpr std::size_t tokens_max = 100;

void read_endpoint(ObjectReader& object, Endpoint& endpoint) {
    const auto field = object.field("listen");
    if (field) endpoint = field->parsed(parse_endpoint).value_or(endpoint);
}

/// Told at the field that names the secret. The message holds nothing of it.
void expect_own_secret(const Field& field, const std::string& secret, const std::vector<AdminToken>& tokens) {
    for (const AdminToken& other : tokens) {
        if (other.secret != secret) continue;
        return field.refuse("expected a token of its own: \"" + other.name + "\" has the same");
    }
}

std::string read_token_name(const Field& field, const std::vector<AdminToken>& tokens) {
    std::string name = field.parsed(parse_name).value_or("");
    if (name.empty()) return name;
    if (name == admin_token_name) {
        field.refuse("expected another name: \"admin\" is the token of admin.token_env");
    } else if (std::any_of(tokens.begin(), tokens.end(),
                           [&](const auto& other) { return other.name == name; })) {
        field.refuse("expected a name of its own: another token has the same");
    }
    return name;
}

void read_token_secret(ObjectReader& object, Draft& draft, AdminToken& token) {
    const auto in_variable = object.field("token_env");
    const auto in_file = object.field("token_file");
    if (in_variable && in_file) return in_file->refuse("expected either token_env or token_file, not both");
    if (!in_variable && !in_file) {
        return object.self().refuse("expected token_env or token_file: where the token stands");
    }
    const std::string path = member_path(object.path(), "token");
    const Field& field = in_variable ? *in_variable : *in_file;
    auto secret = in_variable ? secret_in_variable(field, draft, path) : secret_in_file(field, draft, path);
    if (!secret) return;
    expect_own_secret(field, *secret, draft.config.admin_tokens);
    token.secret = *std::move(secret);
}

AdminToken read_token(const Field& field, Draft& draft) {
    AdminToken token;
    std::optional<ObjectReader> object = field.object();
    if (!object) return token;
    if (const auto name = object->required("name", "a name of 1 to 128 characters, for the log")) {
        token.name = read_token_name(*name, draft.config.admin_tokens);
    }
    read_token_secret(*object, draft, token);
    if (const auto access = object->required("access", R"("read" or "write")")) {
        token.may_write = access->choice({"read", "write"}) == std::size_t{1};
    }
    object->finish();
    return token;
}

void read_tokens(const Field& field, Draft& draft) {
    const auto items = field.items();
    if (!items) return;
    if (items->size() > tokens_max) return field.refuse("expected at most 100 tokens");
    for (const Field& item : *items) draft.config.admin_tokens.push_back(read_token(item, draft));
}

void read_admin(const Field& field, Draft& draft) {
    std::optional<ObjectReader> object = field.object();
    if (!object) return;
    read_endpoint(*object, draft.config.admin_listen);
    if (const auto token = object->field("token_env")) {
        const std::string path = member_path(field.path(), "token");
        if (auto secret = secret_in_variable(*token, draft, path)) {
            draft.config.admin_tokens.push_back({.name = admin_token_name, .secret = *std::move(secret)});
        }
    }
    if (const auto tokens = object->field("tokens")) read_tokens(*tokens, draft);
    object->finish();
}

void read_tls(const Field& field, Config& config) {
    std::optional<ObjectReader> object = field.object();
    if (!object) return;
    if (const auto file = object->required("cert_file", "the path of a certificate chain in PEM")) {
        config.tls_cert_file = file->parsed(parse_file_path).value_or("");
    }
    if (const auto file = object->required("key_file", "the path of the certificate's key in PEM")) {
        config.tls_key_file = file->parsed(parse_file_path).value_or("");
    }
    object->finish();
}

}  // namespace

void read_listeners(ObjectReader& root, Draft& draft) {
    read_endpoint(root, draft.config.listen);
    if (const auto admin = root.field("admin")) read_admin(*admin, draft);
    if (const auto folder = root.field("state_dir")) {
        draft.config.state_dir = folder->parsed(parse_folder_path).value_or("");
    }
    root.integer("threads", threads_range, draft.config.threads);
    if (const auto tls = root.field("tls")) read_tls(*tls, draft.config);
}

void check_listeners(Draft& draft) {
    const Endpoint& listen = draft.config.listen;
    if (listen.port == 0 || !(listen == draft.config.admin_listen)) return;
    draft.mistakes.add(Mistakes::in_flags, "$.admin.listen",
                       "expected another address or port: clients connect to " + to_string(listen));
}

}  // namespace weir::config
