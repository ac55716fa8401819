// Whose next request is read when: what is under way goes first.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>
#include <cstddef>

namespace weir::proxy {

/// Where many requests are under way, clients that send the next one take turns: some of them each time when
/// the thread has seen to what else had arrived. Otherwise answers, and decisions of the store, would stand
/// in line behind all new requests: thousands of requests half done, in memory that nobody has touched for
/// long.
///
/// One thread. Outlives its waiters and those under way.
class Turns {
public:
    /// Waits where it is linked.
    class Waiter : public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    public:
        virtual void take_turn() = 0;

    protected:
        ~Waiter() = default;
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

    explicit Turns(boost::asio::io_context& context) : context_(context) {}

    /// Its turn comes now, before this returns, or soon: in the order in which they asked. Waiting can be
    /// ended by destroying it only.
    void ask(Waiter& waiter);

private:
    void give_some();
    void give_more_later();

    boost::asio::io_context& context_;
    boost::intrusive::list<Waiter, boost::intrusive::constant_time_size<false>> waiting_;
    std::size_t under_way_ = 0;
    bool gives_later_ = false;
};

}  // namespace weir::proxy
