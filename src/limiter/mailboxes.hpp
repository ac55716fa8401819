// Group commit: what arrives for a set of ledgers while a call for it is on the wire waits, and goes out
// together with the next one. No timer, and no delay where nothing waits: a batch grows with the load.
#pragma once

#include <string>
#include <unordered_map>

#include "limiter/mailbox.hpp"
#include "limiter/redis_node.hpp"
#include "limiter/redis_windows.hpp"
#include "weir/awaitable.hpp"

namespace weir {

/// The mailboxes of one io thread. One exists only while something waits or is on the wire.
///
/// One thread. A letter must be awaited to its end. Destroying it destroys the coroutines that wait.
class Mailboxes {
public:
    Mailboxes(RedisNode& node, RedisWindows& windows) : node_(node), windows_(windows) {}

    /// Sends the letter with the next call for its ledgers, and fills its answer in. At most one call for a
    /// set of ledgers is on the wire; one that fails takes with it what waits behind it, so that nobody waits
    /// for a store that does not answer longer than one call may take.
    awaitable<void> send(Letter& letter);

private:
    using Waiter = boost::asio::async_result<boost::asio::use_awaitable_t<executor>, void()>::handler_type;
    using Box = Mailbox<Waiter>;

    awaitable<void> carry(Box& box);
    static void answer(Box::Entries& entries, const result<WindowReply>& reply,
                       std::optional<std::uint64_t> changes);
    std::uint64_t changes_of(const std::vector<std::string>& keys) const;

    RedisNode& node_;
    RedisWindows& windows_;
    std::unordered_map<std::string, Box> boxes_;
};

}  // namespace weir
