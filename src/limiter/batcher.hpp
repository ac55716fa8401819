// Group commit: what arrives for a set of ledgers while a call for it is on the wire waits, and goes out
// together with the next one: when that call is answered, or when enough waits to fill a call. No timer, and
// no delay where nothing is on the wire: a batch grows with the load.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <string>
#include <unordered_map>

#include "limiter/batch_queue.hpp"
#include "limiter/redis_node.hpp"
#include "limiter/redis_windows.hpp"
#include "weir/awaitable.hpp"

namespace weir {

/// The batch queues of one io thread. One exists only while something waits or is on the wire.
///
/// One thread: that of `context`. An operation must be awaited to its end.
class Batcher {
public:
    /// Calls for one set of ledgers that are on the wire at the same time. Redis does them in order.
    static constexpr std::size_t calls_max = 32;

    Batcher(boost::asio::io_context& context, RedisNode& node, RedisWindows& windows)
        : context_(context), node_(node), windows_(windows) {}

    /// Sends the operation with a call for its ledgers, and fills its answer in. A call that fails takes with
    /// it what waits behind it, so that nobody waits for a store that does not answer longer than one call
    /// may take.
    awaitable<void> send(Operation& operation);

private:
    using Waiter = boost::asio::async_result<boost::asio::use_awaitable_t<executor>, void()>::handler_type;
    struct Queue {
        BatchQueue<Waiter> waiting;
        std::size_t calls = 0;  ///< on the wire
    };
    using Entries = BatchQueue<Waiter>::Entries;

    awaitable<void> call(std::string set, Entries batch);
    /// Sends what waits where it need not wait any longer.
    void go_on(const std::string& set, Queue& queue);
    static void answer(Entries& entries, const result<WindowReply>& reply,
                       std::optional<std::uint64_t> changes);
    std::uint64_t changes_of(const std::vector<LedgerName>& ledgers) const;

    boost::asio::io_context& context_;
    RedisNode& node_;
    RedisWindows& windows_;
    std::unordered_map<std::string, Queue> queues_;
};

}  // namespace weir
