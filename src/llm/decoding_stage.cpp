// zlib, zstd and brotli, each driven in the same way: input until it is used up, output through one small
// buffer.
#include "llm/decoding_stage.hpp"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <array>
#include <new>
#include <string>
#include <utility>

namespace weir::llm {

namespace {

using State = ContentDecoder::State;

constexpr std::size_t piece_bytes = 16 << 10;
/// What RFC 8878 asks every decoder for, and RFC 9659 allows at most for this content coding.
constexpr int zstd_window_log_max = 23;

class ZlibStage : public DecodingStage {
public:
    explicit ZlibStage(ContentCoding coding) : is_gzip_(coding == ContentCoding::gzip) {}
    ~ZlibStage() override {
        if (begun_) inflateEnd(&stream_);
    }
    ZlibStage(const ZlibStage&) = delete;
    ZlibStage& operator=(const ZlibStage&) = delete;

    State feed(std::string_view bytes, const Next& next) override {
        if (begun_) return inflate_all(bytes, next);
        begin_ += bytes;
        // Which deflate it is shows in two bytes; gzip is judged by zlib.
        if (!is_gzip_ && begin_.size() < 2) return State::more;
        begun_ = inflateInit2(&stream_, window_bits()) == Z_OK;
        if (!begun_) throw std::bad_alloc();
        return inflate_all(std::exchange(begin_, {}), next);
    }

private:
    /// "deflate" is the zlib format, but some send the bare one.
    int window_bits() const noexcept {
        if (is_gzip_) return MAX_WBITS + 16;
        const unsigned first = static_cast<unsigned char>(begin_[0]);
        const unsigned header = first * 256 + static_cast<unsigned char>(begin_[1]);
        const bool is_zlib = (first & 0x0F) == Z_DEFLATED && header % 31 == 0;
        return is_zlib ? MAX_WBITS : -MAX_WBITS;
    }

    State inflate_all(std::string_view bytes, const Next& next) {
        std::array<char, piece_bytes> piece;
        bool is_full = false;
        while (!bytes.empty() || is_full) {
            if (ended_) {
                if (!is_gzip_) return State::corrupt;
                if (bytes.front() == '\0') {  // padding
                    bytes.remove_prefix(1);
                    continue;
                }
                inflateReset(&stream_);
                ended_ = false;
            }
            stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
            stream_.avail_in = static_cast<uInt>(bytes.size());
            stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
            stream_.avail_out = static_cast<uInt>(piece.size());
            const int result = inflate(&stream_, Z_NO_FLUSH);
            bytes.remove_prefix(bytes.size() - stream_.avail_in);
            is_full = stream_.avail_out == 0 && result == Z_OK;
            ended_ = result == Z_STREAM_END;
            // Z_BUF_ERROR: nothing was left to be written, after all.
            if (!ended_ && result != Z_OK && result != Z_BUF_ERROR) return State::corrupt;
            const std::size_t size = piece.size() - stream_.avail_out;
            if (size == 0) continue;
            const State state = next({piece.data(), size});
            if (state == State::corrupt || state == State::too_large) return state;
        }
        return ended_ ? State::done : State::more;
    }

    bool is_gzip_;
    bool begun_ = false;
    bool ended_ = false;  ///< at the end of a member
    std::string begin_;   ///< until it is clear which format it is
    z_stream stream_{};
};

class ZstdStage : public DecodingStage {
public:
    ZstdStage() : context_(ZSTD_createDCtx()) {
        if (!context_) throw std::bad_alloc();
        ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, zstd_window_log_max);
    }

    State feed(std::string_view bytes, const Next& next) override {
        std::array<char, piece_bytes> piece;
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        bool is_full = false;
        while (in.pos < in.size || is_full) {
            ZSTD_outBuffer out{piece.data(), piece.size(), 0};
            const std::size_t hint = ZSTD_decompressStream(context_.get(), &out, &in);
            if (ZSTD_isError(hint)) {
                const bool is_wide = ZSTD_getErrorCode(hint) == ZSTD_error_frameParameter_windowTooLarge;
                return is_wide ? State::too_large : State::corrupt;
            }
            ended_ = hint == 0;
            is_full = out.pos == out.size && !ended_;
            if (out.pos == 0) continue;
            const State state = next({piece.data(), out.pos});
            if (state == State::corrupt || state == State::too_large) return state;
        }
        return ended_ ? State::done : State::more;
    }

private:
    struct Free {
        void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
    };
    std::unique_ptr<ZSTD_DCtx, Free> context_;
    bool ended_ = false;  ///< at the end of a frame
};

class BrotliStage : public DecodingStage {
public:
    BrotliStage() : decoder_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
        if (!decoder_) throw std::bad_alloc();
    }

    State feed(std::string_view bytes, const Next& next) override {
        if (ended_) return State::corrupt;  // there is no second stream in it
        std::array<char, piece_bytes> piece;
        auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
        std::size_t left = bytes.size();
        while (true) {
            auto* out = reinterpret_cast<std::uint8_t*>(piece.data());
            std::size_t room = piece.size();
            const auto result =
                BrotliDecoderDecompressStream(decoder_.get(), &left, &in, &room, &out, nullptr);
            if (result == BROTLI_DECODER_RESULT_ERROR) return State::corrupt;
            if (room < piece.size()) {
                const State state = next({piece.data(), piece.size() - room});
                if (state == State::corrupt || state == State::too_large) return state;
            }
            if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) continue;
            ended_ = result == BROTLI_DECODER_RESULT_SUCCESS;
            if (left > 0) return State::corrupt;
            return ended_ ? State::done : State::more;
        }
    }

private:
    struct Free {
        void operator()(BrotliDecoderState* decoder) const noexcept { BrotliDecoderDestroyInstance(decoder); }
    };
    std::unique_ptr<BrotliDecoderState, Free> decoder_;
    bool ended_ = false;
};

}  // namespace

std::unique_ptr<DecodingStage> make_decoding_stage(ContentCoding coding) {
    switch (coding) {
        case ContentCoding::gzip:
        case ContentCoding::deflate:
            return std::make_unique<ZlibStage>(coding);
        case ContentCoding::zstd:
            return std::make_unique<ZstdStage>();
        case ContentCoding::br:
            break;
    }
    return std::make_unique<BrotliStage>();
}

}  // namespace weir::llm
