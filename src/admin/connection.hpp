// One connection to the admin port: request after request until either side ends it.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "admin/answer.hpp"
#include "admin/dispatch.hpp"
#include "http/body_parser.hpp"
#include "http/error.hpp"
#include "http/http_message.hpp"
#include "weir/awaitable.hpp"

namespace weir::admin {

using Tcp = boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<Tcp, executor>;

/// One thread. Every wait has a limit.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(Services& services, Socket socket);

    /// Serves it to its end.
    awaitable<void> run();
    /// Answers 503 whatever is asked, and ends it.
    awaitable<void> turn_away();
    /// Ends it where it may give way to another.
    void close_if_waiting();
    /// Since when its client is waited for, steady clock: for the rest of a head, or for it to take an answer
    /// that anybody gets. Such a connection may give way, so that nobody without a token can hold the port by
    /// being slow. None: somebody who may ask is being served.
    std::optional<std::int64_t> waiting_since_us() const noexcept { return waiting_since_us_; }

private:
    /// Cancels what is waited for after so long; replaces the limit before.
    void limit(std::chrono::milliseconds duration);
    void unlimit();

    awaitable<bool> serve_request();
    /// False: the connection is to be ended.
    awaitable<bool> read_head();
    awaitable<bool> take_head(std::size_t begin, std::size_t end);
    /// Appends to input_. False: nothing more comes, or the time is over.
    awaitable<bool> fill();
    /// Into `body`. False where it is no such body; then `refusal` says why.
    awaitable<bool> read_body(std::string& body, Answer& refusal);
    awaitable<bool> write(std::string bytes);
    awaitable<bool> send(const Answer& answer, bool head_only, bool keep_alive);
    awaitable<void> refuse(http_errc code, std::string_view reason);
    awaitable<void> stream(Answer answer);
    awaitable<void> linger();

    Services& services_;
    Socket socket_;
    Timer timer_;
    Timer pause_;
    std::uint64_t armed_ = 0;
    bool timed_out_ = false;
    bool is_first_ = true;  ///< of its requests
    std::optional<std::int64_t> waiting_since_us_;
    bool gone_ = false;  ///< nothing can be written any more
    std::string address_;
    std::string input_;
    std::string head_bytes_;
    http::BodyParser parser_;
    http::RequestHead head_;
};

}  // namespace weir::admin
