// Compressed bodies in pieces: the same comes out wherever the pieces end, never more than allowed, and what
// was encoded comes back.
#include <array>
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "llm/content_coding.hpp"
#include "unit/llm/encode.hpp"

namespace {

using namespace weir::llm;
using weir::fuzz::require;
using State = ContentDecoder::State;

constexpr std::int64_t decoded_bytes_max = 1 << 20;

struct Decoded {
    State state;
    std::string bytes;
};

Decoded decode(const std::vector<ContentCoding>& codings, std::string_view body, std::size_t piece_bytes) {
    ContentDecoder decoder(codings, {.decoded_bytes_max = decoded_bytes_max});
    Decoded decoded{State::more, {}};
    for (std::size_t at = 0; at < body.size(); at += piece_bytes) {
        const std::string piece(
            body.substr(at, piece_bytes));  // its own memory, so that a view kept too long shows
        decoded.state = decoder.feed(piece, decoded.bytes);
        require(decoded.bytes.size() <= decoded_bytes_max, "no more comes out than is allowed");
    }
    const State end = decoder.finish();
    const bool is_fault = decoded.state == State::corrupt || decoded.state == State::too_large;
    require(!is_fault || end != State::done, "a fault stays");
    require(end != State::more, "the end decides");
    if (!is_fault) decoded.state = end;
    return decoded;
}

std::string encode(ContentCoding coding, std::string_view text, bool is_raw) {
    switch (coding) {
        case ContentCoding::gzip:
            return gzip_encoded(text);
        case ContentCoding::deflate:
            return zlib_encoded(text, is_raw ? ZlibFormat::raw : ZlibFormat::zlib);
        case ContentCoding::zstd:
            return zstd_encoded(text);
        case ContentCoding::br:
            break;
    }
    return brotli_encoded(text);
}

}  // namespace

/// First byte: the codings, one or two, whether the rest is what is to be encoded or is encoded already, and
/// how deflate is written. Second: the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    constexpr std::array all{ContentCoding::gzip, ContentCoding::deflate, ContentCoding::zstd,
                             ContentCoding::br};
    std::vector<ContentCoding> codings{all[data[0] % 4]};
    if ((data[0] & 0x10) != 0) codings.push_back(all[data[0] / 4 % 4]);
    const bool is_encoded = (data[0] & 0x20) != 0;
    const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
    std::string body = text;
    if (!is_encoded) {
        for (const ContentCoding coding : codings) body = encode(coding, body, (data[0] & 0x40) != 0);
    }
    const Decoded whole = decode(codings, body, body.size() + 1);
    for (const std::size_t piece_bytes : {std::size_t{1}, std::size_t{1} + data[1]}) {
        const Decoded split = decode(codings, body, piece_bytes);
        if (whole.state == State::too_large || split.state == State::too_large) continue;
        require(split.state == whole.state, "the state does not depend on the pieces");
        require(whole.state != State::done || split.bytes == whole.bytes,
                "what comes out does not depend on the pieces");
    }
    if (!is_encoded) {
        require(whole.state == State::done, "what was encoded is whole");
        require(whole.bytes == text, "what was encoded comes back");
    }
    return 0;
}
