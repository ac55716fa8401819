// One client connection: request after request until either side ends it.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/intrusive/list.hpp>
#include <memory>
#include <string>

#include "proxy/awaited_heads.hpp"
#include "proxy/client_stream.hpp"
#include "proxy/http_names.hpp"
#include "proxy/worker.hpp"

namespace weir::proxy {

/// Shared, because a reload brings a new one while connections made with the old one live on.
using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// One thread. Linked into its listener's list as long as it lives.
class Session final
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
      private AwaitedHeads::Waiter {
public:
    /// `awaited_heads` outlives it. `tls`: nullptr for plain connections.
    Session(Worker& worker, AwaitedHeads& awaited_heads, net::Socket socket, TlsContext tls);

    /// Serves the connection to its end. Never throws: this is where everything unforeseen is caught.
    awaitable<void> run();

    /// The worker drains: ends the connection if it is between two requests; before the first one, soon.
    void close_if_idle();
    /// Ends the connection whatever it is doing; what is in flight is settled.
    void cut() { client_.close(); }

private:
    awaitable<void> serve();
    void displace() override { cut(); }
    awaitable<bool> handshake();
    /// False: the connection is to be ended.
    awaitable<bool> read_head();
    Objection take_head(std::size_t begin, std::size_t end);
    awaitable<void> refuse_head(http_errc code, std::string_view reason);
    awaitable<void> linger();

    Worker& worker_;
    AwaitedHeads& awaited_heads_;
    ClientStream client_;
    TlsContext tls_;
    std::string head_bytes_;
    RequestHead head_;
    std::string client_address_;
    bool idle_ = false;
    bool has_served_ = false;
};

using Sessions = boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>>;

}  // namespace weir::proxy
