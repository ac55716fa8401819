// OpenSSL checks the name itself, since it says what was wrong.
#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/x509err.h>
#include <openssl/x509v3.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/error.hpp>

#include "net/resolve.hpp"

namespace weir::net {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

ssl::context verifying_context() {
    ssl::context context(ssl::context::tls_client);
    context.set_verify_mode(ssl::verify_peer);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    return context;
}

bool is_mismatch(const error_code& error) noexcept {
    const auto code = static_cast<unsigned long>(error.value());
    return error.category() == boost::asio::error::get_ssl_category() && ERR_GET_LIB(code) == ERR_LIB_X509 &&
           ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH;
}

}  // namespace

ssl::context make_client_tls(const std::string& ca_file) {
    ssl::context context = verifying_context();
    if (ca_file.empty()) {
        context.set_default_verify_paths();
    } else {
        context.load_verify_file(ca_file);
    }
    return context;
}

ClientTls::ClientTls(const ClientTlsContents& contents)
    : context(std::make_shared<ssl::context>(verifying_context())) {
    const auto refuse = [this](std::string ClientTlsContents::*content, std::string message) {
        mistakes.push_back({content, std::move(message)});
    };
    error_code error;
    if (contents.authorities.empty()) {
        context->set_default_verify_paths(error);
    } else {
        context->add_certificate_authority(boost::asio::buffer(contents.authorities), error);
    }
    if (error) refuse(&ClientTlsContents::authorities, "holds no certificates in PEM: " + error.message());
    if (!contents.certificate.empty()) {
        context->use_certificate_chain(boost::asio::buffer(contents.certificate), error);
        if (error) refuse(&ClientTlsContents::certificate, "holds no certificate in PEM: " + error.message());
    }
    const bool has_certificate = !contents.certificate.empty() && !error;
    if (!contents.key.empty()) {
        // A key with a passphrase would ask for it on the terminal.
        context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return ""; });
        context->use_private_key(boost::asio::buffer(contents.key), ssl::context::pem, error);
        // A key of another kind than the certificate's is only noticed by the second.
        const bool matches =
            !is_mismatch(error) && (error || SSL_CTX_check_private_key(context->native_handle()) == 1);
        if (error && matches) {
            refuse(&ClientTlsContents::key, "holds no key in PEM without a passphrase: " + error.message());
        } else if (!matches && has_certificate) {
            refuse(&ClientTlsContents::key, "is not the certificate's key");
        }
    }
    if (!mistakes.empty()) context.reset();
}

void expect_host(SSL* session, const std::string& host) {
    if (is_address(host)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str());
    } else {
        SSL_set_tlsext_host_name(session, host.c_str());
        SSL_set1_host(session, host.c_str());
    }
}

std::string why_handshake_failed(const SSL* session, const boost::system::error_code& error) {
    const long verdict = SSL_get_verify_result(session);
    return verdict != X509_V_OK ? std::string(X509_verify_cert_error_string(verdict)) : error.message();
}

}  // namespace weir::net
