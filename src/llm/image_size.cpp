// Reads headers: PNG (ISO 15948, IHDR), GIF89a, JPEG (ITU T.81, SOFn), WebP (RFC 9649).
#include "llm/image_size.hpp"

#include <array>
#include <cstddef>

namespace weir::llm {

namespace {

constexpr std::array<std::int8_t, 256> make_sextets() noexcept {
    std::array<std::int8_t, 256> table{};
    for (auto& entry : table) entry = -1;
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return table;
}
constexpr auto sextets = make_sextets();

/// Random access to what base64 stands for. A byte that can't be decoded is -1.
class Base64Bytes {
public:
    explicit Base64Bytes(std::string_view base64) noexcept : base64_(base64) {}

    int at(std::size_t index) const noexcept {
        const std::size_t first = index / 3 * 4 + index % 3;
        if (first + 1 >= base64_.size()) return -1;
        const int high = sextet(first);
        const int low = sextet(first + 1);
        if (high < 0 || low < 0) return -1;
        switch (index % 3) {
            case 0:
                return high << 2 | low >> 4;
            case 1:
                return (high & 15) << 4 | low >> 2;
            default:
                return (high & 3) << 6 | low;
        }
    }
    bool holds(std::size_t index, std::string_view text) const noexcept {
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (at(index + i) != static_cast<unsigned char>(text[i])) return false;
        }
        return true;
    }
    std::int64_t big_endian(std::size_t index, std::size_t bytes) const noexcept {
        std::int64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) value = value * 256 + at_or_zero(index + i);
        return value;
    }
    std::int64_t little_endian(std::size_t index, std::size_t bytes) const noexcept {
        std::int64_t value = 0;
        for (std::size_t i = bytes; i > 0; --i) value = value * 256 + at_or_zero(index + i - 1);
        return value;
    }

private:
    int sextet(std::size_t index) const noexcept {
        return sextets[static_cast<unsigned char>(base64_[index])];
    }
    int at_or_zero(std::size_t index) const noexcept { return at(index) < 0 ? 0 : at(index); }

    std::string_view base64_;
};

ImageSize jpeg_size(const Base64Bytes& bytes) noexcept {
    std::size_t at = 2;
    // Segments before the frame header: a few; a profile may be split into some dozens.
    for (int segment = 0; segment < 1000 && bytes.at(at) == 0xff; ++segment) {
        const int marker = bytes.at(at + 1);
        if (marker == 0xff) {  // fill byte
            ++at;
            continue;
        }
        const bool is_frame =
            marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (is_frame) return {bytes.big_endian(at + 7, 2), bytes.big_endian(at + 5, 2)};
        at += 2 + static_cast<std::size_t>(bytes.big_endian(at + 2, 2));
    }
    return {};
}

ImageSize webp_size(const Base64Bytes& bytes) noexcept {
    if (bytes.holds(12, "VP8X")) return {bytes.little_endian(24, 3) + 1, bytes.little_endian(27, 3) + 1};
    if (bytes.holds(12, "VP8L")) {
        const std::int64_t bits = bytes.little_endian(21, 4);
        return {(bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1};
    }
    if (bytes.holds(12, "VP8 "))
        return {bytes.little_endian(26, 2) & 0x3fff, bytes.little_endian(28, 2) & 0x3fff};
    return {};
}

}  // namespace

std::optional<ImageSize> image_size(std::string_view base64) noexcept {
    const Base64Bytes bytes(base64);
    ImageSize size;
    if (bytes.holds(0, "\x89PNG\r\n\x1a\n")) {
        size = {bytes.big_endian(16, 4), bytes.big_endian(20, 4)};
    } else if (bytes.holds(0, "GIF8")) {
        size = {bytes.little_endian(6, 2), bytes.little_endian(8, 2)};
    } else if (bytes.holds(0, "\xff\xd8")) {
        size = jpeg_size(bytes);
    } else if (bytes.holds(0, "RIFF") && bytes.holds(8, "WEBP")) {
        size = webp_size(bytes);
    }
    if (size.width <= 0 || size.height <= 0) return std::nullopt;
    return size;
}

}  // namespace weir::llm
