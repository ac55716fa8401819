// One text per verdict and per alert that somebody can do something about.
#include "net/tls_trouble.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include <boost/asio/ssl/error.hpp>

namespace weir::net {

using boost::system::error_category;
using boost::system::error_code;

std::string text_of_verdict(long verdict) {
    switch (verdict) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return "the upstream's certificate has expired: it has to be renewed there, unless this "
                   "machine's "
                   "clock is wrong";
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return "the upstream's certificate is not valid yet: look at this machine's clock";
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return "the upstream's certificate is made out to another name: upstreams[].url needs one of the "
                   "names that it is made out to";
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return "the upstream's certificate is signed by itself: set upstreams[].tls.ca_file to that "
                   "certificate, if it is the right one";
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return "the upstream's certificate is of an authority that is not known here: set "
                   "upstreams[].tls.ca_file to its authority's certificate";
        default:
            return std::string("the upstream's certificate can't be trusted: ") +
                   X509_verify_cert_error_string(verdict);
    }
}

namespace {

std::string text_of(tls_errc code) {
    switch (code) {
        case tls_errc::certificate_wanted:
            return "the upstream wants a certificate of weir's own: set upstreams[].tls.cert_file and "
                   "key_file";
        case tls_errc::certificate_refused:
            return "the upstream does not take weir's certificate: look at upstreams[].tls.cert_file, and at "
                   "the authorities that the upstream knows";
        case tls_errc::handshake_refused:
            return "the upstream refused the TLS handshake: it may want a certificate of weir's own "
                   "(upstreams[].tls.cert_file), or a protocol below TLS 1.2";
        case tls_errc::no_tls_there:
            return "the upstream does not speak TLS on this port: upstreams[].url may need http:// or "
                   "another "
                   "port";
        case tls_errc::files_unusable:
            return "a file of upstreams[].tls can't be used: weir --check tells which";
    }
    return "TLS failed";
}

class Category final : public error_category {
public:
    const char* name() const noexcept override { return "weir.tls"; }
    std::string message(int value) const override {
        const bool is_verdict = value < static_cast<int>(tls_errc::certificate_wanted);
        return is_verdict ? text_of_verdict(value) : text_of(static_cast<tls_errc>(value));
    }
};

}  // namespace

const error_category& tls_category() noexcept {
    static const Category category;
    return category;
}

error_code make_error_code(tls_errc code) noexcept {
    return {static_cast<int>(code), tls_category()};
}

error_code explained(error_code error) noexcept {
    if (error.category() != boost::asio::error::get_ssl_category()) return error;
    switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        case SSL_R_SSLV3_ALERT_NO_CERTIFICATE:
            return tls_errc::certificate_wanted;
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            return tls_errc::certificate_refused;
        case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
        case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            return tls_errc::handshake_refused;
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_HTTP_REQUEST:
            return tls_errc::no_tls_there;
        default:
            return error;
    }
}

error_code explained(const SSL* session, error_code error) noexcept {
    const long verdict = SSL_get_verify_result(session);
    const bool is_judged = error && verdict != X509_V_OK;
    return is_judged ? error_code(static_cast<int>(verdict), tls_category()) : explained(error);
}

}  // namespace weir::net
