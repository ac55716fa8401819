// A posted handler runs behind what the event loop has found since the one before it.
#include "proxy/turns.hpp"

#include <boost/asio/post.hpp>
#include <ctime>
#include <utility>

namespace weir::proxy {

namespace {
constexpr std::size_t few_under_way = 128;
// A quarter of what the event loop fetches at a time, so that what each of them brings about is fetched
// sooner than new clients come.
constexpr int given_at_once = 32;
}  // namespace

std::int64_t Turns::cpu_us_of_this_thread() noexcept {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1'000;
}

void Turns::ask(Waiter& waiter) {
    if (waiting_.empty() && under_way_ < few_under_way) return waiter.take_turn(Turn::at_once);
    waiter.asked_us_ = clock_.steady_us();
    waiting_.push_back(waiter);
    give_more_later();
}

void Turns::give_more_later() {
    if (std::exchange(gives_later_, true)) return;
    boost::asio::post(context_, [this] { give_some(); });
}

void Turns::give_some() {
    gives_later_ = false;
    const std::int64_t now_us = clock_.steady_us();
    if (!waiting_.empty()) overload_.look(now_us, now_us - waiting_.front().asked_us_, cpu_us_());
    int given = 0;
    for (; given < given_at_once && !waiting_.empty(); ++given) {
        Waiter& waiter = waiting_.front();
        waiting_.pop_front();
        waiter.take_turn(Turn::late);
    }
    overload_.note_turns(given);
    if (overload_.is_overloaded()) shed_some(clock_.steady_us());
    if (waiting_.empty()) {
        overload_.rest();
    } else {
        give_more_later();
    }
}

void Turns::shed_some(std::int64_t now_us) {
    std::int64_t before_us = cpu_us_();
    while (!waiting_.empty() && overload_.sheds(now_us - waiting_.front().asked_us_)) {
        Waiter& waiter = waiting_.front();
        waiting_.pop_front();
        waiter.take_turn(Turn::shed);
        const std::int64_t after_us = cpu_us_();
        overload_.note_shed(after_us - before_us);
        before_us = after_us;
    }
}

}  // namespace weir::proxy
