// The admin tokens, and what listeners must not have in common.
#include <algorithm>

#include "config/address.hpp"
#include "config/draft.hpp"
#include "config/json_path.hpp"
#include "config/names.hpp"
#include "config/setting_parts.hpp"
#include "config/setting_reader.hpp"
#include "config/setting_tables.hpp"
#include "config/settings.hpp"

namespace weir::config {

namespace {

constexpr std::size_t tokens_max = 100;

/// Told at the field that names the secret. The message holds nothing of it.
void expect_own_secret(const Field& field, const std::string& secret, const std::vector<AdminToken>& tokens) {
    for (const AdminToken& other : tokens) {
        if (other.secret != secret) continue;
        return field.refuse("expected a token of its own: \"" + other.name + "\" has the same");
    }
}

void check_token_name(const Field& field, const std::string& name, const std::vector<AdminToken>& tokens) {
    if (name == admin_token_name) {
        field.refuse("expected another name: \"admin\" is the token of admin.token_env");
    } else if (std::any_of(tokens.begin(), tokens.end(),
                           [&](const auto& other) { return other.name == name; })) {
        field.refuse("expected a name of its own: another token has the same");
    }
}

AdminToken read_token(const Field& field, Draft& draft) {
    AdminToken token;
    std::optional<ObjectReader> object = field.object();
    if (!object) return token;
    read_rows(*object, admin_token_rows(), token, &draft);
    const auto name = object->field("name");
    if (name && !token.name.empty()) check_token_name(*name, token.name, draft.config.admin_tokens);
    object->finish();
    return token;
}

void read_tokens(const Field& field, Draft& draft) {
    const auto items = field.items();
    if (!items) return;
    if (items->size() > tokens_max) return field.refuse("expected at most 100 tokens");
    for (const Field& item : *items) draft.config.admin_tokens.push_back(read_token(item, draft));
}

}  // namespace

void read_token_secret(ObjectReader& object, AdminToken& token, Draft* draft) {
    const auto in_variable = object.field("token_env");
    const auto in_file = object.field("token_file");
    if (in_variable && in_file) return in_file->refuse("expected either token_env or token_file, not both");
    if (!in_variable && !in_file) {
        return object.self().refuse("expected token_env or token_file: where the token stands");
    }
    const std::string path = member_path(object.path(), "token");
    const Field& field = in_variable ? *in_variable : *in_file;
    auto secret = in_variable ? secret_in_variable(field, *draft, path) : secret_in_file(field, *draft, path);
    if (!secret) return;
    expect_own_secret(field, *secret, draft->config.admin_tokens);
    token.secret = *std::move(secret);
}

void read_admin_tokens(ObjectReader& admin, Draft& draft) {
    if (const auto token = admin.field("token_env")) {
        const std::string path = member_path(admin.path(), "token");
        if (auto secret = secret_in_variable(*token, draft, path)) {
            draft.config.admin_tokens.push_back({.name = admin_token_name, .secret = *std::move(secret)});
        }
    }
    if (const auto tokens = admin.field("tokens")) read_tokens(*tokens, draft);
}

void check_listeners(Draft& draft) {
    const Endpoint& listen = draft.config.listen;
    if (listen.port == 0 || !(listen == draft.config.admin_listen)) return;
    draft.mistakes.add(Mistakes::in_flags, "$.admin.listen",
                       "expected another address or port: clients connect to " + to_string(listen));
}

}  // namespace weir::config
