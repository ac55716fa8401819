// The loop: what is in the buffer goes through the parser into one string; then wait for more.
#include "proxy/request_body.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "http/error.hpp"

namespace weir::proxy {

using boost::system::error_code;

namespace {
constexpr std::size_t read_bytes = 64 << 10;
constexpr std::size_t small_read_bytes = 4 << 10;
constexpr std::size_t padding_bytes = 64;
constexpr std::size_t discarded_bytes_max = 64 << 10;
constexpr std::int64_t discard_ms = 1'000;
constexpr std::size_t decoded_at_once = 4 << 10;  // encoded bytes: at most some 800 KiB decoded, by the ratio
constexpr std::size_t decoded_between_turns = 1 << 20;
}  // namespace

RequestBody::RequestBody(ClientStream& client, Framing framing, const Clock& clock, BodyBudget& budget)
    : client_(client), framing_(framing), clock_(clock), share_(budget) {
    parser_.start_request(framing);
}

error_code RequestBody::take_pieces(BodyLimits limits) {
    pieces_.clear();
    bool is_sound = true;
    const std::size_t consumed = parser_.parse(client_.input(), pieces_, is_sound);
    if (!is_sound) return http_errc::bad_request;
    for (const std::string_view piece : pieces_) {
        const auto bytes = static_cast<std::int64_t>(piece.size());
        if (static_cast<std::int64_t>(bytes_.size()) + bytes > limits.bytes_max)
            return http_errc::body_too_large;
        if (!share_.take(bytes)) return http_errc::too_many_buffered_bytes;
        bytes_.append(piece);
    }
    client_.consume(consumed);
    return {};
}

error_code RequestBody::start(BodyLimits limits) {
    if (framing_.content_length) {
        if (*framing_.content_length > static_cast<std::uint64_t>(limits.bytes_max))
            return http_errc::body_too_large;
        // Reserving touches no memory: what is announced and never sent costs nothing.
        bytes_.reserve(static_cast<std::size_t>(*framing_.content_length) + padding_bytes);
    }
    return take_pieces(limits);
}

awaitable<error_code> RequestBody::read_rest(BodyLimits limits) {
    const std::int64_t started_us = clock_.steady_us();
    while (!parser_.done()) {
        const auto received = static_cast<std::int64_t>(bytes_.size());
        const std::int64_t elapsed_ms = (clock_.steady_us() - started_us) / 1000;
        client_.deadline().set(
            std::max<std::int64_t>(limits.base_ms + received * 1000 / 1024 - elapsed_ms, 1));
        const std::size_t unparsed = client_.input().size();
        // A chunk header or trailer that never ends.
        if (unparsed > read_bytes) co_return http_errc::bad_request;
        std::size_t wanted = received > 0 ? read_bytes : small_read_bytes;
        if (framing_.content_length) {
            const std::uint64_t left = *framing_.content_length - static_cast<std::uint64_t>(received);
            wanted = std::min<std::size_t>(wanted, std::max<std::size_t>(left, 1));
        }
        error_code error = co_await client_.fill(wanted);
        client_.deadline().disarm();
        if (!error) error = take_pieces(limits);
        if (error) co_return error;
    }
    co_return error_code{};
}

awaitable<error_code> RequestBody::decode(std::span<const llm::ContentCoding> codings, BodyLimits limits) {
    using State = llm::ContentDecoder::State;
    llm::ContentDecoder decoder(codings, {.decoded_bytes_max = limits.bytes_max});
    std::string& text = decoded_.emplace();
    std::size_t yielded_at = 0;
    for (std::string_view rest = bytes_; !rest.empty();) {
        const std::string_view piece = rest.substr(0, decoded_at_once);
        rest.remove_prefix(piece.size());
        const std::size_t before = text.size();
        const State state = decoder.feed(piece, text);
        if (state == State::too_large) co_return http_errc::body_too_large;
        if (state == State::corrupt) co_return http_errc::bad_request;
        if (!share_.take(static_cast<std::int64_t>(text.size() - before)))
            co_return http_errc::too_many_buffered_bytes;
        if (text.size() - yielded_at < decoded_between_turns) continue;
        yielded_at = text.size();
        co_await boost::asio::post(client_.transport().socket().get_executor(), use_awaitable);
    }
    if (decoder.finish() != State::done) co_return http_errc::bad_request;
    text.reserve(text.size() + padding_bytes);
    co_return error_code{};
}

awaitable<bool> RequestBody::discard() {
    release();
    client_.deadline().set(discard_ms);
    std::size_t discarded = 0;
    while (!parser_.done() && discarded <= discarded_bytes_max && !client_.deadline().expired()) {
        pieces_.clear();
        bool is_sound = true;
        const std::size_t consumed = parser_.parse(client_.input(), pieces_, is_sound);
        discarded += consumed;
        client_.consume(consumed);
        if (!is_sound || client_.input().size() > read_bytes) break;
        if (parser_.done()) break;
        const error_code error = co_await client_.fill(small_read_bytes);
        if (error) break;
    }
    client_.deadline().disarm();
    co_return parser_.done();
}

void RequestBody::release() noexcept {
    std::string().swap(bytes_);
    decoded_.reset();
    share_.release();
}

}  // namespace weir::proxy
