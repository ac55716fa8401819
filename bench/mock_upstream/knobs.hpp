// What the stand-in provider can be asked to do: by flag for every request, by x-mock-… header for one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::mock {

/// Ways of answering that a careful client has to survive.
enum class Malformed : std::uint8_t {
    none,
    bad_json,                  ///< well framed, but the JSON stops in the middle
    bad_chunk,                 ///< chunked, and after half of the body a chunk size that is no number
    duplicate_content_length,  ///< two Content-Length fields that differ
    te_and_cl,                 ///< Transfer-Encoding and Content-Length together
    unknown_te,                ///< a transfer coding that nobody knows
    short_body,                ///< fewer bytes than Content-Length says, then the end
    extra_bytes,               ///< a second answer, that nobody asked for, right behind the first
    garbage,                   ///< no HTTP at all
    huge_header,               ///< one field of 256 KiB
    http10_close,              ///< HTTP/1.0, the body ends with the connection
    status_1xx,                ///< 100 and 103 first; the answer after them is fine
    compressed,                ///< fine, but Content-Encoding: gzip although nobody asked
};

/// Where the connection is cut, apart from die_after_chunks.
enum class Die : std::uint8_t {
    no,
    before_header,  ///< the request is read, and nothing is answered
    after_answer,   ///< a keep-alive answer, then the connection is closed without notice
};

/// How answers report usage. The truth can be had from each but zero and null.
enum class UsageForm : std::uint8_t {
    usual,
    total_only,       ///< no count of input or output
    zero,             ///< all counts are 0
    floats,           ///< 12.0
    strings,          ///< "12"
    reasoning_apart,  ///< only the total holds half of the output
    cached_on_top,    ///< with half of the input as a top-level cached_tokens
    in_choice,        ///< chat: within the first choice
    null
};

/// How a stream ends.
enum class Ending : std::uint8_t {
    done,         ///< as its protocol wants it
    finish_only,  ///< without the last event, where that is a mark of the end alone
    none,         ///< right behind the last token
    error_first,  ///< an error instead of the answer
    error_last    ///< an error behind the last token
};

struct Knobs {
    std::uint64_t latency_ms = 0;        ///< wait before the first byte of the answer
    std::uint64_t chunk_delay_ms = 0;    ///< wait before each token event of a stream but the first
    std::uint64_t tokens = 16;           ///< output tokens per choice, where the request allows so many
    std::uint64_t tokens_per_chunk = 1;  ///< in one token event of a stream
    std::uint64_t answer_bytes = 0;      ///< pad the answer's body to at least so many bytes; 0: no padding
    std::uint64_t split_bytes = 0;       ///< write the body in pieces of so many bytes; 0: as it comes
    std::uint64_t embedding_size = 16;   ///< numbers in one embedding, where the request names no dimensions
    std::optional<std::uint64_t> input_tokens{};      ///< instead of counting words
    std::optional<std::uint64_t> die_after_chunks{};  ///< cut the connection after so many token events
    std::string retry_after{};                        ///< Retry-After of an error answer; empty: none
    std::vector<std::pair<std::string, std::string>> answer_headers{};  ///< added to the answer as they are
    unsigned status = 200;                                              ///< anything else: an error answer
    Malformed malformed = Malformed::none;
    Die die = Die::no;
    UsageForm usage_form = UsageForm::usual;
    Ending ending = Ending::done;
    std::string answer_coding{};        ///< compress answers; empty: not
    std::string refuse_fields{};        ///< members with commas between them: a body that has one is refused
    std::uint64_t refuse_status = 422;  ///< of these refusals
    std::uint64_t polls = 1;            ///< a background response is asked for so often before it is done
    bool until_close = false;           ///< streams are delimited by the connection's end
    bool early_answer = false;          ///< answer an error before the body is read, and read no more
    bool omit_usage = false;
    bool tool_calls = false;    ///< answer with a call of the request's first tool, if it brings tools
    bool stop_reading = false;  ///< never read the request's body, and wait until the client leaves
    bool close = false;         ///< Connection: close
};

/// One knob as flags and headers spell it: `--latency-ms 5` and `x-mock-latency-ms: 5`.
struct KnobName {
    std::string_view name;
    std::string_view help;
    bool is_switch;  ///< as a flag it takes no value; as a header the value is 1 or 0
};

std::span<const KnobName> knob_names();

/// Sets one knob. Returns what is wrong, or an empty string.
std::string set_knob(Knobs& knobs, std::string_view name, std::string_view value);

}  // namespace weir::mock
