// Content codings of bodies, decoded in pieces and within bounds, so that what is in them can be metered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::llm {

enum class ContentCoding : std::uint8_t { gzip, deflate, zstd, br };

inline constexpr std::size_t content_codings_max = 2;

/// `Content-Encoding` as it stands in the head ("gzip", "x-gzip", "identity", "gzip, zstd", any case) in the
/// order in which they were applied; nullopt: one that is unknown, or more than two. identity counts for
/// nothing.
std::optional<std::vector<ContentCoding>> parse_content_codings(std::string_view value);

/// Takes one body. Memory: 16 KiB and the codings' own windows (zstd 8 MiB, br 16 MiB, the others 64 KiB),
/// whatever comes. Not thread-safe.
class ContentDecoder {
public:
    enum class State : std::uint8_t {
        more,      ///< the body is not complete yet
        done,      ///< complete as it is; another gzip member or zstd frame may still follow
        corrupt,   ///< and stays so
        too_large  ///< above a bound, or a window above what may be asked for; and stays so
    };
    struct Bounds {
        std::int64_t decoded_bytes_max;
        /// Decoded bytes for each encoded one, once more than ratio_free_bytes were decoded.
        std::int64_t ratio_max = 200;
    };
    static constexpr std::int64_t ratio_free_bytes = 1 << 20;

    /// Gets what was decoded, at most 16 KiB at once.
    using Sink = std::function<void(std::string_view)>;

    /// `codings` in the order in which they were applied; none: bytes pass, within the bounds.
    ContentDecoder(std::span<const ContentCoding> codings, const Bounds& bounds);
    ~ContentDecoder();
    ContentDecoder(ContentDecoder&&) noexcept;
    ContentDecoder& operator=(ContentDecoder&&) noexcept;

    /// Appends what `bytes` decode to, to `out`; also what came before the fault, where there is one.
    State feed(std::string_view bytes, std::string& out);
    State feed(std::string_view bytes, const Sink& sink);
    /// The input has ended: done, or corrupt where it is cut short. No input at all is an empty body.
    State finish();

private:
    struct Chain;
    std::unique_ptr<Chain> chain_;
};

}  // namespace weir::llm
