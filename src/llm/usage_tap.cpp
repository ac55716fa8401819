// Compressed answers are decoded beside the bytes that pass, or, where a chunk must be dropped, instead of
// them.
#include "llm/usage_tap.hpp"

#include "llm/answer_stream.hpp"
#include "llm/content_coding.hpp"

namespace weir::llm {

namespace {

/// Answers may repeat themselves as they like, and nothing is kept of what is decoded for reading: only the
/// work is bounded. One piece of two codings can hold all of it, and the thread does nothing else meanwhile.
constexpr std::int64_t any_ratio = std::int64_t{1} << 62;
constexpr ContentDecoder::Bounds reading_bounds{.decoded_bytes_max = std::int64_t{256} << 20,
                                                .ratio_max = any_ratio};
/// What the client gets decoded is bounded by the piece alone.
constexpr ContentDecoder::Bounds passing_bounds{.decoded_bytes_max = std::int64_t{1} << 62,
                                                .ratio_max = any_ratio};
/// What one piece may decode to, where that is kept until the client has it; and how much room for it stays.
constexpr std::size_t decoded_piece_bytes_max = 64 << 20;
constexpr std::size_t decoded_room_bytes_max = 1 << 20;

bool is_plain(std::string_view content_encoding) noexcept {
    return content_encoding.empty() || content_encoding == "identity";
}

}  // namespace

struct UsageTap::State {
    /// `codings`: nullopt is one that nobody knows.
    State(const AnswerDescription& answer, AnswerFormat declared,
          const std::optional<std::vector<ContentCoding>>& codings)
        : is_encoded(!codings || !codings->empty()),
          decodes(is_encoded && codings && answer.drop_usage_chunk &&
                  (declared == AnswerFormat::event_stream || declared == AnswerFormat::unknown)),
          stream(answer.api, codings ? declared : AnswerFormat::opaque,
                 answer.drop_usage_chunk && decodes == is_encoded) {
        if (is_encoded && codings && declared != AnswerFormat::opaque)
            decoder.emplace(*codings, decodes ? passing_bounds : reading_bounds);
    }

    void feed_decoded(std::string_view bytes, std::vector<std::string_view>& forward);
    void read_decoded(std::string_view bytes);

    bool is_encoded;
    bool decodes;
    bool is_broken = false;
    AnswerStream stream;
    std::optional<ContentDecoder> decoder;  ///< as long as decoding succeeds
    std::string decoded;                    ///< while the caller's views point to it
    std::vector<std::string_view> unused;
};

/// What is decoded is what passes.
void UsageTap::State::feed_decoded(std::string_view bytes, std::vector<std::string_view>& forward) {
    decoded.clear();
    if (decoded.capacity() > decoded_room_bytes_max) decoded.shrink_to_fit();
    if (!decoder) return;
    const auto state = decoder->feed(bytes, [this](std::string_view piece) {
        is_broken = is_broken || decoded.size() + piece.size() > decoded_piece_bytes_max;
        if (!is_broken) decoded.append(piece);
    });
    is_broken =
        is_broken || state == ContentDecoder::State::corrupt || state == ContentDecoder::State::too_large;
    if (is_broken) decoder.reset();
    stream.feed(decoded, forward);
}

/// Beside what passes. Where it can't be decoded, reading ends.
void UsageTap::State::read_decoded(std::string_view bytes) {
    if (!decoder) return;
    const auto state = decoder->feed(bytes, [this](std::string_view piece) {
        unused.clear();
        stream.feed(piece, unused);
    });
    const bool is_fault =
        state == ContentDecoder::State::corrupt || state == ContentDecoder::State::too_large;
    if (is_fault || stream.is_opaque()) decoder.reset();
}

UsageTap::UsageTap(const AnswerDescription& answer) {
    const AnswerFormat declared =
        answer.reads_usage ? declared_format(answer.content_type) : AnswerFormat::opaque;
    const auto codings = is_plain(answer.content_encoding) ? std::vector<ContentCoding>{}
                                                           : parse_content_codings(answer.content_encoding);
    state_ = std::make_unique<State>(answer, declared, codings);
}
UsageTap::~UsageTap() = default;
UsageTap::UsageTap(UsageTap&&) noexcept = default;
UsageTap& UsageTap::operator=(UsageTap&&) noexcept = default;

void UsageTap::feed(std::string_view bytes, std::vector<std::string_view>& forward) {
    State& state = *state_;
    if (!state.is_encoded) return state.stream.feed(bytes, forward);
    if (state.decodes) return state.feed_decoded(bytes, forward);
    if (bytes.empty()) return;
    forward.push_back(bytes);
    state.read_decoded(bytes);
}

void UsageTap::finish(std::vector<std::string_view>& forward, bool whole) {
    State& state = *state_;
    if (!state.is_encoded) return state.stream.finish(forward, whole);
    const bool is_whole = whole && state.decoder && state.decoder->finish() == ContentDecoder::State::done;
    if (state.decodes && whole && !is_whole) state.is_broken = true;
    state.unused.clear();
    state.stream.finish(state.decodes ? forward : state.unused, is_whole);
}

const TappedUsage& UsageTap::usage() const noexcept {
    return state_->stream.usage();
}
bool UsageTap::is_stream() const noexcept {
    return state_->stream.is_stream();
}
bool UsageTap::decodes() const noexcept {
    return state_->decodes;
}
bool UsageTap::is_broken() const noexcept {
    return state_->is_broken;
}

}  // namespace weir::llm
