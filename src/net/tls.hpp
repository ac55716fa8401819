// TLS towards servers: which roots are trusted, what weir shows of itself, and whose certificate a server
// must show.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string>
#include <vector>

namespace weir::net {

/// TLS 1.2 or later. Verifies servers by the roots in `ca_file` (PEM), or the system's where it is empty.
/// Throws boost::system::system_error where the file can't be used.
boost::asio::ssl::context make_client_tls(const std::string& ca_file = {});

/// What PEM files hold; empty: there is no such file.
struct ClientTlsContents {
    std::string authorities;  ///< in place of the system's
    std::string certificate;  ///< weir's own chain
    std::string key;          ///< its key, without a passphrase
};

/// One of these can't be used. The message goes on behind the file's path.
struct ClientTlsMistake {
    std::string ClientTlsContents::*content;
    std::string message;
};

/// Never throws for what the contents are.
struct ClientTls {
    explicit ClientTls(const ClientTlsContents& contents);

    std::shared_ptr<boost::asio::ssl::context> context;  ///< nullptr where there are mistakes
    std::vector<ClientTlsMistake> mistakes;
};

/// Before the handshake: the certificate must be made out to `host`, a name or an address (RFC 9110 4.3.4,
/// RFC 6125). A name is sent to the server too (SNI, RFC 6066 3).
void expect_host(SSL* session, const std::string& host);

/// After a handshake that failed: what was wrong with the certificate, in OpenSSL's words, or else `error`'s.
std::string why_handshake_failed(const SSL* session, const boost::system::error_code& error);

}  // namespace weir::net
