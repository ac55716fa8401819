// A posted handler runs behind what the event loop has found since the one before it.
#include "proxy/turns.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace weir::proxy {

namespace {
constexpr std::size_t few_under_way = 128;
// A quarter of what the event loop fetches at a time, so that what each of them brings about is fetched
// sooner than new clients come.
constexpr int given_at_once = 32;
}  // namespace

void Turns::ask(Waiter& waiter) {
    if (waiting_.empty() && under_way_ < few_under_way) return waiter.take_turn();
    waiting_.push_back(waiter);
    give_more_later();
}

void Turns::give_more_later() {
    if (std::exchange(gives_later_, true)) return;
    boost::asio::post(context_, [this] { give_some(); });
}

void Turns::give_some() {
    gives_later_ = false;
    for (int given = 0; given < given_at_once && !waiting_.empty(); ++given) {
        Waiter& waiter = waiting_.front();
        waiting_.pop_front();
        waiter.take_turn();
    }
    if (!waiting_.empty()) give_more_later();
}

}  // namespace weir::proxy
