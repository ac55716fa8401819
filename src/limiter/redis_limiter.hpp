// The limiter of one io thread over a shared store: Redis decides, or, while it does not answer, the policy.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "limiter/batcher.hpp"
#include "limiter/redis_master.hpp"
#include "limiter/redis_windows.hpp"
#include "limiter/refusal_cache.hpp"
#include "weir/limiter.hpp"

namespace weir {

/// Of a cluster it is the limiter over one master: the ledgers of a call are then all of one slot of its own.
/// One thread: that of its context.
class RedisLimiter final : public Limiter {
public:
    /// `redirects`: of a cluster; outlives it.
    RedisLimiter(RedisMaster& master, boost::asio::io_context& context, Redirects* redirects = nullptr);
    ~RedisLimiter() override;

    using Limiter::reserve;
    awaitable<result<Decision>> reserve(Demand demand, LedgerSet ledgers, Withdrawal withdrawal) override;
    awaitable<void> settle(Reservation reservation, Usage usage) override;
    awaitable<void> progress(Reservation& reservation, Usage so_far) override;
    awaitable<result<void>> count_foreign(const LedgerLimits& ledger, Amounts used) override;
    awaitable<result<std::vector<Level>>> peek(LedgerSet ledgers) override;
    awaitable<result<LedgerContents>> read(const LedgerLimits& ledger) override;
    awaitable<result<void>> reset(LedgerSet ledgers) override;
    StoreMode mode() const noexcept override { return master_.mode(); }

    RedisWindows& windows() noexcept { return windows_; }

private:
    std::optional<Decision> find_cached_refusal(const std::string& set, const Demand& demand,
                                                const LedgerSet& ledgers);
    awaitable<result<Decision>> ask(std::string set, const Demand& demand, const LedgerSet& ledgers,
                                    Withdrawal withdrawal);
    Decision refuse(const std::string& set, const Operation& operation);
    Decision admit(const Operation& operation);
    /// Charges nothing: no limit applies, or none is looked at.
    Decision admit_unlimited(const Demand& demand) const;
    result<Decision> fall_back(const Demand& demand, const LedgerSet& ledgers);
    /// Corrects the reservation in Redis, if that can be done now, and in the local copy.
    awaitable<LocalCopy::InStore> correct(Reservation& reservation, const Correction& correction,
                                          bool renews);

    RedisMaster& master_;
    RedisNode& node_;
    RedisWindows windows_;
    Batcher batcher_;
    RefusalCache refusals_;
};

}  // namespace weir
