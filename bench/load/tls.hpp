// TLS over a non-blocking socket: each call does what can be done now, and says what it waits for.
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace weir::load {

struct FreeContext {
    void operator()(SSL_CTX* context) const;
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;

struct TlsOptions {
    std::string ca_file{};  ///< PEM; empty: what the system trusts
    bool insecure = false;  ///< take any certificate
};
/// Throws std::runtime_error where the file holds no certificates.
TlsContext make_tls_context(const TlsOptions& options);

class TlsSession {
public:
    enum class Step : std::uint8_t { done, waits_for_reading, waits_for_writing, ended, failed };

    /// As a client on a connected socket, which stays the caller's. `host`, a name or an address, has to be
    /// the certificate's.
    TlsSession(SSL_CTX* context, int socket, const std::string& host);

    Step handshake();
    /// `count` says how many bytes were taken, or came; 0 unless done.
    Step write(std::string_view bytes, std::size_t& count);
    Step read(std::span<char> buffer, std::size_t& count);

    const std::string& problem() const { return problem_; }  ///< after Step::failed

private:
    struct FreeSession {
        void operator()(SSL* session) const;
    };
    Step step_of(int result);

    std::unique_ptr<SSL, FreeSession> session_;
    std::string problem_;
};

}  // namespace weir::load
