// Renews the leases of requests in flight, so that an answer that takes long stays reserved and counted.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <functional>

#include "net/wakeup.hpp"
#include "observe/metrics.hpp"
#include "proxy/growth.hpp"
#include "weir/clock.hpp"
#include "weir/limiter.hpp"

namespace weir::proxy {

/// One reservation, and when it has to be renewed: in time, and as soon as the answer has become longer than
/// what was reserved. Outlives the attempts that it is held for.
struct Lease {
    explicit Lease(Reservation& held, Growth grows = {}) : reservation(held), growth(grows) {}
    Reservation& reservation;
    Growth growth;
    std::int64_t due_us = 0;       ///< steady clock; 0: not looked after yet
    std::int64_t may_grow_us = 0;  ///< steady clock; not before, however fast the answer comes
};

/// One thread. Whatever is added must be removed before it is destroyed.
class LeaseKeeper {
public:
    /// One lease in flight; lives in the attempt that it is held for.
    struct Entry : boost::intrusive::list_base_hook<> {
        Entry(Lease& held, std::function<Usage()> produced_so_far)
            : lease(held), so_far(std::move(produced_so_far)) {}
        Lease& lease;
        std::function<Usage()> so_far;
        bool busy = false;  ///< a call for it is under way
        net::Wakeup idle;
    };

    LeaseKeeper(boost::asio::io_context& context, const Clock& clock, Limiter& limiter,
                observe::WorkerMetrics& metrics)
        : context_(context), clock_(clock), limiter_(limiter), metrics_(metrics) {}

    void add(Entry& entry);
    /// Waits for a call under way, since there may be one per reservation at a time.
    awaitable<void> remove(Entry& entry);
    /// False while there is one.
    bool remove_at_once(Entry& entry);

    /// Looks after all entries until its context ends; to be spawned once.
    awaitable<void> run();

private:
    using Entries = boost::intrusive::list<Entry>;
    awaitable<void> renew_due();

    boost::asio::io_context& context_;
    const Clock& clock_;
    Limiter& limiter_;
    observe::WorkerMetrics& metrics_;
    Entries entries_;
    net::Wakeup added_;  ///< a thread that holds no lease is not woken
    Entries::iterator next_ = entries_.end();
};

}  // namespace weir::proxy
