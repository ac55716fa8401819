// CRC16/XMODEM: polynomial 0x1021, initially 0, nothing reflected.
#include "redis/slots.hpp"

#include <array>

namespace weir::redis {

namespace {

constexpr std::array<std::uint16_t, 256> crc_of_bytes = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned byte = 0; byte < table.size(); ++byte) {
        unsigned crc = byte << 8;
        for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x8000) != 0 ? 0x1021 : 0);
        table[byte] = static_cast<std::uint16_t>(crc);
    }
    return table;
}();

std::string_view hashed_part_of(std::string_view key) noexcept {
    const auto opening = key.find('{');
    if (opening == std::string_view::npos) return key;
    const auto closing = key.find('}', opening + 1);
    if (closing == std::string_view::npos || closing == opening + 1) return key;
    return key.substr(opening + 1, closing - opening - 1);
}

}  // namespace

std::uint16_t slot_of(std::string_view key) noexcept {
    unsigned crc = 0;
    for (const char c : hashed_part_of(key)) {
        const unsigned index = (crc >> 8) ^ static_cast<unsigned char>(c);
        crc = ((crc << 8) & 0xffff) ^ crc_of_bytes[index];
    }
    return static_cast<std::uint16_t>(crc % slot_count);
}

}  // namespace weir::redis
