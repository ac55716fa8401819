// Reads the usage out of an answer while it passes, split at any byte, without changing it but for the one
// kind of chunk that weir itself asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "llm/api.hpp"

namespace weir::llm {

struct AnswerDescription {
    Api api = Api::unmetered;
    std::string_view content_type;      ///< as in the head, empty where absent
    std::string_view content_encoding;  ///< as in the head, empty where absent
    /// weir added include_usage itself: chunks of usage alone are not for the client.
    bool drop_usage_chunk = false;
    bool reads_usage = true;  ///< false: what it reports was charged before; all of it passes unread
};

/// What the answer has reported so far. The last report that says something counts, never a sum. A zero where
/// text was plainly sent or received is no report.
struct TappedUsage {
    std::optional<std::int64_t> input_tokens;   ///< all of the input, cached parts included
    std::int64_t cached_input_tokens = 0;       ///< the part of it that was read from a cache
    std::optional<std::int64_t> output_tokens;  ///< final, as reported
    std::int64_t output_seen = 0;  ///< a lower bound from what went by: running counts, or pieces of text
    /// Whole by its protocol: [DONE], message_stop, a finish_reason for each choice, an error event, a last
    /// bracket, …
    bool ended = false;
    /// It is an error, whatever its status says, and produced nothing.
    bool failed = false;
    bool has_error = false;  ///< it reports an error, whatever it had produced before
    /// Responses API: the response's id, where it has at most 256 bytes.
    std::string response_id;
    /// Responses API: queued or in progress, as last seen; its usage comes by a later GET.
    bool unfinished = false;
};

class UsageTap {
public:
    explicit UsageTap(const AnswerDescription& answer);
    ~UsageTap();
    UsageTap(UsageTap&&) noexcept;
    UsageTap& operator=(UsageTap&&) noexcept;

    /// Takes the next bytes of the body, without its transfer coding, and appends to `forward` what the
    /// client gets now. The views point into `bytes` or into the tap and hold until the next call. Only where
    /// chunks are to be dropped is an unfinished event held back, up to 1 MiB; beyond that it passes.
    void feed(std::string_view bytes, std::vector<std::string_view>& forward);
    /// The body has ended; `whole`: as far as its framing tells, nothing is missing. Appends what was held
    /// back. The views of the last `feed` still hold.
    void finish(std::vector<std::string_view>& forward, bool whole);

    const TappedUsage& usage() const noexcept;
    /// The answer is a stream of events or of JSON lines, compressed or not, as far as is known by now: by
    /// its type, or by its first bytes where the type does not fit.
    bool is_stream() const noexcept;
    /// Decoded bytes are forwarded, from the first on: the answer is compressed and chunks are to be dropped.
    /// The caller drops Content-Encoding and Content-Length.
    bool decodes() const noexcept;
    /// Where decodes(): what came can't be decoded. What was decoded before has been forwarded, nothing more
    /// will be; the caller treats the answer as broken off.
    bool is_broken() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weir::llm
