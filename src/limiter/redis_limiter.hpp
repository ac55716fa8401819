// The limiter of one io thread over a shared store: Redis decides, or, while it does not answer, the policy.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "limiter/mailboxes.hpp"
#include "limiter/redis_node.hpp"
#include "limiter/redis_windows.hpp"
#include "limiter/refusal_memory.hpp"
#include "weir/limiter.hpp"

namespace weir {

/// One thread: that of its context.
class RedisLimiter final : public Limiter {
public:
    RedisLimiter(RedisNode& node, boost::asio::io_context& context);
    ~RedisLimiter() override;

    using Limiter::reserve;
    awaitable<result<Decision>> reserve(Demand demand, LedgerSet ledgers, Withdrawal withdrawal) override;
    awaitable<void> settle(Reservation reservation, Usage usage) override;
    awaitable<void> progress(Reservation& reservation, Usage so_far) override;
    awaitable<result<std::vector<Level>>> peek(LedgerSet ledgers) override;
    awaitable<result<void>> reset(LedgerSet ledgers) override;
    StoreMode mode() const noexcept override { return node_.mode(); }

private:
    /// A refusal that needs no asking.
    std::optional<Decision> recall(const std::string& set, const Demand& demand, const LedgerSet& ledgers);
    awaitable<result<Decision>> ask(std::string set, const Demand& demand, const LedgerSet& ledgers,
                                    Withdrawal withdrawal);
    Decision refuse(const Letter& letter);
    Decision admit(const Demand& demand, const LedgerSet& ledgers, const WindowReply& reply);
    /// Charges nothing: no limit applies, or none is looked at.
    Decision admit_unlimited(const Demand& demand) const;
    result<Decision> decide_alone(const Demand& demand, const LedgerSet& ledgers);
    /// Corrects the reservation in Redis, if that can be done now, and in the local copy.
    awaitable<LocalCopy::InStore> correct(Reservation& reservation, const Correction& correction,
                                          bool renews);

    RedisNode& node_;
    RedisWindows windows_;
    Mailboxes mailboxes_;
    RefusalMemory refusals_;
};

}  // namespace weir
