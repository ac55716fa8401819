// What the contract suite knows of a store: a limiter, and a way to set its time.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "weir/limiter.hpp"

namespace weir::testing {

/// A limiter that no other test shares ledgers with.
class Store {
public:
    virtual ~Store() = default;

    virtual Limiter& limiter() = 0;
    /// Where its calls run. A store with a connection has it here.
    virtual boost::asio::io_context& context() = 0;
    /// What the store takes for the time from the next call on, in µs since the epoch. May step back.
    virtual void set_now_us(std::int64_t now_us) = 0;
    /// How many refusals it gave from memory, without looking at its ledgers.
    virtual std::uint64_t cached_refusals() const { return 0; }
};

struct StoreKind {
    std::string name;
    std::function<std::unique_ptr<Store>()> make;  ///< empty, alone
    bool caches_refusals = false;                  ///< it caches refusals
};

/// Every store that this build knows. The suites run over each of them.
std::vector<StoreKind> store_kinds();

/// Calls a store and waits for its answers; an error is thrown. Starts at some_minute_us.
class StoreDriver {
public:
    explicit StoreDriver(const StoreKind& kind);

    Decision reserve(Demand demand, std::span<const LedgerLimits> ledgers);
    Decision reserve_from(Demand demand, LedgerSet ledgers);
    Decision move(Reservation& reservation, Usage usage, LedgerSet ledgers);
    void settle(Reservation reservation, Usage usage);
    void end_flight(Reservation& reservation);
    void progress(Reservation& reservation, std::int64_t output_tokens, std::int64_t expected_more = 0);
    std::vector<Level> peek(std::span<const LedgerLimits> ledgers);
    void count_foreign(const LedgerLimits& ledger, const Amounts& used);
    LedgerContents read(const LedgerLimits& ledger);

    std::uint64_t cached_refusals() const { return store_->cached_refusals(); }
    std::int64_t now_us() const noexcept { return now_us_; }
    /// Negative: time steps back.
    void advance(std::int64_t duration_us);

private:
    std::unique_ptr<Store> store_;
    std::int64_t now_us_ = 0;
};

}  // namespace weir::testing
