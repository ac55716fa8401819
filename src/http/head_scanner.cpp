// Line by line; a line ends in CRLF and in nothing else.
#include "http/head_scanner.hpp"

namespace weir::http {

HeadScanner::State HeadScanner::fail(http_errc error) noexcept {
    error_ = error;
    return State::failed;
}

HeadScanner::State HeadScanner::scan(std::string_view received) {
    for (;;) {
        const auto line_feed = received.find('\n', scanned_);
        if (line_feed == std::string_view::npos) break;
        if (line_feed == 0 || received[line_feed - 1] != '\r') return fail(http_errc::bad_request);
        const std::size_t line_size = line_feed - 1 - scanned_;
        const std::size_t line_begin = scanned_;
        scanned_ = line_feed + 1;
        if (line_size == 0) {
            if (lines_ > 0) return check_size(received, State::complete);
            begin_ = scanned_;
            continue;
        }
        // Obsolete line folding (RFC 9112 5.2) is refused here, before a parser makes it an ordinary value.
        if (received[line_begin] == ' ' || received[line_begin] == '\t') return fail(http_errc::bad_request);
        ++lines_;
    }
    return check_size(received, State::need_more);
}

HeadScanner::State HeadScanner::check_size(std::string_view received, State sound) {
    if (lines_ <= 1) {  // the first line, maybe unfinished: a long one is a long target, or no HTTP at all
        const std::string_view head = received.substr(begin_);
        const std::string_view line = head.substr(0, head.find('\r'));
        if (!line.empty() && (static_cast<unsigned char>(line.front()) <= 0x20 ||
                              static_cast<unsigned char>(line.front()) >= 0x7f)) {
            return fail(http_errc::bad_request);
        }
        constexpr std::size_t method_and_version_bytes = 64;
        if (line.size() > limits_.target_bytes_max + method_and_version_bytes)
            return fail(http_errc::target_too_long);
    }
    const std::size_t head_bytes = (sound == State::complete ? scanned_ : received.size()) - begin_;
    if (head_bytes > limits_.bytes_max || begin_ > limits_.bytes_max)
        return fail(http_errc::header_too_large);
    if (lines_ > limits_.fields_max + 1) return fail(http_errc::header_too_large);
    return sound;
}

}  // namespace weir::http
