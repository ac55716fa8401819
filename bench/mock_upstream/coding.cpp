// One row a coding: how the library is asked, whole text in and whole text out.
#include "mock_upstream/coding.hpp"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "text/ascii.hpp"

namespace weir::mock {
namespace {

constexpr int gzip_window = 15 + 16;
constexpr int zlib_window = 15;
constexpr int raw_window = -15;

Bytef* bytes_of(std::string_view text) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

template <int window_bits>
std::string deflate_text(std::string_view text) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib");
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = bytes_of(text);
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = bytes_of(out);
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

template <int window_bits>
std::optional<std::string> inflate_text(std::string_view bytes, std::size_t bytes_max) {
    z_stream stream{};
    if (inflateInit2(&stream, window_bits) != Z_OK) throw std::runtime_error("zlib");
    stream.next_in = bytes_of(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string out;
    std::vector<char> piece(64 << 10);
    int state = Z_OK;
    while (state == Z_OK && out.size() <= bytes_max) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        state = inflate(&stream, Z_NO_FLUSH);
        out.append(piece.data(), piece.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    if (state != Z_STREAM_END || out.size() > bytes_max) return std::nullopt;
    return out;
}

std::string zstd_text(std::string_view text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
    return out;
}

std::optional<std::string> unzstd_text(std::string_view bytes, std::size_t bytes_max) {
    ZSTD_DStream* stream = ZSTD_createDStream();
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::string out;
    std::vector<char> piece(ZSTD_DStreamOutSize());
    std::size_t state = 1;
    while (out.size() <= bytes_max) {
        ZSTD_outBuffer to{piece.data(), piece.size(), 0};
        state = ZSTD_decompressStream(stream, &to, &in);
        if (ZSTD_isError(state)) break;
        out.append(piece.data(), to.pos);
        if (in.pos == in.size && to.pos < to.size) break;
    }
    ZSTD_freeDStream(stream);
    if (state != 0 || out.size() > bytes_max) return std::nullopt;
    return out;
}

std::string brotli_text(std::string_view text) {
    std::size_t size = BrotliEncoderMaxCompressedSize(text.size()) + 64;
    std::string out(size, '\0');
    BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, text.size(), bytes_of(text), &size,
                          bytes_of(out));
    out.resize(size);
    return out;
}

std::optional<std::string> unbrotli_text(std::string_view bytes, std::size_t bytes_max) {
    BrotliDecoderState* state = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
    std::size_t left = bytes.size();
    const std::uint8_t* in = bytes_of(bytes);
    std::string out;
    std::vector<std::uint8_t> piece(64 << 10);
    BrotliDecoderResult result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT && out.size() <= bytes_max) {
        std::size_t room = piece.size();
        std::uint8_t* to = piece.data();
        result = BrotliDecoderDecompressStream(state, &left, &in, &room, &to, nullptr);
        out.append(reinterpret_cast<const char*>(piece.data()), piece.size() - room);
    }
    BrotliDecoderDestroyInstance(state);
    if (result != BROTLI_DECODER_RESULT_SUCCESS || out.size() > bytes_max) return std::nullopt;
    return out;
}

struct Coding {
    std::string_view name;
    std::string (*encode)(std::string_view text);
    std::optional<std::string> (*decode)(std::string_view bytes, std::size_t bytes_max);
};
constexpr std::array codings{
    Coding{"gzip", deflate_text<gzip_window>, inflate_text<gzip_window>},
    Coding{"x-gzip", deflate_text<gzip_window>, inflate_text<gzip_window>},
    Coding{"deflate", deflate_text<zlib_window>, inflate_text<zlib_window>},
    Coding{"raw-deflate", deflate_text<raw_window>, inflate_text<raw_window>},
    Coding{"zstd", zstd_text, unzstd_text},
    Coding{"br", brotli_text, unbrotli_text},
};

const Coding* coding_of(std::string_view name) {
    for (const Coding& coding : codings) {
        if (coding.name == name) return &coding;
    }
    return nullptr;
}

}  // namespace

bool is_coding(std::string_view coding) {
    return coding_of(coding) != nullptr;
}

std::string encode(std::string_view coding, std::string_view text) {
    const Coding* known = coding_of(coding);
    if (known == nullptr) throw std::invalid_argument("no such coding: " + std::string(coding));
    return known->encode(text);
}

std::optional<std::string> decode(std::string_view content_encoding, std::string_view bytes,
                                  std::size_t bytes_max) {
    std::string text(bytes);
    // The last one named was applied last.
    while (!content_encoding.empty()) {
        const std::size_t comma = content_encoding.rfind(',');
        const bool only = comma == std::string_view::npos;
        const std::string_view name =
            text::trimmed(only ? content_encoding : content_encoding.substr(comma + 1), " ");
        content_encoding = only ? std::string_view() : content_encoding.substr(0, comma);
        if (name.empty() || name == "identity") continue;
        const Coding* known = coding_of(name);
        if (known == nullptr) return std::nullopt;
        std::optional<std::string> decoded = known->decode(text, bytes_max);
        if (!decoded) return std::nullopt;
        text = std::move(*decoded);
    }
    return text;
}

}  // namespace weir::mock
