// Accepts, and counts. What happens on a connection stands in connection.cpp.
#include "admin/admin_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <set>
#include <utility>

#include "admin/connection.hpp"
#include "weir/awaitable.hpp"

namespace weir::admin {

namespace {
constexpr std::size_t connections_max = 64;
constexpr std::size_t turned_away_max = 64;
constexpr auto accept_pause = std::chrono::milliseconds(100);
}  // namespace

struct AdminServer::Impl : std::enable_shared_from_this<Impl> {
    Impl(boost::asio::io_context& io_context, const Clock& clock, const AdminOptions& options,
         Control& control)
        : context(io_context),
          acceptor(io_context),
          services{.control = control,
                   .clock = clock,
                   .is_loopback = boost::asio::ip::make_address(options.listen.address).is_loopback(),
                   .tokens = Tokens(options.tokens),
                   .wrong_tokens = {},
                   .indexes = {}} {
        const Tcp::endpoint address(boost::asio::ip::make_address(options.listen.address),
                                    options.listen.port);
        acceptor.open(address.protocol());
        acceptor.set_option(Tcp::acceptor::reuse_address(true));
        acceptor.bind(address);
        acceptor.listen();
    }

    awaitable<void> accept();
    /// Ends the connection whose client is waited for longest where there is no room for one more. False: all
    /// are being served.
    bool make_room();
    awaitable<void> serve(std::shared_ptr<Connection> connection);
    awaitable<void> turn_away(std::shared_ptr<Connection> connection);

    boost::asio::io_context& context;
    boost::asio::basic_socket_acceptor<Tcp, executor> acceptor;
    Services services;
    std::set<Connection*> connections;
    std::size_t turned_away = 0;
};

awaitable<void> AdminServer::Impl::accept() {
    const std::shared_ptr<Impl> self = shared_from_this();
    Timer pause(context);
    while (acceptor.is_open()) {
        auto [error, socket] = co_await acceptor.async_accept(use_awaitable_as_tuple);
        if (!acceptor.is_open()) break;
        if (error) {
            pause.expires_after(accept_pause);
            co_await pause.async_wait(use_awaitable_as_tuple);
            continue;
        }
        auto connection = std::make_shared<Connection>(services, std::move(socket));
        if (make_room()) {
            connections.insert(connection.get());
            boost::asio::co_spawn(context, serve(std::move(connection)), boost::asio::detached);
        } else if (turned_away < turned_away_max) {
            ++turned_away;
            boost::asio::co_spawn(context, turn_away(std::move(connection)), boost::asio::detached);
        }
    }
}

bool AdminServer::Impl::make_room() {
    if (connections.size() < connections_max) return true;
    Connection* longest = nullptr;
    for (Connection* connection : connections) {
        const auto since_us = connection->waiting_since_us();
        if (since_us && (longest == nullptr || *since_us < *longest->waiting_since_us()))
            longest = connection;
    }
    if (longest == nullptr) return false;
    longest->close_if_waiting();
    connections.erase(longest);
    return true;
}

awaitable<void> AdminServer::Impl::serve(std::shared_ptr<Connection> connection) {
    const std::shared_ptr<Impl> self = shared_from_this();
    co_await connection->run();
    connections.erase(connection.get());
}

awaitable<void> AdminServer::Impl::turn_away(std::shared_ptr<Connection> connection) {
    const std::shared_ptr<Impl> self = shared_from_this();
    co_await connection->turn_away();
    --turned_away;
}

AdminServer::AdminServer(boost::asio::io_context& context, const Clock& clock, const AdminOptions& options,
                         Control& control)
    : impl_(std::make_shared<Impl>(context, clock, options, control)) {}

AdminServer::~AdminServer() = default;

std::uint16_t AdminServer::port() const {
    return impl_->acceptor.local_endpoint().port();
}

const std::array<std::uint64_t, 6>& AdminServer::answered() const noexcept {
    return impl_->services.answered;
}

void AdminServer::start() {
    boost::asio::co_spawn(impl_->context, impl_->accept(), boost::asio::detached);
}

void AdminServer::set_tokens(const std::vector<config::AdminToken>& tokens) {
    impl_->services.tokens = Tokens(tokens);
    ++impl_->services.generation;
}

}  // namespace weir::admin
