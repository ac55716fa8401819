// The algorithm and a context are kept: looking them up costs OpenSSL 3 many times the digest itself.
#include "app/sha256.hpp"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace weir::app {

config::Sha256 fast_sha256(std::string_view text) {
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                       &EVP_MD_CTX_free);
    config::Sha256 digest;
    const bool done = EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1 &&
                      EVP_DigestUpdate(context.get(), text.data(), text.size()) == 1 &&
                      EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
    if (!done) throw std::runtime_error("OpenSSL offers no SHA-256");
    return digest;
}

}  // namespace weir::app
