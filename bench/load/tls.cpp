// OpenSSL's error queue is read right behind each call, so that nothing of it is left for another session.
#include "load/tls.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace weir::load {
namespace {

std::string last_error() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "failed" : reason;
}

bool is_address(const std::string& host) {
    in6_addr bytes{};
    return ::inet_pton(AF_INET, host.c_str(), &bytes) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), &bytes) == 1;
}

}  // namespace

void FreeContext::operator()(SSL_CTX* context) const {
    SSL_CTX_free(context);
}

void TlsSession::FreeSession::operator()(SSL* session) const {
    SSL_free(session);
}

TlsContext make_tls_context(const TlsOptions& options) {
    TlsContext context(SSL_CTX_new(TLS_client_method()));
    if (!context) throw std::runtime_error("TLS: " + last_error());
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                        SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(context.get(), options.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    if (options.insecure) return context;
    const bool loaded = options.ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                                                : SSL_CTX_load_verify_locations(
                                                      context.get(), options.ca_file.c_str(), nullptr) == 1;
    if (!loaded) throw std::runtime_error("--ca-file: " + options.ca_file + ": " + last_error());
    return context;
}

TlsSession::TlsSession(SSL_CTX* context, int socket, const std::string& host) : session_(SSL_new(context)) {
    if (!session_) throw std::runtime_error("TLS: " + last_error());
    SSL_set_fd(session_.get(), socket);
    if (is_address(host)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session_.get()), host.c_str());
    } else {
        SSL_set1_host(session_.get(), host.c_str());
        SSL_set_tlsext_host_name(session_.get(), host.c_str());
    }
    SSL_set_connect_state(session_.get());
}

TlsSession::Step TlsSession::handshake() {
    ERR_clear_error();
    return step_of(SSL_do_handshake(session_.get()));
}

TlsSession::Step TlsSession::write(std::string_view bytes, std::size_t& count) {
    count = 0;
    ERR_clear_error();
    return step_of(SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &count));
}

TlsSession::Step TlsSession::read(std::span<char> buffer, std::size_t& count) {
    count = 0;
    ERR_clear_error();
    return step_of(SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &count));
}

TlsSession::Step TlsSession::step_of(int result) {
    if (result == 1) return Step::done;
    const int socket_error = errno;
    switch (SSL_get_error(session_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return Step::waits_for_reading;
        case SSL_ERROR_WANT_WRITE:
            return Step::waits_for_writing;
        case SSL_ERROR_ZERO_RETURN:
            return Step::ended;
        case SSL_ERROR_SYSCALL:
            if (socket_error == 0) return Step::ended;
            problem_ = std::generic_category().message(socket_error);
            return Step::failed;
        default:
            break;
    }
    // The other side may end without saying so; what an answer's framing says counts.
    if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        ERR_clear_error();
        return Step::ended;
    }
    problem_ = last_error();
    return Step::failed;
}

}  // namespace weir::load
