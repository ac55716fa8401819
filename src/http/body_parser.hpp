// Bodies of messages by their framing: bytes in, pieces out. Chunks by Boost.Beast, without its I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "http/http_guard.hpp"

namespace weir::http {

/// One message at a time; a `start` makes it ready for the next. Not thread-safe.
///
/// Trailers are checked for form and dropped: they never mix with the head's fields. Chunk extensions are
/// dropped, and limited to 256 bytes.
class BodyParser {
public:
    BodyParser();
    ~BodyParser();
    BodyParser(BodyParser&&) noexcept;
    BodyParser& operator=(BodyParser&&) noexcept;

    /// Without a length and without chunks there is no body (RFC 9112 6.3).
    void start_request(const Framing& framing);
    /// Without a length and without chunks the body lasts until the connection ends, but where the status or
    /// the request's method say that there is none (RFC 9112 6.3).
    void start_response(const Framing& framing, int status, bool is_answer_to_head);

    /// Bytes after the head. Appends views into `bytes` to `pieces` and returns how many bytes were consumed;
    /// what is left must be given again with more behind it. False in `sound`: the message is broken.
    std::size_t parse(std::string_view bytes, std::vector<std::string_view>& pieces, bool& sound);
    /// The connection ended. True: so did the body.
    bool end() noexcept;

    bool done() const noexcept { return kind_ == Kind::done; }
    /// The body lasts until the connection ends.
    bool ends_with_connection() const noexcept { return kind_ == Kind::until_close; }

private:
    enum class Kind : std::uint8_t { done, counted, chunked, until_close };
    class Chunks;

    void start(const Framing& framing, Kind otherwise);

    std::unique_ptr<Chunks> chunks_;  ///< made for the first body that has some
    std::uint64_t left_bytes_ = 0;    ///< of a counted body
    Kind kind_ = Kind::done;
};

}  // namespace weir::http
