// Whoever finds a mailbox with nothing on the wire makes the call; all others wait for one.
#include "limiter/mailboxes.hpp"

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
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
    Box& box = boxes_[letter.set];
    if (box.calls == 0) {
        Entries alone;
        alone.push_back({&letter, std::nullopt});
        ++box.calls;
        co_return co_await call(letter.set, std::move(alone));
    }
    if (box.waiting.full()) {
        node_.counters.overflows.fetch_add(1, std::memory_order_relaxed);
        letter.error = errc::store_unavailable;
        co_return;
    }
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<executor>, void()>(
        [&](Waiter waiter) {
            box.waiting.push(letter, std::move(waiter));
            if (box.waiting.fills_a_call()) go_on(letter.set, box);
        },
        use_awaitable);
}

void Mailboxes::go_on(const std::string& set, Box& box) {
    Entries withdrawn = box.waiting.take_withdrawn();
    answer(withdrawn, make_error_code(errc::withdrawn), std::nullopt);
    while (box.calls < calls_max &&
           (box.waiting.fills_a_call() || (box.calls == 0 && !box.waiting.empty()))) {
        ++box.calls;
        boost::asio::co_spawn(context_, call(set, box.waiting.take()), boost::asio::detached);
    }
}

awaitable<void> Mailboxes::call(std::string set, Entries batch) {
    std::vector<const Letter*> letters;
    letters.reserve(batch.size());
    for (const auto& entry : batch) letters.push_back(entry.letter);
    WindowCall call = call_for(letters);
    std::vector<LedgerName> ledgers;
    for (const WindowLedger& ledger : call.ledgers) ledgers.push_back(ledger.name);
    node_.counters.calls.fetch_add(1, std::memory_order_relaxed);
    node_.counters.operations.fetch_add(letters.size(), std::memory_order_relaxed);

    const std::uint64_t changes_before = changes_of(ledgers);
    const auto reply = co_await windows_.run(std::move(call), node_.options.timeout_ms);
    const bool is_undisturbed = changes_of(ledgers) == changes_before;
    if (may_have_changed(*letters.front(), reply)) {
        for (const LedgerName& ledger : ledgers) node_.changes.note(ledger);
    }
    answer(batch, reply, is_undisturbed ? std::optional(changes_of(ledgers)) : std::nullopt);

    const auto found = boxes_.find(set);
    Box& box = found->second;
    --box.calls;
    if (!reply) {
        Entries left_behind = box.waiting.take_all();
        answer(left_behind, make_error_code(errc::store_unavailable), std::nullopt);
    }
    go_on(set, box);
    if (box.calls == 0) boxes_.erase(found);
}

void Mailboxes::answer(Entries& entries, const result<WindowReply>& reply,
                       std::optional<std::uint64_t> changes) {
    std::shared_ptr<const WindowReply> shared;
    if (reply) shared = std::make_shared<const WindowReply>(*reply);
    std::size_t demand = 0;
    for (auto& entry : entries) {
        Letter& letter = *entry.letter;
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

std::uint64_t Mailboxes::changes_of(const std::vector<LedgerName>& ledgers) const {
    std::uint64_t sum = 0;
    for (const LedgerName& ledger : ledgers) sum += node_.changes.of(ledger);
    return sum;
}

}  // namespace weir
