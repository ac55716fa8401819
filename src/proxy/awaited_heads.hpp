// Client connections that wait for a request, the longest wait first: these make room where no more may be
// open.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstdint>

namespace weir::proxy {

/// One thread. Outlives those that wait. Times are Clock::steady_us.
class AwaitedHeads {
public:
    /// Waits while it is linked, which ends with its life at the latest.
    class Waiter : public boost::intrusive::list_base_hook<
                       boost::intrusive::tag<AwaitedHeads>,
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    public:
        /// To be closed; not destroyed before this returns.
        virtual void displace() = 0;

    protected:
        ~Waiter() = default;

    private:
        friend class AwaitedHeads;
        std::int64_t since_us_ = 0;
    };

    /// Fresh, in its TLS handshake, between two requests or in the middle of a head. REQUIRES: it does not
    /// wait yet, and nobody came with a later time.
    void add(Waiter& waiter, std::int64_t now_us);
    /// Its head has come.
    static void remove(Waiter& waiter) noexcept;

    /// Displaces the one that has waited longest. False where nobody has waited for as long as a head may
    /// take on its way: then who is there has more right to be served than who comes.
    bool displace_one(std::int64_t now_us);

private:
    using Hook = boost::intrusive::base_hook<boost::intrusive::list_base_hook<
        boost::intrusive::tag<AwaitedHeads>, boost::intrusive::link_mode<boost::intrusive::auto_unlink>>>;
    boost::intrusive::list<Waiter, Hook, boost::intrusive::constant_time_size<false>> waiting_;
};

}  // namespace weir::proxy
