// Whoever finds its mailbox idle carries: it makes the call for itself and for all who have come meanwhile,
// until it has its own answer, and hands over to the next in line.
#include "limiter/mailboxes.hpp"

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

namespace weir {

namespace {

/// Corrections go first in a call.
bool may_have_changed(const Letter& first, const result<WindowReply>& reply) {
    if (!reply) return reply.error() == errc::store_timeout;
    return first.correction != nullptr ||
           std::any_of(reply->demands.begin(), reply->demands.end(),
                       [](const DemandReply& demand) { return demand.kind == DemandReply::Kind::admitted; });
}

}  // namespace

awaitable<void> Mailboxes::send(Letter& letter) {
    const auto [found, is_idle] = boxes_.try_emplace(letter.set);
    Box& box = found->second;
    if (box.full()) {
        node_.counters.overflows.fetch_add(1, std::memory_order_relaxed);
        letter.error = errc::store_unavailable;
        co_return;
    }
    if (is_idle) {
        box.push(letter, std::nullopt);
    } else {
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<executor>, void()>(
            [&](Waiter waiter) { box.push(letter, std::move(waiter)); }, use_awaitable);
        if (letter.answered) co_return;
    }
    while (!letter.answered) co_await carry(box);
    if (box.empty()) {
        boxes_.erase(letter.set);
    } else {
        boost::asio::post(box.take_next_carrier());
    }
}

awaitable<void> Mailboxes::carry(Box& box) {
    Box::Entries withdrawn = box.take_withdrawn();
    answer(withdrawn, make_error_code(errc::client_gone), std::nullopt);
    Box::Entries batch = box.take();
    if (batch.empty()) co_return;

    std::vector<const Letter*> letters;
    letters.reserve(batch.size());
    for (const Box::Entry& entry : batch) letters.push_back(entry.letter);
    WindowCall call = call_for(letters);
    std::vector<std::string> keys;
    for (const WindowLedger& ledger : call.ledgers) keys.push_back(ledger.key);
    node_.counters.calls.fetch_add(1, std::memory_order_relaxed);
    node_.counters.operations.fetch_add(letters.size(), std::memory_order_relaxed);

    const std::uint64_t changes_before = changes_of(keys);
    const auto reply = co_await windows_.run(std::move(call), node_.options.timeout_ms);
    const bool is_undisturbed = changes_of(keys) == changes_before;
    if (may_have_changed(*letters.front(), reply)) {
        for (const std::string& key : keys) node_.changes.note(key);
    }
    answer(batch, reply, is_undisturbed ? std::optional(changes_of(keys)) : std::nullopt);
    if (reply) co_return;
    Box::Entries left_behind = box.take_all();
    answer(left_behind, make_error_code(errc::store_unavailable), std::nullopt);
}

void Mailboxes::answer(Box::Entries& entries, const result<WindowReply>& reply,
                       std::optional<std::uint64_t> changes) {
    std::shared_ptr<const WindowReply> shared;
    if (reply) shared = std::make_shared<const WindowReply>(*reply);
    std::size_t demand = 0;
    for (Box::Entry& entry : entries) {
        Letter& letter = *entry.letter;
        letter.answered = true;
        letter.changes = changes;
        letter.reply = shared;
        if (!reply) {
            letter.error = reply.error();
        } else if (letter.correction == nullptr) {
            letter.demand_reply = reply->demands[demand++];
        }
        // Posted, so that the next call leaves before all of them go on with their requests.
        if (entry.waiter) boost::asio::post(std::move(*entry.waiter));
    }
}

std::uint64_t Mailboxes::changes_of(const std::vector<std::string>& keys) const {
    std::uint64_t sum = 0;
    for (const std::string& key : keys) sum += node_.changes.of(key);
    return sum;
}

}  // namespace weir
