// One loop: read, tap, frame, write.
#include "proxy/relay.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "http/error.hpp"
#include "proxy/errors.hpp"

namespace weir::proxy {

using boost::system::error_code;

namespace {

class Relay {
public:
    explicit Relay(RelayJob& job) : job_(job), to_client_(job.to_client) {}

    /// One call of the tap per read, since its views hold no longer. An error where what it says, or does not
    /// say, is no answer.
    error_code tap(const std::vector<std::string_view>& pieces) {
        feed(pieces);
        const bool done = job_.reader.done();
        if (done) job_.tap.finish(forward_, !job_.reader.ends_with_connection());
        job_.usage = job_.tap.usage();
        if (job_.tap.is_broken()) return http_errc::upstream_bad_answer;
        return done && is_cut_short() ? make_error_code(http_errc::upstream_broken) : error_code{};
    }

    /// What the tap lets pass goes to the client, as far as its connection takes it now. `done`: nothing
    /// follows.
    error_code write_now(bool done) {
        buffers_.clear();
        if (head_pending_) buffers_.push_back(boost::asio::buffer(to_client_.head));
        head_pending_ = false;
        unwritten_body_bytes_ = 0;
        for (const std::string_view piece : forward_)
            unwritten_body_bytes_ += static_cast<std::int64_t>(piece.size());
        if (to_client_.framing != BodyFraming::none) append_body(done);
        if (buffers_.empty()) return {};
        return note_written(job_.client.write_now(buffers_));
    }
    bool is_written() const noexcept { return buffers_.empty(); }
    awaitable<error_code> write_rest() {
        const error_code error = co_await job_.client.write(buffers_);
        buffers_.clear();
        co_return note_written(error);
    }

    awaitable<RelayResult> end(error_code error) {
        if (job_.client.gone()) error = http_errc::client_gone;
        if (error == http_errc::client_gone && !job_.reader.done()) read_cut_end();
        if (is_whole_all_the_same(error)) error = co_await write_end();
        if (!error) co_return RelayResult{AttemptEnd::whole, body_bytes_};
        if (error != http_errc::client_gone) co_await write_broken_end();
        job_.client.close();
        co_return RelayResult{end_of(error), body_bytes_};
    }
    std::int64_t body_bytes() const noexcept { return body_bytes_; }

private:
    void feed(const std::vector<std::string_view>& pieces) {
        forward_.clear();
        if (pieces.empty()) return;
        if (pieces.size() == 1) return job_.tap.feed(pieces.front(), forward_);
        joined_.clear();
        for (const std::string_view piece : pieces) joined_.append(piece);
        job_.tap.feed(joined_, forward_);
    }

    error_code note_written(error_code error) {
        if (!error && buffers_.empty()) body_bytes_ += unwritten_body_bytes_;
        return error;
    }

    awaitable<error_code> write(bool done) {
        error_code error = write_now(done);
        if (!error && !is_written()) error = co_await write_rest();
        co_return error;
    }

    bool is_cut_short() const noexcept {
        return to_client_.has_protocol && job_.tap.is_stream() && job_.reader.ends_with_connection() &&
               !job_.tap.usage().ended;
    }

    /// The upstream's connection broke behind the protocol's own end. A length that was promised must be
    /// kept.
    bool is_whole_all_the_same(error_code error) const noexcept {
        if (!error || error == http_errc::client_gone || job_.reader.done()) return false;
        return to_client_.has_protocol && job_.tap.is_stream() && job_.tap.usage().ended &&
               to_client_.framing != BodyFraming::content_length;
    }

    awaitable<error_code> write_end() {
        forward_.clear();
        job_.tap.finish(forward_, true);
        job_.usage = job_.tap.usage();
        co_return co_await write(true);
    }

    /// What came before may say more now that nothing follows, whether anybody is left to pass it on to or
    /// not.
    void read_cut_end() {
        forward_.clear();
        job_.tap.finish(forward_, false);
        job_.usage = job_.tap.usage();
    }

    void append_body(bool done) {
        const bool chunked = to_client_.framing == BodyFraming::chunked;
        const bool has_chunk = chunked && unwritten_body_bytes_ > 0;
        if (has_chunk) {
            const auto size = static_cast<std::uint64_t>(unwritten_body_bytes_);
            char* const end = std::to_chars(chunk_size_.begin(), chunk_size_.end() - 2, size, 16).ptr;
            std::copy_n("\r\n", 2, end);
            buffers_.emplace_back(chunk_size_.data(),
                                  static_cast<std::size_t>(end + 2 - chunk_size_.begin()));
        }
        for (const std::string_view piece : forward_) {
            if (!piece.empty()) buffers_.push_back(boost::asio::buffer(piece));
        }
        if (has_chunk) buffers_.push_back(boost::asio::buffer("\r\n", 2));
        if (chunked && done) buffers_.push_back(boost::asio::buffer("0\r\n\r\n", 5));
    }

    /// The upstream died: say so in the stream, and never end it cleanly, or clients take it for complete.
    awaitable<void> write_broken_end() {
        read_cut_end();
        const bool can_say =
            to_client_.framing == BodyFraming::chunked || to_client_.framing == BodyFraming::until_close;
        const std::string event =
            llm::error_event(to_client_.dialect, describe_error(http_errc::upstream_broken));
        if (can_say && to_client_.says_broken && to_client_.has_protocol && job_.tap.is_stream())
            forward_.push_back(event);
        (void)co_await write(false);
    }

    RelayJob& job_;
    const ClientSide& to_client_;
    bool head_pending_ = true;
    std::int64_t body_bytes_ = 0;
    std::int64_t unwritten_body_bytes_ = 0;
    std::vector<std::string_view> forward_;
    net::Buffers buffers_;
    std::string joined_;
    std::array<char, 24> chunk_size_{};
};

}  // namespace

awaitable<RelayResult> relay(RelayJob& job) {
    Relay relay(job);
    std::vector<std::string_view> pieces = std::move(job.first);
    error_code error;
    for (;;) {
        error = relay.tap(pieces);
        const bool done = job.reader.done();
        if (!error) error = relay.write_now(done);
        if (!error && !relay.is_written()) error = co_await relay.write_rest();
        if (error || done) break;
        pieces.clear();
        error = co_await job.reader.read_body(pieces, job.between_bytes_ms);
        if (error) break;
    }
    const bool is_whole = !error && !job.client.gone();
    if (is_whole) co_return RelayResult{AttemptEnd::whole, relay.body_bytes()};
    co_return co_await relay.end(error);
}

}  // namespace weir::proxy
