// One loop: read, tap, frame, write.
#include "proxy/relay.hpp"

#include <array>
#include <cstdio>

#include "http/error.hpp"
#include "proxy/errors.hpp"

namespace weir::proxy {

using boost::system::error_code;

namespace {

class Relay {
public:
    explicit Relay(RelayJob& job) : job_(job), to_client_(job.to_client) {}

    awaitable<RelayResult> run() {
        std::vector<std::string_view> pieces = std::move(job_.first);
        head_pending_ = true;
        error_code error;
        for (;;) {
            tap(pieces);
            const bool done = job_.reader.done();
            if (done) job_.tap.finish(forward_, !job_.reader.ends_with_connection());
            job_.usage = job_.tap.usage();
            if (done && is_cut_short()) error = http_errc::upstream_broken;
            if (job_.tap.is_broken()) error = http_errc::upstream_bad_answer;
            if (!error) error = co_await write(done);
            if (error || done) break;
            pieces.clear();
            error = co_await job_.reader.read_body(pieces, job_.between_bytes_ms);
            if (error) break;
        }
        if (job_.client.gone()) error = http_errc::client_gone;
        if (is_whole_all_the_same(error)) error = co_await write_end();
        if (!error) co_return RelayResult{AttemptEnd::whole, body_bytes_};
        if (error != http_errc::client_gone) co_await write_broken_end();
        job_.client.close();
        co_return RelayResult{end_of(error), body_bytes_};
    }

private:
    /// One call of the tap per read, since its views hold no longer.
    void tap(const std::vector<std::string_view>& pieces) {
        forward_.clear();
        if (pieces.empty()) return;
        if (pieces.size() == 1) return job_.tap.feed(pieces.front(), forward_);
        joined_.clear();
        for (const std::string_view piece : pieces) joined_.append(piece);
        job_.tap.feed(joined_, forward_);
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

    awaitable<error_code> write(bool done) {
        buffers_.clear();
        if (head_pending_) buffers_.push_back(boost::asio::buffer(to_client_.head));
        head_pending_ = false;
        std::size_t bytes = 0;
        for (const std::string_view piece : forward_) bytes += piece.size();
        if (to_client_.framing != BodyFraming::none) append_body(bytes, done);
        if (buffers_.empty()) co_return error_code{};
        const error_code error = co_await job_.client.write(buffers_);
        if (!error) body_bytes_ += static_cast<std::int64_t>(bytes);
        co_return error;
    }

    void append_body(std::size_t bytes, bool done) {
        const bool chunked = to_client_.framing == BodyFraming::chunked;
        if (chunked && bytes > 0) {
            const int size = std::snprintf(chunk_size_.data(), chunk_size_.size(), "%zx\r\n", bytes);
            buffers_.push_back(boost::asio::buffer(chunk_size_.data(), static_cast<std::size_t>(size)));
        }
        for (const std::string_view piece : forward_) {
            if (!piece.empty()) buffers_.push_back(boost::asio::buffer(piece));
        }
        if (chunked && bytes > 0) buffers_.push_back(boost::asio::buffer("\r\n", 2));
        if (chunked && done) buffers_.push_back(boost::asio::buffer("0\r\n\r\n", 5));
    }

    /// The upstream died: say so in the stream, and never end it cleanly, or clients take it for complete.
    awaitable<void> write_broken_end() {
        forward_.clear();
        job_.tap.finish(forward_, false);
        job_.usage = job_.tap.usage();
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
    bool head_pending_ = false;
    std::int64_t body_bytes_ = 0;
    std::vector<std::string_view> forward_;
    std::vector<boost::asio::const_buffer> buffers_;
    std::string joined_;
    std::array<char, 24> chunk_size_{};
};

}  // namespace

awaitable<RelayResult> relay(RelayJob& job) {
    Relay running(job);
    co_return co_await running.run();
}

}  // namespace weir::proxy
