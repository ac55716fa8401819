// The accept loop: it survives every error and ends only when told to.
#include "proxy/listener.hpp"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "http/error.hpp"
#include "proxy/answer_rules.hpp"
#include "proxy/errors.hpp"

namespace weir::proxy {

using boost::system::error_code;

namespace {

constexpr std::size_t turning_away_max = 64;
constexpr std::int64_t turn_away_ms = 1'000;
constexpr int accepts_per_turn_max = 64;
constexpr int backlog_max = 4'096;
constexpr auto accept_pause = std::chrono::milliseconds(100);
using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

awaitable<void> serve(std::unique_ptr<Session> session, Worker& worker) {
    co_await session->run();
    session.reset();
    worker.connections_open.fetch_sub(1, std::memory_order_relaxed);
    worker.metrics.connections_open.subtract();
}

/// Says 503 and waits briefly, so that the answer is not lost to a reset.
awaitable<void> say_too_many(net::Socket socket, Worker& worker, std::size_t& turning_away) {
    {
        ClientStream client(std::move(socket), worker.context, worker.clock, turn_away_ms);
        llm::Answer answer =
            llm::error_answer(llm::Dialect::openai, describe_error(http_errc::too_many_connections), {});
        llm::append_header(answer.headers, "retry-after", "1");
        const std::string bytes = make_own_answer({.answer = answer,
                                                   .request_id = {},
                                                   .now_us = worker.clock.now_us(),
                                                   .close = true,
                                                   .head_only = false});
        net::Buffers buffers{boost::asio::buffer(bytes)};
        const error_code error = co_await client.write(buffers);
        if (!error) {
            client.transport().shutdown_send();
            client.deadline().set(turn_away_ms);
            (void)co_await client.fill(4096);
        }
        co_await client.finish();
    }
    --turning_away;
}

}  // namespace

Listener::Listener(Worker& worker, const config::Endpoint& endpoint, std::int64_t connections_max,
                   TlsContext tls)
    : worker_(worker), acceptor_(worker.context), connections_max_(connections_max), tls_(std::move(tls)) {
    const net::Tcp::endpoint address(boost::asio::ip::make_address(endpoint.address), endpoint.port);
    acceptor_.open(address.protocol());
    acceptor_.set_option(net::Tcp::acceptor::reuse_address(true));
    acceptor_.set_option(ReusePort(true));
    acceptor_.bind(address);
    acceptor_.listen(backlog_max);
    acceptor_.non_blocking(true);
}

void Listener::probe(const config::Endpoint& endpoint) {
    boost::asio::io_context context;
    const net::Tcp::endpoint address(boost::asio::ip::make_address(endpoint.address), endpoint.port);
    boost::asio::basic_socket_acceptor<net::Tcp, executor> acceptor(context);
    acceptor.open(address.protocol());
    acceptor.set_option(net::Tcp::acceptor::reuse_address(true));
    acceptor.bind(address);
    acceptor.listen();
}

std::uint16_t Listener::port() const {
    return acceptor_.local_endpoint().port();
}

awaitable<void> Listener::run() {
    Timer pause(worker_.context);
    while (acceptor_.is_open()) {
        auto [error, socket] = co_await acceptor_.async_accept(use_awaitable_as_tuple);
        if (!acceptor_.is_open()) {
            if (!error) take_in(std::move(socket));
            break;
        }
        if (error) {
            // EMFILE, ENFILE, ENOBUFS: what is open will be closed some time; others are the peer's doing.
            worker_.metrics.count(observe::LimitHit::accept_errors);
            spdlog::warn("accept: {}; going on in {} ms", error.message(), accept_pause.count());
            pause.expires_after(accept_pause);
            co_await pause.async_wait(use_awaitable_as_tuple);
            continue;
        }
        take_in(std::move(socket));
        // A crowd does not wait for a turn of a busy loop each.
        for (int more = 1; more < accepts_per_turn_max; ++more) {
            error_code nobody;
            net::Socket next = acceptor_.accept(nobody);
            if (nobody) break;
            take_in(std::move(next));
        }
    }
}

void Listener::take_in(net::Socket socket) {
    worker_.metrics.connections_accepted.add();
    if (worker_.turns.is_overloaded() && has_hung_up(socket.native_handle())) {
        // It has waited longer to be accepted than its client had patience.
        error_code ignored;
        socket.close(ignored);
        return;
    }
    if (worker_.connections_open.load(std::memory_order_relaxed) < connections_max_)
        return start_session(std::move(socket));
    // Many that are silent or slow must not keep out those that ask.
    if (!awaited_heads_.displace_one(worker_.clock.steady_us())) return turn_away(std::move(socket));
    worker_.metrics.connections_displaced.add();
    start_session(std::move(socket));
}

void Listener::start_session(net::Socket socket) {
    error_code ignored;
    socket.set_option(net::Tcp::no_delay(true), ignored);
    worker_.connections_open.fetch_add(1, std::memory_order_relaxed);
    worker_.metrics.connections_open.add();
    auto session = std::make_unique<Session>(worker_, awaited_heads_, std::move(socket), tls_);
    sessions_.push_back(*session);
    boost::asio::co_spawn(worker_.context, serve(std::move(session), worker_), boost::asio::detached);
}

void Listener::turn_away(net::Socket socket) {
    worker_.metrics.count(observe::LimitHit::connections);
    if (turning_away_ >= turning_away_max) return;
    ++turning_away_;
    boost::asio::co_spawn(worker_.context, say_too_many(std::move(socket), worker_, turning_away_),
                          boost::asio::detached);
}

void Listener::drain() {
    for (auto session = sessions_.begin(); session != sessions_.end();) (session++)->close_if_idle();
    // The kernel resets what nobody has accepted when the listener closes, and these clients may have sent a
    // request already.
    error_code nobody;
    for (int more = 0; more < backlog_max && !nobody; ++more) {
        net::Socket next = acceptor_.accept(nobody);
        if (!nobody) take_in(std::move(next));
    }
    error_code ignored;
    acceptor_.close(ignored);
}

void Listener::cut() {
    for (auto session = sessions_.begin(); session != sessions_.end();) (session++)->cut();
}

}  // namespace weir::proxy
