// OpenSSL's part of it.
#include "admin/secrets.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <stdexcept>

namespace weir::admin {

bool is_same(const config::Sha256& left, const config::Sha256& right) noexcept {
    return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string make_secret() {
    std::array<unsigned char, 32> bytes;
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error("OpenSSL has no randomness");
    }
    static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string secret = "weir-";
    std::uint32_t bits = 0;
    int count = 0;
    for (const unsigned char byte : bytes) {
        bits = bits << 8 | byte;
        for (count += 8; count >= 6; count -= 6) secret += letters[bits >> (count - 6) & 63U];
    }
    secret += letters[bits << (6 - count) & 63U];
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return secret;
}

}  // namespace weir::admin
