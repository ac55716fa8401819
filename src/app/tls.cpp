// Reads the files first, for OpenSSL's words on a missing one help nobody.
#include "app/tls.hpp"

#include <openssl/err.h>
#include <openssl/x509err.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
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

config::Mistake not_the_key(const config::Config& config) {
    return {"$.tls.key_file", config.tls_key_file + " is not the key of " + config.tls_cert_file};
}

bool is_mismatch(const boost::system::error_code& error) noexcept {
    const auto code = static_cast<unsigned long>(error.value());
    return error.category() == boost::asio::error::get_ssl_category() && ERR_GET_LIB(code) == ERR_LIB_X509 &&
           ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH;
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
    bool matches = true;
    const auto key = try_file(
        "$.tls.key_file", config.tls_key_file, "the certificate's key in PEM, without a passphrase", [&] {
            boost::system::error_code error;
            context->use_private_key_file(config.tls_key_file, boost::asio::ssl::context::pem, error);
            matches = !is_mismatch(error);
            if (error && matches) throw boost::system::system_error(error);
        });
    if (certificate) loaded.mistakes.push_back(*certificate);
    if (key) loaded.mistakes.push_back(*key);
    // A key of another kind than the certificate's is only noticed here.
    matches = matches && SSL_CTX_check_private_key(context->native_handle()) == 1;
    if (loaded.mistakes.empty() && !matches) {
        loaded.mistakes.push_back(not_the_key(config));
    }
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
