// One connection that sends request after request, and where it gets them from.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "load/options.hpp"
#include "load/tally.hpp"
#include "load/usage_scan.hpp"
#include "weir/awaitable.hpp"
#include "weir/clock.hpp"

namespace weir::load {

/// Deals the requests out; shared by all threads. An open loop would put its schedule here.
class Supply {
public:
    /// `end_us` is in steady time; 0: no bound.
    Supply(std::uint64_t requests, std::int64_t end_us) : requests_(requests), end_us_(end_us) {}

    /// The number of the next request, or nothing when the run is over.
    std::optional<std::uint64_t> take(std::int64_t now_us);
    void interrupt() { interrupted_ = true; }
    bool interrupted() const { return interrupted_; }

private:
    const std::uint64_t requests_;
    const std::int64_t end_us_;
    std::atomic<std::uint64_t> next_ = 0;
    std::atomic<bool> interrupted_ = false;
};

struct Endpoint {
    Target target;
    boost::asio::ip::tcp::endpoint address;
};

class Client {
public:
    /// Everything referred to outlives the client.
    Client(const executor& where, const LoadOptions& options, const Endpoint& endpoint,
           const std::string& body, Supply& supply, Tally& tally)
        : options_(options),
          endpoint_(endpoint),
          body_(body),
          supply_(supply),
          tally_(tally),
          socket_(where) {}

    /// Ends when the supply does.
    awaitable<void> run();
    /// Gives the request in flight up when it is too old, or the run was interrupted.
    void watch(std::int64_t now_us);

private:
    using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor>;

    awaitable<void> serve(std::size_t key);
    /// Empty, or why there was no whole answer.
    awaitable<std::string> exchange(Answer& answer);
    awaitable<std::string> connect();
    awaitable<std::string> receive(Answer& answer);
    void prepare_head(std::size_t key);
    void close();

    const LoadOptions& options_;
    const Endpoint& endpoint_;
    const std::string& body_;
    Supply& supply_;
    Tally& tally_;
    Socket socket_;
    boost::beast::flat_buffer buffer_;
    UsageScan scan_;
    SystemClock clock_;
    std::string head_;
    std::size_t head_key_ = static_cast<std::size_t>(-1);
    std::string refused_by_;
    std::int64_t started_us_ = 0;  ///< 0: no request is in flight
    std::string given_up_;         ///< why watch() closed the connection
};

}  // namespace weir::load
