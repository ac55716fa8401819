// Message parsing by Boost.Beast, without its I/O and containers: bytes in, heads and pieces of body out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "http/error.hpp"
#include "http/http_message.hpp"

namespace weir::http {

/// One message at a time; `start` makes it ready for the next. Not thread-safe.
///
/// Give it only heads that http_guard has passed. Trailers are checked for form and dropped: they never mix
/// with the head's fields. Chunk extensions are dropped, and limited to 256 bytes.
class MessageParser {
public:
    enum class Kind { request, response, response_to_head };

    MessageParser();
    ~MessageParser();
    MessageParser(MessageParser&&) noexcept;
    MessageParser& operator=(MessageParser&&) noexcept;

    void start(Kind kind);

    /// A whole head. Fills `head`, whose views point into `bytes`.
    boost::system::error_code parse_head(std::string_view bytes, RequestHead& head);
    boost::system::error_code parse_head(std::string_view bytes, ResponseHead& head);

    /// Bytes after the head. Appends views into `bytes` to `pieces` and returns how many bytes were consumed;
    /// what is left must be given again with more behind it. Errors: any, the message is broken.
    std::size_t parse_body(std::string_view bytes, std::vector<std::string_view>& pieces,
                           boost::system::error_code& error);
    /// The connection ended: fine only for a body that ends so.
    boost::system::error_code parse_end();

    bool done() const noexcept;
    /// The body lasts until the connection ends.
    bool ends_with_connection() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace weir::http
