// Whose next request is read when: what is under way goes first.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>

#include "proxy/overload.hpp"
#include "weir/clock.hpp"

namespace weir::proxy {

/// Where many requests are under way, clients that send the next one take turns: some of them each time when
/// the thread has seen to what else had arrived. Otherwise answers, and decisions of the store, would stand
/// in line behind all new requests: thousands of requests half done, in memory that nobody has touched for
/// long.
///
/// While the thread is overloaded (proxy/overload), those who have waited too long are shed, as far as it has
/// time for that; the others are served in the order in which they came all the same. Who came last first was
/// worse: the others outwait their clients' patience, and come back by new connections.
///
/// One thread. Outlives its waiters and those under way.
class Turns {
public:
    enum class Turn : std::uint8_t {
        at_once,
        late,  ///< it has waited, so that its client may have left
        shed   ///< it has waited too long: the request is to be read and refused
    };

    /// Waits where it is linked.
    class Waiter : public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    public:
        virtual void take_turn(Turn turn) = 0;

    protected:
        ~Waiter() = default;

    private:
        friend class Turns;
        std::int64_t asked_us_ = 0;
    };

    /// A request, as long as it lives.
    class UnderWay {
    public:
        explicit UnderWay(Turns& turns) noexcept : turns_(turns) { ++turns_.under_way_; }
        ~UnderWay() { --turns_.under_way_; }
        UnderWay(const UnderWay&) = delete;
        UnderWay& operator=(const UnderWay&) = delete;

    private:
        Turns& turns_;
    };

    /// What a thread has had of its processor so far, in microseconds.
    using CpuTime = std::int64_t (*)();
    static std::int64_t cpu_us_of_this_thread() noexcept;

    /// `max_queue_ms`: limits_of_weir.max_queue_ms.
    Turns(boost::asio::io_context& context, const Clock& clock, std::int64_t max_queue_ms,
          CpuTime cpu_us = cpu_us_of_this_thread)
        : context_(context), clock_(clock), cpu_us_(cpu_us), overload_(max_queue_ms * 1000) {}
    void set_max_queue_ms(std::int64_t max_queue_ms) noexcept { overload_.set_queue_us(max_queue_ms * 1000); }

    /// Its turn comes now, before this returns, or soon, in the order in which they asked. Waiting can be
    /// ended by destroying it only.
    void ask(Waiter& waiter);

    bool is_overloaded() const noexcept { return overload_.is_overloaded(); }
    /// For one who was shed just now.
    std::int64_t retry_after_us() noexcept { return overload_.retry_after_us(clock_.steady_us()); }
    Overload::News news() noexcept { return overload_.news(clock_.steady_us()); }

private:
    using Waiting = boost::intrusive::list<Waiter, boost::intrusive::constant_time_size<false>>;

    void give_some();
    void shed_some(std::int64_t now_us);
    void give_more_later();

    boost::asio::io_context& context_;
    const Clock& clock_;
    CpuTime cpu_us_;
    Waiting waiting_;  ///< the oldest first
    Overload overload_;
    std::size_t under_way_ = 0;
    bool gives_later_ = false;
};

}  // namespace weir::proxy
