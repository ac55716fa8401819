// Any number of calls in flight on one live connection, each with its deadline.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "redis/call_queue.hpp"
#include "redis/options.hpp"
#include "redis/reply.hpp"
#include "redis/stream.hpp"
#include "weir/awaitable.hpp"
#include "weir/clock.hpp"
#include "weir/error.hpp"

namespace weir::redis {

/// While a write is on the wire, further commands gather and go out with the next one. Replies are matched in
/// order. One timer for all deadlines. One thread. Owned by shared_ptr, which pending operations hold.
class Pipeline : public std::enable_shared_from_this<Pipeline> {
public:
    /// `clock` and `statistics` must outlive the context's run.
    Pipeline(boost::asio::io_context& context, const Clock& clock, std::shared_ptr<Stream> stream,
             const Options& options, Statistics& statistics);

    /// Reads replies until the connection ends, and says why it did. Calls in flight keep waiting then, until
    /// `fail_all`. To be awaited once.
    static awaitable<std::string> read_replies(std::shared_ptr<Pipeline> self);

    /// As Connection::call.
    static awaitable<result<Reply>> call(std::shared_ptr<Pipeline> self,
                                         std::span<const std::string_view> arguments,
                                         std::int64_t deadline_us, Asking asking);

    /// Takes no more calls, and makes `read_replies` end with this reason, unless it had one before.
    void close(std::string why) noexcept;
    bool open() const noexcept { return why_closed_.empty(); }

    /// Ends every call in flight: store_timeout for what may have been sent, store_unavailable for the rest.
    void fail_all();
    /// Ends every call in flight without resuming it: its coroutine is destroyed. Each holds this object, so
    /// that without it neither would ever go.
    void forget_all();

private:
    using Call = boost::asio::async_result<boost::asio::use_awaitable_t<executor>, void(result<Reply>)>;
    using Waiter = Call::handler_type;

    void enqueue(std::span<const std::string_view> arguments, std::int64_t deadline_us, Asking asking,
                 Waiter waiter);
    void flush();
    void deliver(std::string_view bytes);
    void look_by(std::int64_t when_us, std::int64_t now_us);
    void look();

    const Clock& clock_;
    std::shared_ptr<Stream> stream_;
    const Options options_;
    Statistics& statistics_;
    ReplyReader reader_;
    CallQueue<Waiter> calls_;
    std::string gathering_;           ///< commands that wait for the write under way
    std::string on_the_wire_;         ///< must not move while it is being written
    std::size_t gathered_calls_ = 0;  ///< the last entries of `calls_`, whose commands are in `gathering_`
    bool writing_ = false;
    bool delivering_ = false;
    Timer timer_;
    std::int64_t looks_at_us_ = CallQueue<Waiter>::never_us;
    std::string why_closed_;
};

}  // namespace weir::redis
