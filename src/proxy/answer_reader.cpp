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
}  // namespace

awaitable<error_code> AnswerReader::read_head(std::int64_t timeout_ms) {
    const std::int64_t ends_at_us = clock_.steady_us() + timeout_ms * 1000;
    HeadScanner scanner(answer_head_limits);
    for (std::int64_t left_ms = timeout_ms;; left_ms = (ends_at_us - clock_.steady_us()) / 1000) {
        const HeadScanner::State state =
            connection_.input().empty() ? HeadScanner::State::need_more : scanner.scan(connection_.input());
        started_ = started_ || !connection_.input().empty();
        if (state == HeadScanner::State::failed) co_return http_errc::upstream_bad_answer;
        if (state == HeadScanner::State::complete) {
            const error_code error = accept_head(scanner.head_begin(), scanner.head_end());
            // An upgrade is what nobody asked for.
            if (error || head_.status == 101) co_return http_errc::upstream_bad_answer;
            if (head_.status >= 200) co_return error_code{};
            scanner = HeadScanner(answer_head_limits);
            continue;
        }
        if (left_ms <= 0) co_return http_errc::upstream_timeout;
        const error_code error = co_await connection_.read(left_ms);
        if (error == http_errc::upstream_timeout) co_return error;
        if (error) co_return http_errc::upstream_broken;
    }
}

error_code AnswerReader::accept_head(std::size_t begin, std::size_t end) {
    head_bytes_.assign(connection_.input().substr(begin, end - begin));
    connection_.consume(end);
    if (parse_head(head_bytes_, head_)) return http_errc::upstream_bad_answer;
    if (head_.status < 100 || head_.status > 599) return http_errc::upstream_bad_answer;
    if (check_framing(head_.version, head_.fields, framing_)) return http_errc::upstream_bad_answer;
    parser_.start_response(framing_, head_.status, method_ == "HEAD");
    until_close_ = parser_.ends_with_connection();
    return {};
}

error_code AnswerReader::take_body(std::vector<std::string_view>& pieces) {
    connection_.consume(parsed_);
    bool is_sound = true;
    parsed_ = parser_.parse(connection_.input(), pieces, is_sound);
    return is_sound ? error_code{} : make_error_code(http_errc::upstream_bad_answer);
}

awaitable<error_code> AnswerReader::read_body(std::vector<std::string_view>& pieces,
                                              std::int64_t timeout_ms) {
    for (;;) {
        error_code error = take_body(pieces);
        if (error || !pieces.empty() || parser_.done()) co_return error;
        connection_.consume(parsed_);
        parsed_ = 0;
        if (connection_.input().size() > unparsed_bytes_max) co_return http_errc::upstream_bad_answer;
        error = co_await connection_.read(timeout_ms);
        if (error == boost::asio::error::eof) {
            const bool is_whole = parser_.end();
            co_return is_whole ? error_code{} : make_error_code(http_errc::upstream_broken);
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
