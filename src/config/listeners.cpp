// Where weir listens and with what: addresses, TLS, threads, the admin token.
#include "config/address.hpp"
#include "config/draft.hpp"
#include "config/json_path.hpp"
#include "config/names.hpp"

namespace weir::config {

namespace {

constexpr Range threads_range{0, 1024};

void read_endpoint(ObjectReader& object, Endpoint& endpoint) {
    const auto field = object.field("listen");
    if (field) endpoint = field->parsed(parse_endpoint).value_or(endpoint);
}

void read_admin(const Field& field, Draft& draft) {
    std::optional<ObjectReader> object = field.object();
    if (!object) return;
    read_endpoint(*object, draft.config.admin_listen);
    if (const auto token = object->field("token_env")) {
        const std::string path = member_path(field.path(), "token");
        if (auto secret = secret_in_variable(*token, draft, path)) {
            draft.config.admin_tokens.push_back({.name = "admin", .secret = *std::move(secret)});
        }
    }
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
