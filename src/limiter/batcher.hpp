// Group commit: what arrives while a call is on the wire waits, and goes out together with the next one, of
// whatever ledgers: when that call is answered, or when enough waits to fill a call. Where nothing is on the
// wire, what is ready at the same moment goes out together. A batch grows with the load. A settlement alone
// is worth no call of its own: it goes with the next demand, or a moment later.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "limiter/batch_queue.hpp"
#include "limiter/redis_node.hpp"
#include "limiter/redis_windows.hpp"
#include "weir/awaitable.hpp"

namespace weir {

/// The batch queues of one io thread, one for each slot: all there is where there is one server. One exists
/// only while something waits or is on the wire.
///
/// One thread: that of `context`. An operation must be awaited to its end.
class Batcher {
public:
    /// Calls of one slot that are on the wire at the same time. Redis does them in order.
    static constexpr std::size_t calls_max = 32;
    Batcher(boost::asio::io_context& context, RedisNode& node, RedisWindows& windows)
        : context_(context), node_(node), windows_(windows), company_(context) {}

    /// Sends the operation with a call for its ledgers, all of one slot, and fills its answer in. A call that
    /// fails takes with it what waits behind it, so that nobody waits for a store that does not answer longer
    /// than one call may take.
    awaitable<void> send(Operation& operation, std::uint16_t slot);
    /// Everything that waits leaves before this returns, ahead of what the caller sends past this.
    void send_all();

private:
    using Waiter = boost::asio::async_result<boost::asio::use_awaitable_t<executor>, void()>::handler_type;
    using Queue = BatchQueue<Waiter>;
    struct Lane {
        Queue waiting;
        std::size_t calls = 0;       ///< on the wire
        bool is_urgent = false;      ///< something of what waits must leave as soon as it can
        bool sends_at_once = false;  ///< so soon that no call on the wire is waited for
    };

    awaitable<void> call(std::uint16_t slot, Queue::Batch batch);
    /// Sends what waits where it need not wait any longer.
    void go_on(std::uint16_t slot);
    void wait_for_company();
    /// Of all lanes what waits is urgent now.
    void hurry(bool at_once);
    void answer(Queue::Entries& entries, const result<WindowReply>& reply);
    static void fail(Queue::Entries& entries, boost::system::error_code error);
    void note_changes(const Operation& operation);
    std::uint64_t changes_of(const Operation& operation) const;

    boost::asio::io_context& context_;
    RedisNode& node_;
    RedisWindows& windows_;
    std::unordered_map<std::uint16_t, Lane> lanes_;  ///< by slot
    Timer company_;
    bool is_waiting_for_company_ = false;
};

}  // namespace weir
