// An operation that finds nothing on the wire makes the call; all others wait for one.
#include "limiter/batcher.hpp"

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace weir {

namespace {

/// Corrections go first in a call.
bool may_have_changed(const Operation& first, const result<WindowReply>& reply) {
    if (!reply) return reply.error() == errc::store_timeout;
    return first.correct() != nullptr ||
           std::any_of(reply->demands.begin(), reply->demands.end(),
                       [](const DemandReply& demand) { return demand.kind == DemandReply::Kind::admitted; });
}

}  // namespace

awaitable<void> Batcher::send(Operation& operation) {
    Queue& queue = queues_[operation.set];
    if (queue.calls == 0) {
        Entries alone;
        alone.push_back({&operation, std::nullopt});
        ++queue.calls;
        co_return co_await call(operation.set, std::move(alone));
    }
    if (queue.waiting.full()) {
        node_.counters.overflows.fetch_add(1, std::memory_order_relaxed);
        operation.error = errc::store_unavailable;
        co_return;
    }
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<executor>, void()>(
        [&](Waiter waiter) {
            queue.waiting.push(operation, std::move(waiter));
            if (queue.waiting.fills_a_call()) go_on(operation.set, queue);
        },
        use_awaitable);
}

void Batcher::go_on(const std::string& set, Queue& queue) {
    Entries withdrawn = queue.waiting.take_withdrawn();
    answer(withdrawn, make_error_code(errc::withdrawn), std::nullopt);
    while (queue.calls < calls_max &&
           (queue.waiting.fills_a_call() || (queue.calls == 0 && !queue.waiting.empty()))) {
        ++queue.calls;
        boost::asio::co_spawn(context_, call(set, queue.waiting.take()), boost::asio::detached);
    }
}

awaitable<void> Batcher::call(std::string set, Entries batch) {
    std::vector<const Operation*> operations;
    operations.reserve(batch.size());
    for (const auto& entry : batch) operations.push_back(entry.operation);
    WindowCall call = call_for(operations);
    std::vector<LedgerName> ledgers;
    for (const WindowLedger& ledger : call.ledgers) ledgers.push_back(ledger.name);
    node_.counters.calls.fetch_add(1, std::memory_order_relaxed);
    node_.counters.operations.fetch_add(operations.size(), std::memory_order_relaxed);

    const std::uint64_t changes_before = changes_of(ledgers);
    const auto reply = co_await windows_.run(std::move(call), node_.options.timeout_ms);
    const bool is_undisturbed = changes_of(ledgers) == changes_before;
    if (may_have_changed(*operations.front(), reply)) {
        for (const LedgerName& ledger : ledgers) node_.changes.note(ledger);
    }
    answer(batch, reply, is_undisturbed ? std::optional(changes_of(ledgers)) : std::nullopt);

    const auto found = queues_.find(set);
    Queue& queue = found->second;
    --queue.calls;
    if (!reply) {
        Entries left_behind = queue.waiting.take_all();
        answer(left_behind, make_error_code(errc::store_unavailable), std::nullopt);
    }
    go_on(set, queue);
    if (queue.calls == 0) queues_.erase(found);
}

void Batcher::answer(Entries& entries, const result<WindowReply>& reply,
                     std::optional<std::uint64_t> changes) {
    std::shared_ptr<const WindowReply> shared;
    if (reply) shared = std::make_shared<const WindowReply>(*reply);
    std::size_t demand = 0;
    for (auto& entry : entries) {
        Operation& operation = *entry.operation;
        operation.changes = changes;
        operation.reply = shared;
        if (!reply) {
            operation.error = reply.error();
        } else if (operation.reserve() != nullptr) {
            operation.demand_reply = reply->demands[demand++];
        }
        // Posted, so that the next call leaves before all of them go on with their requests.
        if (entry.waiter) boost::asio::post(std::move(*entry.waiter));
    }
}

std::uint64_t Batcher::changes_of(const std::vector<LedgerName>& ledgers) const {
    std::uint64_t sum = 0;
    for (const LedgerName& ledger : ledgers) sum += node_.changes.of(ledger);
    return sum;
}

}  // namespace weir
