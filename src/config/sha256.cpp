// By libmd, which is small and keeps nothing, so that what is pure links no TLS library.
#include "config/sha256.hpp"

#include <sha2.h>
#include <sys/types.h>

namespace weir::config {

Sha256 sha256(std::string_view text) {
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    Sha256 digest;
    SHA256Final(digest.data(), &context);
    return digest;
}

}  // namespace weir::config
