// Starting and ending one io thread.
#include "app/worker_thread.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "proxy/books.hpp"
#include "proxy/upstream_check.hpp"

namespace weir::app {

namespace {
constexpr auto housekeeping_interval = std::chrono::seconds(1);
constexpr auto background_interval = std::chrono::milliseconds(100);
constexpr auto drain_check_interval = std::chrono::milliseconds(20);
// Those who connect meanwhile wait; where the store is away they are decided on without it after that.
constexpr std::int64_t store_awaited_us = 1'000'000;
constexpr auto store_asked_interval = std::chrono::milliseconds(5);

void log_overload(const proxy::Overload::News& news) {
    using What = proxy::Overload::News::What;
    if (news.what == What::begun) {
        spdlog::warn("overloaded: requests wait too long for their turn on a thread, and some get 503");
    } else if (news.what == What::ended) {
        spdlog::warn("no longer overloaded: {} request{} got 503 within {} s", news.shed,
                     news.shed == 1 ? "" : "s", news.lasted_us / 1'000'000 + 1);
    }
}
}  // namespace

WorkerThread::WorkerThread(const proxy::Shared& shared, const MakeLimiter& make_limiter,
                           std::shared_ptr<const policy::Policy> policy, const config::Endpoint& endpoint,
                           std::int64_t connections_max, proxy::TlsContext tls)
    : limiter_(make_limiter(context_)),
      worker_(context_, shared, *limiter_, std::move(policy)),
      listener_(worker_, endpoint, connections_max, std::move(tls)) {
    worker_.turns.set_max_queue_ms(worker_.policy->config().limits_of_weir.max_queue_ms);
}

void WorkerThread::start(bool awaits_layer) {
    awaits_layer_ = awaits_layer;
    boost::asio::co_spawn(context_, accept_when_ready(), boost::asio::detached);
    boost::asio::co_spawn(context_, worker_.leases.run(), boost::asio::detached);
    boost::asio::co_spawn(context_, keep_house(), boost::asio::detached);
    boost::asio::co_spawn(context_, proxy::check_upstreams(worker_), boost::asio::detached);
    boost::asio::co_spawn(context_, look_after_background(), boost::asio::detached);
    thread_ = std::thread([this] { context_.run(); });
}

/// A node that has just started would decide its first requests alone, beside what the others have admitted,
/// and would refuse keys that were made while it was away.
awaitable<void> WorkerThread::accept_when_ready() {
    const std::int64_t until_us = worker_.clock.steady_us() + store_awaited_us;
    const std::vector<LedgerLimits> any(1);
    Timer timer(context_);
    while (worker_.clock.steady_us() < until_us && !worker_.draining) {
        const auto read = co_await limiter_->peek(any);
        const StoreMode mode = limiter_->mode();
        const bool is_exact = read && (mode == StoreMode::redis || mode == StoreMode::memory);
        if (is_exact && !awaits_layer_) break;
        timer.expires_after(store_asked_interval);
        co_await timer.async_wait(use_awaitable_as_tuple);
    }
    co_await listener_.run();
}

awaitable<void> WorkerThread::keep_house() {
    Timer timer(context_);
    for (;;) {
        timer.expires_after(housekeeping_interval);
        co_await timer.async_wait(use_awaitable_as_tuple);
        worker_.pool.sweep();
        worker_.waiting_room->recall_as_wished();
        log_overload(worker_.turns.news());
    }
}

awaitable<void> WorkerThread::look_after_background() {
    const proxy::BackgroundResponses::OnSettled on_settled =
        [this](const proxy::BackgroundResponses::Settled& settled) { proxy::enter(worker_, settled); };
    Timer timer(context_);
    for (;;) {
        timer.expires_after(background_interval);
        co_await timer.async_wait(use_awaitable_as_tuple);
        // Whoever wants to end at once is not kept waiting for answers that may take an hour.
        const bool ending = ending_ && listener_.empty();
        co_await worker_.background->look_after(*limiter_, &worker_, ending, on_settled);
    }
}

void WorkerThread::use(std::shared_ptr<const policy::Policy> policy, proxy::TlsContext tls,
                       std::shared_ptr<void> in_use) {
    boost::asio::post(context_, [this, policy = std::move(policy), tls = std::move(tls),
                                 in_use = std::move(in_use)]() mutable {
        worker_.policy = std::move(policy);
        worker_.turns.set_max_queue_ms(worker_.policy->config().limits_of_weir.max_queue_ms);
        worker_.pool.expect_changes();
        listener_.use(std::move(tls));
    });
}

void WorkerThread::let_in() {
    boost::asio::post(context_, [this] { awaits_layer_ = false; });
}

void WorkerThread::take_counted(std::function<void(Counted)> done) {
    boost::asio::post(context_, [this, done = std::move(done)] { done(rest_of_counted()); });
}

void WorkerThread::drain(std::int64_t delay_ms, std::int64_t drain_ms) {
    boost::asio::post(context_, [this, delay_ms, drain_ms] {
        worker_.draining = true;
        boost::asio::co_spawn(context_, drain_until_empty(delay_ms, drain_ms), boost::asio::detached);
    });
}

awaitable<void> WorkerThread::drain_until_empty(std::int64_t delay_ms, std::int64_t drain_ms) {
    Timer timer(context_);
    if (delay_ms > 0) {
        timer.expires_after(std::chrono::milliseconds(delay_ms));
        co_await timer.async_wait(use_awaitable_as_tuple);
    }
    ending_ = true;
    worker_.waiting_room->close();
    listener_.drain();
    const std::int64_t cut_at_us = worker_.clock.steady_us() + drain_ms * 1000;
    bool cut = false;
    while (!listener_.empty() || worker_.background->held_by(&worker_) > 0 ||
           worker_.waiting_room->serves(worker_) || worker_.detached_settlements.under_way() > 0) {
        if (!cut && worker_.clock.steady_us() >= cut_at_us) {
            spdlog::warn("drain: time is up, ending the connections that are left");
            listener_.cut();
            cut = true;
        }
        timer.expires_after(drain_check_interval);
        co_await timer.async_wait(use_awaitable_as_tuple);
    }
    context_.stop();
}

}  // namespace weir::app
