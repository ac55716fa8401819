// Whoever ends it closes what is under way and leaves a note; the coroutine finds both.
#include "proxy/dial.hpp"

#include "net/connect.hpp"
#include "net/tls.hpp"
#include "net/tls_trouble.hpp"

namespace weir::proxy {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

Dial::Dial(boost::asio::io_context& context, const Clock& clock, UpstreamTlsContexts::Entry tls,
           const config::Url& url)
    : tls_(std::move(tls)),
      url_(url),
      resolver_(context),
      connection_(std::make_unique<UpstreamConnection>(context, clock)),
      deadline_(context, clock, [this] { stop(End::timed_out); }) {
    connection_->origin = Origin(url.tls, url.host, url.port, url.tls ? tls_.number : 0);
}

void Dial::stop(End why) {
    if (stopped_) return;
    stopped_ = why;
    resolver_.cancel();
    connection_->close();
}

awaitable<Dial::End> Dial::run(std::int64_t connect_ms) {
    const error_code error = co_await open(connect_ms);
    deadline_.disarm();
    cause_ = stopped_ == End::timed_out ? make_error_code(boost::asio::error::timed_out) : error;
    if (stopped_) co_return *stopped_;
    co_return error ? End::failed : End::connected;
}

awaitable<error_code> Dial::open(std::int64_t connect_ms) {
    if (url_.tls && !tls_.context) co_return net::tls_errc::files_unusable;
    deadline_.set(connect_ms);
    const net::Resolved found = co_await net::resolve(resolver_, url_.host, url_.port);
    if (found.error || stopped_) co_return found.error;
    net::Socket& socket = connection_->transport().socket();
    const error_code error = co_await net::connect(socket, found.endpoints);
    if (error || stopped_) co_return error;
    error_code ignored;
    socket.set_option(net::Tcp::no_delay(true), ignored);
    if (!url_.tls) co_return error_code{};
    deadline_.set(2 * connect_ms);
    co_return co_await handshake();
}

awaitable<error_code> Dial::handshake() {
    net::Transport::TlsStream& stream = connection_->transport().wrap(*tls_.context);
    net::expect_host(stream.native_handle(), url_.host);
    const auto [error] = co_await stream.async_handshake(ssl::stream_base::client, use_awaitable_as_tuple);
    co_return net::explained(stream.native_handle(), error);
}

}  // namespace weir::proxy
