// The same strictness toward the upstream as toward clients: what can be read two ways is not relayed.
#include "proxy/answer_reader.hpp"

#include <charconv>

#include "http/error.hpp"
#include "proxy/http_names.hpp"

namespace weir::proxy {

using boost::system::error_code;

namespace {
constexpr HeadLimits answer_head_limits{
    .bytes_max = 64 << 10, .fields_max = 200, .target_bytes_max = 8 << 10};
constexpr std::size_t unparsed_bytes_max = 64 << 10;
constexpr std::size_t bare_status_line_bytes = std::string_view("HTTP/1.1 200").size();
}  // namespace

awaitable<error_code> AnswerReader::read_head(std::int64_t timeout_ms) {
    const std::int64_t ends_at_us = clock_.steady_us() + timeout_ms * 1000;
    std::int64_t left_ms = timeout_ms;
    for (;;) {
        const error_code error = co_await read_one_head(left_ms);
        if (error) co_return error;
        if (head_.status == 101)
            co_return http_errc::upstream_bad_answer;  // an upgrade that nobody asked for
        if (head_.status >= 200) co_return error_code{};
        left_ms = (ends_at_us - clock_.steady_us()) / 1000;
        if (left_ms <= 0) co_return http_errc::upstream_timeout;
    }
}

awaitable<error_code> AnswerReader::read_one_head(std::int64_t timeout_ms) {
    HeadScanner scanner(answer_head_limits);
    for (;;) {
        if (!connection_.input().empty()) {
            started_ = true;
            const HeadScanner::State state = scanner.scan(connection_.input());
            if (state == HeadScanner::State::failed) co_return http_errc::upstream_bad_answer;
            if (state == HeadScanner::State::complete)
                co_return accept_head(scanner.head_begin(), scanner.head_end());
        }
        const error_code error = co_await connection_.read(timeout_ms);
        if (error)
            co_return error == http_errc::upstream_timeout ? error
                                                           : make_error_code(http_errc::upstream_broken);
    }
}

error_code AnswerReader::accept_head(std::size_t begin, std::size_t end) {
    head_bytes_.assign(connection_.input().substr(begin, end - begin));
    connection_.consume(end);
    if (check_raw_head(head_bytes_)) return http_errc::upstream_bad_answer;
    // Many leave out the space that RFC 9112 4 wants behind the status even where no reason follows.
    if (head_bytes_.find('\r') == bare_status_line_bytes) head_bytes_.insert(bare_status_line_bytes, " ");
    parser_.start(method_ == "HEAD" ? MessageParser::Kind::response_to_head : MessageParser::Kind::response);
    if (parser_.parse_head(head_bytes_, head_)) return http_errc::upstream_bad_answer;
    if (head_.status < 100 || head_.status > 599) return http_errc::upstream_bad_answer;
    if (check_framing(head_.version, head_.fields, framing_)) return http_errc::upstream_bad_answer;
    until_close_ = parser_.ends_with_connection();
    return {};
}

awaitable<error_code> AnswerReader::read_body(std::vector<std::string_view>& pieces, std::int64_t timeout_ms,
                                              bool wait) {
    connection_.consume(parsed_);
    parsed_ = 0;
    for (;;) {
        error_code error;
        parsed_ = parser_.parse_body(connection_.input(), pieces, error);
        if (error) co_return http_errc::upstream_bad_answer;
        if (!pieces.empty() || parser_.done() || !wait) co_return error_code{};
        connection_.consume(parsed_);
        parsed_ = 0;
        if (connection_.input().size() > unparsed_bytes_max) co_return http_errc::upstream_bad_answer;
        error = co_await connection_.read(timeout_ms);
        if (error == boost::asio::error::eof) {
            if (parser_.parse_end()) co_return http_errc::upstream_broken;
            co_return error_code{};
        }
        if (error) co_return error;
    }
}

bool AnswerReader::finish() noexcept {
    connection_.consume(parsed_);
    parsed_ = 0;
    if (!parser_.done() || until_close_ || head_.fields.lists_token("connection", "close")) return false;
    if (head_.version == 10 && !head_.fields.lists_token("connection", "keep-alive")) return false;
    return connection_.input().empty();
}

std::int64_t AnswerReader::keep_alive_s() const noexcept {
    constexpr std::string_view name = "timeout=";
    const std::string_view value = head_.fields.value("keep-alive");
    const auto begin = value.find(name);
    if (begin == std::string_view::npos) return 0;
    std::int64_t seconds = 0;
    std::from_chars(value.data() + begin + name.size(), value.data() + value.size(), seconds);
    return seconds;
}

}  // namespace weir::proxy
