// An operation that finds nothing on the wire has the call leave as soon as what is ready has had its turn;
// one that may wait for company leaves that to others.
#include "limiter/batcher.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <vector>

namespace weir {

namespace {

/// Of the ledgers that an operation names.
template <typename Visit>
void for_each_ledger(const Operation& operation, const Visit& visit) {
    if (const Reserve* reserve = operation.reserve()) {
        for (const LedgerLimits& ledger : reserve->ledgers) visit(ledger.ledger);
    } else {
        for (const Charge& charge : *operation.correct()->charges) visit(charge.ledger);
    }
}

bool may_have_changed(const Operation& operation) {
    if (operation.error) return operation.error == errc::store_timeout;
    return operation.correct() != nullptr || operation.demand_reply.kind == DemandReply::Kind::admitted;
}

}  // namespace

awaitable<void> Batcher::send(Operation& operation, std::uint16_t slot) {
    Lane& lane = lanes_[slot];
    if (lane.waiting.full()) {
        node_.counters.overflows.fetch_add(1, std::memory_order_relaxed);
        operation.error = errc::store_unavailable;
        co_return;
    }
    operation.queued_at_us = node_.clock.steady_us();
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<executor>, void()>(
        [&](Waiter waiter) {
            const bool is_first = lane.calls == 0 && !lane.is_urgent;
            lane.waiting.push(operation, std::move(waiter));
            if (operation.may_wait_for_company && node_.options.settlements_gathered_us > 0) {
                wait_for_company();
            } else {
                lane.is_urgent = true;
                // Posted, so that what one handler starts, and what else is ready now, goes out in one call.
                if (is_first) boost::asio::post(context_, [this, slot] { go_on(slot); });
            }
            if (lane.waiting.fills_a_call()) go_on(slot);
        },
        use_awaitable);
}

void Batcher::go_on(std::uint16_t slot) {
    for (;;) {
        const auto found = lanes_.find(slot);
        if (found == lanes_.end()) return;
        Lane& lane = found->second;
        if (lane.calls == calls_max) return;  // each answer comes back here
        Queue::Entries withdrawn = lane.waiting.take_withdrawn();
        fail(withdrawn, errc::withdrawn);
        if (lane.waiting.empty()) lane.is_urgent = lane.sends_at_once = false;
        const bool is_turn = lane.is_urgent && (lane.calls == 0 || lane.sends_at_once);
        const bool sends = lane.waiting.fills_a_call() || is_turn;
        if (!sends) {
            // One server has one lane, for good.
            const bool is_over = lane.calls == 0 && lane.waiting.empty();
            if (is_over && node_.owners.is_cluster()) lanes_.erase(found);
            return;
        }
        ++lane.calls;
        // What fails at once has ended the lane when this returns.
        boost::asio::co_spawn(context_, call(slot, lane.waiting.take()), boost::asio::detached);
    }
}

void Batcher::wait_for_company() {
    if (is_waiting_for_company_) return;
    is_waiting_for_company_ = true;
    company_.expires_after(std::chrono::microseconds(node_.options.settlements_gathered_us));
    company_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        is_waiting_for_company_ = false;
        hurry(false);
    });
}

void Batcher::send_all() {
    hurry(true);
}

void Batcher::hurry(bool at_once) {
    std::vector<std::uint16_t> slots;
    for (auto& [slot, lane] : lanes_) {
        if (lane.waiting.empty()) continue;
        lane.is_urgent = true;
        lane.sends_at_once = lane.sends_at_once || at_once;
        slots.push_back(slot);
    }
    for (const std::uint16_t slot : slots) go_on(slot);
}

awaitable<void> Batcher::call(std::uint16_t slot, Queue::Batch batch) {
    node_.counters.calls.fetch_add(1, std::memory_order_relaxed);
    node_.counters.operations.fetch_add(batch.entries.size(), std::memory_order_relaxed);
    const std::int64_t left_at_us = node_.clock.steady_us();
    for (auto& entry : batch.entries) {
        Operation& operation = *entry.operation;
        operation.changes = changes_of(operation);
        if (operation.reserve() != nullptr) node_.queue.observe(left_at_us - operation.queued_at_us);
    }
    const auto reply = co_await windows_.run(std::move(batch.call), node_.options.timeout_ms);
    if (reply) node_.round_trip.observe(node_.clock.steady_us() - left_at_us);
    answer(batch.entries, reply);

    Lane& lane = lanes_.at(slot);
    --lane.calls;
    if (!reply) {
        Queue::Entries left_behind = lane.waiting.take_all();
        fail(left_behind, errc::store_unavailable);
    }
    go_on(slot);
}

void Batcher::answer(Queue::Entries& entries, const result<WindowReply>& reply) {
    std::shared_ptr<const WindowReply> shared;
    if (reply) shared = std::make_shared<const WindowReply>(*reply);
    std::size_t demand = 0;
    for (auto& entry : entries) {
        Operation& operation = *entry.operation;
        const bool is_undisturbed = operation.changes == changes_of(operation);
        if (!is_undisturbed) operation.changes.reset();
        operation.reply = shared;
        if (!reply) {
            operation.error = reply.error();
        } else if (operation.reserve() != nullptr) {
            operation.demand_reply = reply->demands[demand++];
        }
    }
    for (auto& entry : entries) {
        if (may_have_changed(*entry.operation)) note_changes(*entry.operation);
    }
    for (auto& entry : entries) {
        Operation& operation = *entry.operation;
        if (operation.changes) operation.changes = changes_of(operation);
        // Posted, so that the next call leaves before all of them go on with their requests.
        boost::asio::post(std::move(entry.waiter));
    }
}

void Batcher::fail(Queue::Entries& entries, boost::system::error_code error) {
    for (auto& entry : entries) {
        entry.operation->error = error;
        boost::asio::post(std::move(entry.waiter));
    }
}

void Batcher::note_changes(const Operation& operation) {
    for_each_ledger(operation, [&](const LedgerName& ledger) { node_.changes.note(ledger); });
}

std::uint64_t Batcher::changes_of(const Operation& operation) const {
    std::uint64_t sum = 0;
    for_each_ledger(operation, [&](const LedgerName& ledger) { sum += node_.changes.of(ledger); });
    return sum;
}

}  // namespace weir
