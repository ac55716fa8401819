// The limiter of one io thread over a Redis Cluster: each master decides about the ledgers of its slots.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <vector>

#include "limiter/redirects.hpp"
#include "limiter/redis_cluster.hpp"
#include "limiter/redis_limiter.hpp"
#include "limiter/slot_parts.hpp"
#include "weir/limiter.hpp"

namespace weir {

/// A demand whose ledgers lie in several slots is taken from one slot after the other, in the order of the
/// set: what the earlier ones admitted is undone where a later one refuses. An undo that is lost runs out by
/// itself. One thread: that of its context.
class ClusterLimiter final : public Limiter, private Redirects {
public:
    ClusterLimiter(RedisCluster& cluster, boost::asio::io_context& context);
    ~ClusterLimiter() override;

    using Limiter::reserve;
    awaitable<result<Decision>> reserve(Demand demand, LedgerSet ledgers, Withdrawal withdrawal) override;
    awaitable<void> settle(Reservation reservation, Usage usage) override;
    awaitable<void> progress(Reservation& reservation, Usage so_far) override;
    awaitable<result<void>> count_foreign(const LedgerLimits& ledger, Amounts used) override;
    awaitable<result<std::vector<Level>>> peek(LedgerSet ledgers) override;
    awaitable<result<void>> reset(LedgerSet ledgers) override;
    awaitable<result<LedgerContents>> read(const LedgerLimits& ledger) override;
    /// Of the master that is worst off.
    StoreMode mode() const noexcept override;

private:
    /// Parts of a set that were asked one after the other, and what each decided.
    struct Asked {
        std::vector<SlotPart> parts;
        std::vector<Decision> decisions;
        bool is_admitted() const {
            return decisions.empty() || decisions.back().verdict == Verdict::admitted;
        }
    };

    awaitable<result<Decision>> reserve_in_turn(Demand demand, LedgerSet ledgers, Withdrawal withdrawal);
    /// The own ledgers have admitted: the first candidate that has room, too; where none has, the one that
    /// has it first is asked last.
    awaitable<boost::system::error_code> ask_candidates(Asked& asked, std::size_t& candidate, Demand demand,
                                                        const LedgerSet& ledgers, Withdrawal withdrawal);
    /// Asks the parts of the range, until one refuses.
    awaitable<boost::system::error_code> ask_parts(Asked& asked, Demand demand, const LedgerSet& ledgers,
                                                   LedgerSet::Range range, Withdrawal withdrawal);
    /// Gives back what was taken by all parts from this one on, and forgets these.
    awaitable<void> undo(Asked& asked, std::size_t first);
    struct Settling;
    awaitable<void> settle_part(Settling& settling, std::uint16_t slot, Reservation of_part, Usage usage);
    awaitable<result<redis::Reply>> follow(RedisWindows& from, redis::Reply error,
                                           const std::vector<std::string>& words,
                                           std::int64_t deadline_us) override;
    awaitable<void> become_ready(RedisWindows& windows, std::int64_t deadline_us);
    /// Connects to masters before they are asked.
    void meet_masters();
    RedisLimiter& limiter_of(std::uint16_t slot);
    RedisLimiter& at(std::size_t master);

    RedisCluster& cluster_;
    RedisNode& node_;
    boost::asio::io_context& context_;
    std::vector<std::unique_ptr<RedisLimiter>> limiters_;                              ///< by master
    std::shared_ptr<ClusterLimiter*> self_ = std::make_shared<ClusterLimiter*>(this);  ///< gone with it
};

}  // namespace weir
