// Bytes by hand: with each request of an unknown key, Boost.Algorithm took three times the instructions.
// Names by chance are for what only has to differ.
#include "text/hex.hpp"

#include <random>

namespace weir::text {

void append_hex(std::string& out, std::span<const unsigned char> bytes) {
    const std::size_t before = out.size();
    out.resize(before + 2 * bytes.size());
    char* at = out.data() + before;
    for (const unsigned char byte : bytes) {
        *at++ = hex_digits[byte >> 4U];
        *at++ = hex_digits[byte & 15U];
    }
}

std::string to_hex(std::span<const unsigned char> bytes) {
    std::string digits;
    append_hex(digits, bytes);
    return digits;
}

std::string random_hex(std::size_t digits) {
    std::random_device random;
    std::string name;
    while (name.size() < digits) name += hex_digits[random() & 15U];
    return name;
}

}  // namespace weir::text
