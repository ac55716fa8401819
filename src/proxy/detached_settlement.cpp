// A coroutine for each, which starts at once and so has asked the limiter before the caller goes on.
#include "proxy/detached_settlement.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>

#include "proxy/worker.hpp"

namespace weir::proxy {

namespace {

awaitable<void> settle(Worker& worker, DetachedSettlement settlement) {
    const std::int64_t asked_us = worker.clock.steady_us();
    try {
        co_await worker.limiter.settle(std::move(settlement.reservation), settlement.usage);
    } catch (const std::exception& unforeseen) {
        spdlog::error("a settlement ended by an unforeseen error: {}", unforeseen.what());
    }
    note_settled(worker, asked_us, settlement.applicable.ledgers, settlement.given_back);
    --worker.detached_settlements;
}

}  // namespace

bool may_settle_detached(Worker& worker) noexcept {
    if (worker.limiter.mode() == StoreMode::memory) return false;
    if (worker.detached_settlements < detached_settlements_max) return true;
    worker.metrics.count(observe::LimitHit::settlements);
    return false;
}

void settle_detached(Worker& worker, DetachedSettlement settlement) {
    ++worker.detached_settlements;
    boost::asio::co_spawn(worker.context, settle(worker, std::move(settlement)), boost::asio::detached);
}

void note_settled(Worker& worker, std::int64_t asked_us, const LedgerSet& ledgers,
                  const Amounts& given_back) {
    worker.metrics.count_store_call(observe::StoreCall::settle, worker.clock.steady_us() - asked_us);
    WaitingRoom& room = *worker.waiting_room;
    if (!room.is_empty()) room.given_back(ledgers, given_back);
    worker.metrics.reservations_in_flight.subtract();
}

}  // namespace weir::proxy
