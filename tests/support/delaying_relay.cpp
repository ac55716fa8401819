// Two pumps per connection, each a reader that dates what it reads and a writer that waits for the date.
#include "support/delaying_relay.hpp"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <functional>
#include <future>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "weir/awaitable.hpp"

namespace weir::testing {

namespace {

using Tcp = boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<Tcp, executor>;
using Acceptor = boost::asio::basic_socket_acceptor<Tcp, executor>;
using Instant = std::chrono::steady_clock::time_point;
using boost::system::error_code;

constexpr std::size_t queued_chunks_max = 1024;

/// Both of a relay's connections share one; written on its thread, counters read by anybody.
struct Direction {
    int delay_ms = 0;
    bool held = false;
    std::atomic<std::uint64_t> bytes{0};
};

struct Pump {
    Pump(boost::asio::io_context& context, Direction& its_direction)
        : direction(its_direction), timer(context.get_executor()) {}
    Direction& direction;
    std::deque<std::pair<Instant, std::string>> queue;
    Timer timer;  ///< for whichever side waits; cancelled whenever something has changed
    bool ended = false;
};

struct Link {
    Link(boost::asio::io_context& context, Direction& to_server, Direction& to_client)
        : client(context), server(context), up(context, to_server), down(context, to_client) {}
    void close() {
        error_code ignored;
        client.close(ignored);
        server.close(ignored);
        wake();
    }
    void wake() {
        up.timer.cancel();
        down.timer.cancel();
    }
    Socket client, server;
    Pump up, down;
};

awaitable<void> read([[maybe_unused]] std::shared_ptr<Link> owner, Socket& from, Pump& pump) {
    std::vector<char> buffer(16 << 10);
    for (;;) {
        const auto [error, size] =
            co_await from.async_read_some(boost::asio::buffer(buffer), use_awaitable_as_tuple);
        if (error || pump.queue.size() >= queued_chunks_max) break;
        pump.direction.bytes += size;
        const auto due =
            std::chrono::steady_clock::now() + std::chrono::milliseconds(pump.direction.delay_ms);
        pump.queue.emplace_back(due, std::string(buffer.data(), size));
        pump.timer.cancel();
    }
    pump.ended = true;
    pump.timer.cancel();
}

awaitable<void> write(std::shared_ptr<Link> link, Socket& to, Pump& pump) {
    for (;;) {
        const bool held = pump.direction.held && to.is_open();
        if (pump.queue.empty() && pump.ended && !held) break;
        if (!held && !pump.queue.empty() && pump.queue.front().first <= std::chrono::steady_clock::now()) {
            const std::string bytes = std::move(pump.queue.front().second);
            pump.queue.pop_front();
            const auto [error, size] =
                co_await boost::asio::async_write(to, boost::asio::buffer(bytes), use_awaitable_as_tuple);
            if (error) break;
            continue;
        }
        pump.timer.expires_at(held || pump.queue.empty() ? Instant::max() : pump.queue.front().first);
        co_await pump.timer.async_wait(use_awaitable_as_tuple);
    }
    link->close();
}

}  // namespace

struct DelayingRelay::State {
    explicit State(std::uint16_t port)
        : acceptor(context, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
          server(boost::asio::ip::address_v4::loopback(), port) {}

    awaitable<void> accept() {
        for (;;) {
            auto link = std::make_shared<Link>(context, to_server, to_client);
            const auto [error] = co_await acceptor.async_accept(link->client, use_awaitable_as_tuple);
            if (error) co_return;
            ++connections;
            boost::asio::co_spawn(context, relay(std::move(link)), boost::asio::detached);
        }
    }

    awaitable<void> relay(std::shared_ptr<Link> link) {
        const auto [error] = co_await link->server.async_connect(server, use_awaitable_as_tuple);
        if (error) co_return link->close();
        error_code ignored;
        link->client.set_option(Tcp::no_delay(true), ignored);
        link->server.set_option(Tcp::no_delay(true), ignored);
        links.remove_if([](const auto& other) { return other.expired(); });
        links.push_back(link);
        const auto spawn = [&](awaitable<void> work) {
            boost::asio::co_spawn(context, std::move(work), boost::asio::detached);
        };
        spawn(read(link, link->client, link->up));
        spawn(write(link, link->server, link->up));
        spawn(read(link, link->server, link->down));
        spawn(write(link, link->client, link->down));
    }

    /// On the relay's thread, and waits until it is done.
    void apply(const std::function<void()>& change) {
        const auto done = std::make_shared<std::promise<void>>();
        boost::asio::post(context, [&, done] {
            change();
            for (const auto& weak : links) {
                if (const auto link = weak.lock()) link->wake();
            }
            done->set_value();
        });
        done->get_future().wait();
    }

    boost::asio::io_context context{1};
    Acceptor acceptor;
    const Tcp::endpoint server;
    Direction to_server, to_client;
    std::atomic<std::uint64_t> connections{0};
    std::list<std::weak_ptr<Link>> links;
    std::thread thread;
};

DelayingRelay::DelayingRelay(std::uint16_t server_port) : state_(std::make_unique<State>(server_port)) {
    boost::asio::co_spawn(state_->context, state_->accept(), boost::asio::detached);
    state_->thread = std::thread([this] { state_->context.run(); });
}

DelayingRelay::~DelayingRelay() {
    state_->context.stop();
    state_->thread.join();
}

std::uint16_t DelayingRelay::port() const noexcept {
    return state_->acceptor.local_endpoint().port();
}

void DelayingRelay::set_delay_ms(int to_server_ms, int to_client_ms) {
    state_->apply([&] {
        state_->to_server.delay_ms = to_server_ms;
        state_->to_client.delay_ms = to_client_ms;
    });
}

void DelayingRelay::hold_to_server() {
    state_->apply([&] { state_->to_server.held = true; });
}

void DelayingRelay::hold_to_client() {
    state_->apply([&] { state_->to_client.held = true; });
}

void DelayingRelay::release() {
    state_->apply([&] { state_->to_server.held = state_->to_client.held = false; });
}

void DelayingRelay::cut() {
    state_->apply([&] {
        for (const auto& weak : state_->links) {
            if (const auto link = weak.lock()) link->close();
        }
    });
}

std::uint64_t DelayingRelay::connections() const {
    return state_->connections;
}
std::uint64_t DelayingRelay::bytes_to_server() const {
    return state_->to_server.bytes;
}
std::uint64_t DelayingRelay::bytes_to_client() const {
    return state_->to_client.bytes;
}

}  // namespace weir::testing
