// Reads one answer from an upstream connection: its head, then its body piece by piece as it arrives.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proxy/http_names.hpp"
#include "proxy/upstream_connection.hpp"
#include "weir/clock.hpp"

namespace weir::proxy {

class AnswerReader {
public:
    AnswerReader(UpstreamConnection& connection, const Clock& clock, std::string_view method)
        : connection_(connection), clock_(clock), method_(method) {}

    /// The head of the final answer; interim ones (1xx, RFC 9110 15.2) are read past, and don't extend the
    /// time. Errors: upstream_timeout, upstream_broken, upstream_bad_answer.
    awaitable<boost::system::error_code> read_head(std::int64_t timeout_ms);

    /// The next pieces of the decoded body, at least one unless `done` afterwards; they hold until the next
    /// call. Errors: as `read_head`, and those of the connection.
    awaitable<boost::system::error_code> read_body(std::vector<std::string_view>& pieces,
                                                   std::int64_t timeout_ms);
    /// The same of what has already arrived, which may be nothing. Error: upstream_bad_answer.
    boost::system::error_code take_body(std::vector<std::string_view>& pieces);

    const ResponseHead& head() const noexcept { return head_; }
    const Framing& framing() const noexcept { return framing_; }
    bool done() const noexcept { return parser_.done(); }
    /// A byte of an answer has arrived: the upstream has seen the request.
    bool started() const noexcept { return started_; }
    bool ends_with_connection() const noexcept { return until_close_; }
    /// Ends the reading. True: the connection stands at the next answer, and the upstream keeps it open.
    bool finish() noexcept;
    /// `Keep-Alive: timeout=N`, 0 where not given.
    std::int64_t keep_alive_s() const noexcept;

private:
    boost::system::error_code accept_head(std::size_t begin, std::size_t end);

    UpstreamConnection& connection_;
    const Clock& clock_;
    std::string_view method_;
    BodyParser parser_;
    std::string head_bytes_;
    ResponseHead head_;
    Framing framing_;
    std::size_t parsed_ = 0;  ///< bytes of input that the last pieces point into
    bool started_ = false;
    bool until_close_ = false;  ///< what `ends_with_connection` says, also when it has ended
};

}  // namespace weir::proxy
