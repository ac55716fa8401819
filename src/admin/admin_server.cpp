// Beast's own reading and writing: nothing here is on a client's way.
#include "admin/admin_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/rate_policy.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "admin/endpoints.hpp"
#include "weir/awaitable.hpp"

namespace weir::admin {

namespace http = boost::beast::http;
using Tcp = boost::asio::ip::tcp;
using Stream = boost::beast::basic_stream<Tcp, executor>;

namespace {
constexpr int connections_max = 64;
constexpr std::uint32_t header_bytes_max = 8 << 10;
constexpr auto io_timeout = std::chrono::seconds(10);
constexpr auto accept_pause = std::chrono::milliseconds(100);
}  // namespace

struct AdminServer::Impl {
    Impl(boost::asio::io_context& io_context, AdminOptions given_options, AdminSources given_sources)
        : context(io_context),
          acceptor(io_context),
          options(std::move(given_options)),
          sources(std::move(given_sources)) {
        const Tcp::endpoint address(boost::asio::ip::make_address(options.listen.address),
                                    options.listen.port);
        acceptor.open(address.protocol());
        acceptor.set_option(Tcp::acceptor::reuse_address(true));
        acceptor.bind(address);
        acceptor.listen();
    }

    boost::asio::io_context& context;
    boost::asio::basic_socket_acceptor<Tcp, executor> acceptor;
    AdminOptions options;
    AdminSources sources;
    int connections = 0;
};

namespace {

template <typename Impl>
awaitable<void> serve(std::shared_ptr<Impl> impl, Stream stream) {
    boost::beast::flat_buffer buffer;
    for (bool keep_alive = true; keep_alive;) {
        http::request_parser<http::empty_body> parser;
        parser.header_limit(header_bytes_max);
        stream.expires_after(io_timeout);
        const auto [read_error, read] =
            co_await http::async_read(stream, buffer, parser, use_awaitable_as_tuple);
        if (read_error) break;
        const auto& request = parser.get();
        const std::string target(request.target());
        const std::string method(request.method_string());
        const std::string authorization(request[http::field::authorization]);
        const AdminRequest asked{method, std::string_view(target).substr(0, target.find('?')), authorization};
        AdminAnswer answer = answer_admin(asked, impl->options, impl->sources);
        http::response<http::string_body> response(static_cast<http::status>(answer.status),
                                                   request.version());
        response.set(http::field::content_type,
                     boost::beast::string_view(answer.content_type.data(), answer.content_type.size()));
        response.keep_alive(request.keep_alive());
        response.content_length(answer.body.size());
        if (request.method() != http::verb::head) response.body() = std::move(answer.body);
        keep_alive = request.keep_alive();
        const auto [write_error, written] =
            co_await http::async_write(stream, response, use_awaitable_as_tuple);
        if (write_error) break;
    }
    --impl->connections;
}

template <typename Impl>
awaitable<void> accept_loop(std::shared_ptr<Impl> impl) {
    Timer pause(impl->context);
    while (impl->acceptor.is_open()) {
        auto [error, socket] = co_await impl->acceptor.async_accept(use_awaitable_as_tuple);
        if (!impl->acceptor.is_open()) break;
        if (error) {
            pause.expires_after(accept_pause);
            co_await pause.async_wait(use_awaitable_as_tuple);
            continue;
        }
        if (impl->connections >= connections_max) continue;
        ++impl->connections;
        boost::asio::co_spawn(impl->context, serve(impl, Stream(std::move(socket))), boost::asio::detached);
    }
}

}  // namespace

AdminServer::AdminServer(boost::asio::io_context& context, AdminOptions options, AdminSources sources)
    : impl_(std::make_shared<Impl>(context, std::move(options), std::move(sources))) {}

AdminServer::~AdminServer() = default;

std::uint16_t AdminServer::port() const {
    return impl_->acceptor.local_endpoint().port();
}

void AdminServer::start() {
    boost::asio::co_spawn(impl_->context, accept_loop(impl_), boost::asio::detached);
}

void AdminServer::stop() {
    boost::system::error_code ignored;
    impl_->acceptor.close(ignored);
}

}  // namespace weir::admin
