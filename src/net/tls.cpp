// OpenSSL checks the name itself, since it says what was wrong.
#include "net/tls.hpp"

#include <openssl/x509v3.h>

#include "net/resolve.hpp"

namespace weir::net {

namespace ssl = boost::asio::ssl;

ssl::context make_client_tls(const std::string& ca_file) {
    ssl::context context(ssl::context::tls_client);
    if (ca_file.empty()) {
        context.set_default_verify_paths();
    } else {
        context.load_verify_file(ca_file);
    }
    context.set_verify_mode(ssl::verify_peer);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    return context;
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
