// The connection to a client: buffered input that can be filled in the background, deadlines, writes.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "http/error.hpp"
#include "net/deadline.hpp"
#include "net/transport.hpp"
#include "net/wakeup.hpp"
#include "proxy/turns.hpp"
#include "weir/clock.hpp"

namespace weir::proxy {

/// The other side has ended what it sends, or the connection is broken, whatever there is still to read.
bool has_hung_up(int descriptor) noexcept;

/// One thread. `finish` must have been awaited before it is destroyed.
class ClientStream : private Turns::Waiter {
public:
    ClientStream(net::Socket socket, boost::asio::io_context& context, const Clock& clock,
                 std::int64_t write_ms);

    net::Transport& transport() noexcept { return transport_; }
    /// For reads; writes arm it themselves.
    net::Deadline& deadline() noexcept { return deadline_; }

    /// Received and not yet consumed. Valid until the next fill.
    std::string_view input() const noexcept { return {buffer_.get() + begin_, end_ - begin_}; }
    void consume(std::size_t bytes) noexcept { begin_ += bytes; }

    /// Waits until there is more input than now; `read_bytes` is how much room to offer.
    /// http_errc::client_gone, or http_errc::request_timeout when the deadline expired.
    awaitable<boost::system::error_code> fill(std::size_t read_bytes);
    /// As `fill`, where that may take long: without input, no memory waits with it. What is there is read
    /// when its turn comes.
    awaitable<boost::system::error_code> await_input(Turns& turns);
    /// What was read last is to be refused, for want of time. Once.
    bool take_shed() noexcept { return std::exchange(is_shed_, false); }

    /// While an answer is prepared, listen, so that a client that leaves is noticed: `on_gone` is
    /// called once, then. What a pipelining client sends is kept, up to a bound above which watching pauses.
    void watch(std::function<void()> on_gone);
    void unwatch() noexcept { on_gone_ = nullptr; }
    const bool& gone() const noexcept { return gone_; }

    /// All of it, within the write deadline; otherwise http_errc::client_gone, and the connection is of no
    /// more use.
    awaitable<boost::system::error_code> write(net::Buffers& buffers);
    /// The same as far as the kernel has room now; `buffers` gets what is left.
    boost::system::error_code write_now(net::Buffers& buffers);

    void close() noexcept;
    /// Closes, and waits until no operation refers to this object any more.
    awaitable<void> finish();

private:
    void start_read(std::size_t read_bytes);
    void start_listening();
    void take_turn(Turns::Turn turn) override;
    void read_now();
    void make_room(std::size_t read_bytes);
    awaitable<boost::system::error_code> read_more(std::size_t before);
    void on_read(const boost::system::error_code& error, std::size_t bytes);

    net::Transport transport_;
    net::Deadline deadline_;
    std::int64_t write_ms_;
    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t decrypted_ = 0;  ///< behind the end, until its turn comes
    bool reading_ = false;
    bool gone_ = false;
    bool is_shed_ = false;
    std::function<void()> on_gone_;
    net::Wakeup readable_;
    Turns* turns_ = nullptr;  ///< while the next request is awaited
};

}  // namespace weir::proxy
