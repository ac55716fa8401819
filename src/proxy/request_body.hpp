// Reads one request body whole, within its limits of size, time and memory.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "llm/content_coding.hpp"
#include "proxy/body_budget.hpp"
#include "proxy/client_stream.hpp"
#include "proxy/http_names.hpp"

namespace weir::proxy {

struct BodyLimits {
    std::int64_t bytes_max = 32LL << 20;
    /// The body must be there after so long, plus a second for every KiB received: a slow line may take its
    /// time, a stalled one may not (as Apache's RequestReadTimeout body=60,MinRate=1024).
    std::int64_t base_ms = 60'000;
};

/// Reads the body of a request whose head has just been consumed.
class RequestBody {
public:
    RequestBody(ClientStream& client, Framing framing, const Clock& clock, BodyBudget& budget);

    /// Takes what has arrived with the head: all of most bodies.
    /// Errors: body_too_large, too_many_buffered_bytes, bad_request (framing).
    boost::system::error_code start(BodyLimits limits);
    /// After `start`, until `complete`. Errors: as `start`, and request_timeout, client_gone.
    awaitable<boost::system::error_code> read_rest(BodyLimits limits);

    /// After an early refusal: read what is left and throw it away, up to 64 KiB or 1 s.
    /// True: the connection stands at the next request.
    awaitable<bool> discard();

    /// Once complete: undoes the codings, so that `text` says what the body means; all of it must stay within
    /// the same bounds. Other requests have their turn in between. Errors: body_too_large,
    /// too_many_buffered_bytes, bad_request (corrupt).
    awaitable<boost::system::error_code> decode(std::span<const llm::ContentCoding> codings,
                                                BodyLimits limits);

    /// Everything has arrived that belongs to this request.
    bool complete() const noexcept { return parser_.done(); }
    /// Capacity reaches a little beyond the size, as simdjson wants it.
    const std::string& bytes() const noexcept { return bytes_; }
    /// The body without its codings; the same as `bytes` where it had none.
    const std::string& text() const noexcept { return decoded_ ? *decoded_ : bytes_; }
    bool is_decoded() const noexcept { return decoded_.has_value(); }
    /// The body is not needed any more: its memory and its share of the budget are given back.
    void release() noexcept;

private:
    boost::system::error_code take_pieces(BodyLimits limits);

    ClientStream& client_;
    BodyParser parser_;
    Framing framing_;
    const Clock& clock_;
    BodyBudget::Share share_;
    std::string bytes_;
    std::optional<std::string> decoded_;
    std::vector<std::string_view> pieces_;
};

}  // namespace weir::proxy
