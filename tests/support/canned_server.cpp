// Accepting, reading, and not listening to what is said.
#include "support/canned_server.hpp"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <thread>
#include <vector>

#include "weir/awaitable.hpp"

namespace weir::testing {

using Tcp = boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<Tcp, executor>;

struct CannedServer::State {
    explicit State(std::string its_answer)
        : acceptor(context, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
          answer(std::move(its_answer)) {}

    awaitable<void> accept() {
        for (;;) {
            Socket socket(context);
            const auto [error] = co_await acceptor.async_accept(socket, use_awaitable_as_tuple);
            if (error) co_return;
            ++connections;
            boost::asio::co_spawn(context, serve(std::move(socket)), boost::asio::detached);
        }
    }

    awaitable<void> serve(Socket socket) {
        std::vector<char> buffer(4096);
        for (;;) {
            const auto [error, size] =
                co_await socket.async_read_some(boost::asio::buffer(buffer), use_awaitable_as_tuple);
            if (error || answer.empty()) co_return;
            const auto [write_error, written] = co_await boost::asio::async_write(
                socket, boost::asio::buffer(answer), use_awaitable_as_tuple);
            if (write_error) co_return;
        }
    }

    boost::asio::io_context context{1};
    boost::asio::basic_socket_acceptor<Tcp, executor> acceptor;
    const std::string answer;
    std::atomic<std::uint64_t> connections{0};
    std::thread thread;
};

CannedServer::CannedServer(std::string answer) : state_(std::make_unique<State>(std::move(answer))) {
    boost::asio::co_spawn(state_->context, state_->accept(), boost::asio::detached);
    state_->thread = std::thread([this] { state_->context.run(); });
}

CannedServer::~CannedServer() {
    state_->context.stop();
    state_->thread.join();
}

std::uint16_t CannedServer::port() const noexcept {
    return state_->acceptor.local_endpoint().port();
}

std::uint64_t CannedServer::connections() const noexcept {
    return state_->connections;
}

}  // namespace weir::testing
