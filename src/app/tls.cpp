// Reads the files first, for OpenSSL's words on a missing one help nobody.
#include "app/tls.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/system/system_error.hpp>
#include <optional>
#include <stdexcept>

#include "config/config_store.hpp"

namespace weir::app {

namespace {

/// What is wrong with one of the files; `use` loads it.
template <typename Use>
std::optional<config::Mistake> try_file(const char* where, const std::string& path, const char* expected,
                                        Use use) {
    const config::FileText file = config::read_whole_file(path);
    if (!file.text) return config::Mistake{where, path + " can't be read: " + file.why};
    try {
        use();
    } catch (const boost::system::system_error& error) {
        return config::Mistake{
            where, std::string("expected ") + expected + " in " + path + ": " + error.code().message()};
    }
    return std::nullopt;
}

struct Loaded {
    proxy::TlsContext context;
    std::vector<config::Mistake> mistakes;
};

Loaded load(const config::Config& config) {
    Loaded loaded;
    auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    // A key with a passphrase would ask for it on the terminal.
    context->set_password_callback(
        [](std::size_t, boost::asio::ssl::context::password_purpose) { return ""; });
    const auto certificate = try_file("$.tls.cert_file", config.tls_cert_file, "a certificate chain in PEM",
                                      [&] { context->use_certificate_chain_file(config.tls_cert_file); });
    const auto key =
        try_file("$.tls.key_file", config.tls_key_file, "the certificate's key in PEM, without a passphrase",
                 [&] { context->use_private_key_file(config.tls_key_file, boost::asio::ssl::context::pem); });
    if (certificate) loaded.mistakes.push_back(*certificate);
    if (key) loaded.mistakes.push_back(*key);
    if (loaded.mistakes.empty()) loaded.context = std::move(context);
    return loaded;
}

}  // namespace

proxy::TlsContext load_tls(const config::Config& config) {
    if (config.tls_cert_file.empty()) return nullptr;
    Loaded loaded = load(config);
    if (loaded.mistakes.empty()) return std::move(loaded.context);
    const config::Mistake& first = loaded.mistakes.front();
    throw std::runtime_error(first.where + ": " + first.message);
}

std::vector<config::Mistake> mistakes_in_tls(const config::Config& config) {
    if (config.tls_cert_file.empty()) return {};
    return load(config).mistakes;
}

}  // namespace weir::app
