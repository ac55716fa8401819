// A settler goes on at once when it is given something, and so has asked the limiter before the caller goes
// on.
#include "proxy/detached_settlement.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>

#include "proxy/worker.hpp"

namespace weir::proxy {

bool DetachedSettlements::may_begin(Worker& worker) const noexcept {
    if (worker.limiter.mode() == StoreMode::memory) return false;
    if (under_way() < under_way_max) return true;
    worker.metrics.count(observe::LimitHit::settlements);
    return false;
}

void DetachedSettlements::begin(Worker& worker, DetachedSettlement settlement) {
    if (idle_.empty()) {
        idle_.reserve(settlers_.size() + 1);
        Settler& settler = *settlers_.emplace_back(std::make_unique<Settler>());
        settler.settlement.emplace(std::move(settlement));
        boost::asio::co_spawn(worker.context, run(worker, settler), boost::asio::detached);
        return;
    }
    Settler& settler = *idle_.back();
    idle_.pop_back();
    settler.settlement.emplace(std::move(settlement));
    settler.given.notify();
}

/// Until its worker goes.
awaitable<void> DetachedSettlements::run(Worker& worker, Settler& self) {
    for (;;) {
        DetachedSettlement& settlement = *self.settlement;
        const std::int64_t asked_us = worker.clock.steady_us();
        try {
            co_await worker.limiter.settle(std::move(settlement.reservation), settlement.usage);
        } catch (const std::exception& unforeseen) {
            spdlog::error("a settlement ended by an unforeseen error: {}", unforeseen.what());
        }
        note_settled(worker, asked_us, settlement.applicable.ledgers, settlement.given_back);
        self.settlement.reset();
        idle_.push_back(&self);
        while (!self.settlement) co_await self.given.wait();
    }
}

void note_settled(Worker& worker, std::int64_t asked_us, const LedgerSet& ledgers,
                  const Amounts& given_back) {
    worker.metrics.count_store_call(observe::StoreCall::settle, worker.clock.steady_us() - asked_us);
    WaitingRoom& room = *worker.waiting_room;
    if (!room.is_empty()) room.given_back(ledgers, given_back);
    worker.metrics.reservations_in_flight.subtract();
}

}  // namespace weir::proxy
