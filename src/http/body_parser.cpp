// Counting, and a parser derived from Beast's state machine, of whose events only what is needed is kept.
#include "http/body_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "text/tokens.hpp"

namespace weir::http {

namespace beast = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t chunk_extension_bytes_max = 256;
/// Beast takes line ends inside of quotes; who counts them as the line's end finds the data elsewhere.
bool has_control_byte(std::string_view bytes) noexcept {
    return std::any_of(bytes.begin(), bytes.end(), [](char c) { return text::is_control(c) && c != '\t'; });
}

/// The real one has been read already; Beast wants to see a head before chunks.
constexpr std::string_view head_before_chunks = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

class ChunkParser final : public beast::basic_parser<true> {
public:
    ChunkParser() {
        body_limit(boost::none);
        error_code ignored;
        put(boost::asio::const_buffer(head_before_chunks.data(), head_before_chunks.size()), ignored);
        eager(true);
    }

    std::vector<std::string_view>* pieces = nullptr;

private:
    using string_view = boost::beast::string_view;

    void on_request_impl(beast::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_field_impl(beast::field, string_view, string_view, error_code&) override {}
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view body, error_code&) override {
        if (!body.empty()) pieces->emplace_back(body.data(), body.size());
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view extensions, error_code& error) override {
        if (extensions.size() > chunk_extension_bytes_max ||
            has_control_byte({extensions.data(), extensions.size()}))
            error = beast::error::bad_chunk_extension;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override {
        return on_body_impl(body, error);
    }
    void on_finish_impl(error_code&) override {}
};

bool never_has_body(int status) noexcept {
    return status < 200 || status == 204 || status == 304;
}

}  // namespace

class BodyParser::Chunks {
public:
    void start() { parser_.emplace(); }
    bool done() const noexcept { return parser_->is_done(); }

    std::size_t parse(std::string_view bytes, std::vector<std::string_view>& pieces, bool& sound) {
        parser_->pieces = &pieces;
        std::size_t consumed = 0;
        error_code error;
        while (consumed < bytes.size() && !parser_->is_done() && !error) {
            const std::string_view rest = bytes.substr(consumed);
            consumed += parser_->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
        }
        sound = !error || error == beast::error::need_more;
        return consumed;
    }

private:
    std::optional<ChunkParser> parser_;
};

BodyParser::BodyParser() = default;
BodyParser::~BodyParser() = default;
BodyParser::BodyParser(BodyParser&&) noexcept = default;
BodyParser& BodyParser::operator=(BodyParser&&) noexcept = default;

void BodyParser::start(const Framing& framing, Kind otherwise) {
    left_bytes_ = framing.content_length.value_or(0);
    if (framing.chunked) {
        kind_ = Kind::chunked;
        if (!chunks_) chunks_ = std::make_unique<Chunks>();
        chunks_->start();
    } else if (framing.content_length) {
        kind_ = left_bytes_ > 0 ? Kind::counted : Kind::done;
    } else {
        kind_ = otherwise;
    }
}

void BodyParser::start_request(const Framing& framing) {
    start(framing, Kind::done);
}

void BodyParser::start_response(const Framing& framing, int status, bool is_answer_to_head) {
    if (is_answer_to_head || never_has_body(status)) {
        kind_ = Kind::done;
    } else {
        start(framing, Kind::until_close);
    }
}

std::size_t BodyParser::parse(std::string_view bytes, std::vector<std::string_view>& pieces, bool& sound) {
    sound = true;
    if (kind_ == Kind::done || bytes.empty()) return 0;
    if (kind_ == Kind::chunked) {
        const std::size_t consumed = chunks_->parse(bytes, pieces, sound);
        if (chunks_->done()) kind_ = Kind::done;
        return consumed;
    }
    if (kind_ == Kind::counted) {
        bytes = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_bytes_, bytes.size())));
        left_bytes_ -= bytes.size();
        if (left_bytes_ == 0) kind_ = Kind::done;
    }
    pieces.push_back(bytes);
    return bytes.size();
}

bool BodyParser::end() noexcept {
    if (kind_ == Kind::until_close) kind_ = Kind::done;
    return done();
}

}  // namespace weir::http
