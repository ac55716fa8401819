// Why TLS with an upstream failed, in words that say what to do about it.
#pragma once

#include <openssl/ssl.h>

#include <boost/system/error_code.hpp>
#include <string>

namespace weir::net {

/// Of the verdict on a certificate (X509_V_ERR_…, openssl/x509_vfy.h): "the upstream's certificate has
/// expired: …". Pure.
std::string text_of_verdict(long verdict);

/// What else goes wrong with TLS.
enum class tls_errc {
    /// Above all verdicts, which share the category.
    certificate_wanted = 1000,
    certificate_refused,
    handshake_refused,
    no_tls_there,
    files_unusable
};

/// Verdicts, and tls_errc. Its messages are those of the functions here.
const boost::system::error_category& tls_category() noexcept;
boost::system::error_code make_error_code(tls_errc code) noexcept;

/// What an error of OpenSSL means; any other error stays as it is. Under TLS 1.3 a server tells what it
/// thinks of weir's certificate after the handshake, to whoever reads.
boost::system::error_code explained(boost::system::error_code error) noexcept;
/// The same after a handshake that failed: where it was for the server's certificate, that is told.
boost::system::error_code explained(const SSL* session, boost::system::error_code error) noexcept;

}  // namespace weir::net

template <>
struct boost::system::is_error_code_enum<weir::net::tls_errc> : std::true_type {};
