// Two parsers derived from Beast's state machine; only what is needed of its events is kept.
#include "http/http_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <variant>

namespace weir::http {

namespace beast = boost::beast::http;
using boost::system::error_code;

namespace {

// The guard has applied the real limits; Beast's are only kept out of the way.
constexpr std::uint32_t header_bytes_max = 1 << 20;
constexpr std::size_t chunk_extension_bytes_max = 256;

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

template <bool is_request>
class Parser final : public beast::basic_parser<is_request> {
public:
    using Head = std::conditional_t<is_request, RequestHead, ResponseHead>;

    explicit Parser(bool skip_body) {
        this->header_limit(header_bytes_max);
        this->body_limit(boost::none);
        this->eager(true);
        if (skip_body) this->skip(true);
    }

    Head* head = nullptr;  ///< set while the head is parsed; trailers find it gone
    std::vector<std::string_view>* pieces = nullptr;

private:
    using string_view = boost::beast::string_view;

    void on_request_impl(beast::verb, string_view method, string_view target, int version,
                         error_code&) override {
        if constexpr (is_request) {
            head->method = view(method);
            head->target = view(target);
            head->version = version;
        }
    }
    void on_response_impl(int status, string_view reason, int version, error_code&) override {
        if constexpr (!is_request) {
            head->status = status;
            head->reason = view(reason);
            head->version = version;
        }
    }
    void on_field_impl(beast::field, string_view name, string_view value, error_code&) override {
        if (head) head->fields.add(view(name), view(value));
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view body, error_code&) override {
        if (!body.empty()) pieces->push_back(view(body));
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view extensions, error_code& error) override {
        if (extensions.size() > chunk_extension_bytes_max) error = beast::error::bad_chunk_extension;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override {
        return on_body_impl(body, error);
    }
    void on_finish_impl(error_code&) override {}
};

}  // namespace

struct MessageParser::Impl {
    std::variant<std::monostate, Parser<true>, Parser<false>> parser;

    template <bool is_request, typename Head>
    error_code parse_head(std::string_view bytes, Head& head) {
        auto& active = std::get<Parser<is_request>>(parser);
        head.fields.clear();  // keeps its capacity; all else is set by the first line
        active.head = &head;
        // A head alone is given, and eager parsing would go on into the body that is not there.
        active.eager(false);
        error_code error;
        active.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
        active.eager(true);
        active.head = nullptr;
        if (!error && !active.is_header_done()) error = beast::error::partial_message;
        return error;
    }
};

MessageParser::MessageParser() : impl_(std::make_unique<Impl>()) {}
MessageParser::~MessageParser() = default;
MessageParser::MessageParser(MessageParser&&) noexcept = default;
MessageParser& MessageParser::operator=(MessageParser&&) noexcept = default;

void MessageParser::start(Kind kind) {
    if (kind == Kind::request) {
        impl_->parser.emplace<Parser<true>>(false);
    } else {
        impl_->parser.emplace<Parser<false>>(kind == Kind::response_to_head);
    }
}

error_code MessageParser::parse_head(std::string_view bytes, RequestHead& head) {
    return impl_->parse_head<true>(bytes, head);
}

error_code MessageParser::parse_head(std::string_view bytes, ResponseHead& head) {
    return impl_->parse_head<false>(bytes, head);
}

std::size_t MessageParser::parse_body(std::string_view bytes, std::vector<std::string_view>& pieces,
                                      error_code& error) {
    return std::visit(
        [&](auto& parser) -> std::size_t {
            if constexpr (std::is_same_v<std::decay_t<decltype(parser)>, std::monostate>) {
                return 0;
            } else {
                parser.pieces = &pieces;
                std::size_t consumed = 0;
                error = {};
                while (consumed < bytes.size() && !parser.is_done() && !error) {
                    consumed += parser.put(
                        boost::asio::const_buffer(bytes.data() + consumed, bytes.size() - consumed), error);
                }
                if (error == beast::error::need_more) error = {};
                return consumed;
            }
        },
        impl_->parser);
}

error_code MessageParser::parse_end() {
    error_code error;
    std::visit(
        [&](auto& parser) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(parser)>, std::monostate>)
                parser.put_eof(error);
        },
        impl_->parser);
    return error;
}

bool MessageParser::done() const noexcept {
    return std::visit(
        [](const auto& parser) {
            if constexpr (std::is_same_v<std::decay_t<decltype(parser)>, std::monostate>) {
                return true;
            } else {
                return parser.is_done();
            }
        },
        impl_->parser);
}

bool MessageParser::ends_with_connection() const noexcept {
    const auto* response = std::get_if<Parser<false>>(&impl_->parser);
    return response != nullptr && !response->is_done() && response->need_eof();
}

}  // namespace weir::http
