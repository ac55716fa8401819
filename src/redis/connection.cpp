// Making the connection, and making it again.
#include "redis/connection.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <random>
#include <utility>

#include "redis/dialer.hpp"
#include "redis/pipeline.hpp"
#include "text/host.hpp"

namespace weir::redis {

struct Connection::State {
    State(boost::asio::io_context& io_context, const Clock& system_clock, RedisAddress address,
          Options connection_options, Events connection_events, ServerFinder find_server)
        : context(io_context),
          clock(system_clock),
          options(connection_options),
          events(std::move(connection_events)),
          dialer(io_context, address, connection_options.connect_timeout_ms, std::move(find_server)),
          pause(io_context.get_executor()),
          watcher_pause(io_context.get_executor()),
          backoff_ms(connection_options.backoff_ms_min) {
        if (address.sentinels.empty()) return;
        watcher.emplace(io_context, std::move(address), connection_options.connect_timeout_ms);
    }

    static awaitable<void> run(std::shared_ptr<State> self);
    static awaitable<void> wait(std::shared_ptr<State> self);
    static awaitable<void> watch_master(std::shared_ptr<State> self);
    static awaitable<void> serve(std::shared_ptr<State> self, std::shared_ptr<Stream> stream);
    void report_ready();
    void report_lost(const std::string& why);

    boost::asio::io_context& context;
    const Clock& clock;
    const Options options;
    const Events events;
    Statistics statistics;
    std::optional<Dialer> watcher;  ///< where there are sentinels
    Dialer dialer;
    std::shared_ptr<Pipeline> pipeline;  ///< nullptr: no connection
    Timer pause, watcher_pause;
    std::minstd_rand random{std::random_device{}()};
    std::int64_t backoff_ms;
    std::string reported_loss;  ///< empty: none, or ready since
    bool stopped = false;
};

awaitable<void> Connection::State::run(std::shared_ptr<State> self) {
    if (self->watcher) boost::asio::co_spawn(self->context, watch_master(self), boost::asio::detached);
    while (!self->stopped) {
        Dialer::Attempt attempt = co_await self->dialer.dial();
        if (self->stopped) break;
        if (attempt.stream) {
            const std::int64_t ready_since_us = self->clock.steady_us();
            co_await serve(self, std::move(attempt.stream));
            // A server that accepts and drops connections is no reason to hurry.
            const std::int64_t lasted_ms = (self->clock.steady_us() - ready_since_us) / 1000;
            if (lasted_ms >= self->options.backoff_ms_max) self->backoff_ms = self->options.backoff_ms_min;
        } else {
            if (self->events.on_failed_attempt)
                self->events.on_failed_attempt(attempt.is_error, attempt.obstacle);
            self->report_lost(attempt.failure);
        }
        co_await wait(self);
    }
}

/// From ready to lost; returns when every call has its answer.
awaitable<void> Connection::State::serve(std::shared_ptr<State> self, std::shared_ptr<Stream> stream) {
    const auto pipeline = std::make_shared<Pipeline>(self->context, self->clock, std::move(stream),
                                                     self->options, self->statistics);
    self->pipeline = pipeline;
    self->report_ready();
    const std::string why = co_await Pipeline::read_replies(pipeline);
    self->pipeline.reset();
    self->report_lost(why);
    pipeline->fail_all();
}

awaitable<void> Connection::State::wait(std::shared_ptr<State> self) {
    if (self->stopped) co_return;
    std::uniform_int_distribution<std::int64_t> part(self->backoff_ms / 2, self->backoff_ms);
    self->pause.expires_after(std::chrono::milliseconds(part(self->random)));
    self->backoff_ms = std::min(self->backoff_ms * 2, self->options.backoff_ms_max);
    co_await self->pause.async_wait(use_awaitable_as_tuple);
}

/// After a failover the former master serves as before until the sentinels have made it a replica, which
/// takes them ten seconds. Those who stay with it meanwhile are alone with what they charge there.
awaitable<void> Connection::State::watch_master(std::shared_ptr<State> self) {
    while (!self->stopped) {
        self->watcher_pause.expires_after(std::chrono::milliseconds(self->options.master_asked_ms));
        co_await self->watcher_pause.async_wait(use_awaitable_as_tuple);
        const std::shared_ptr<Pipeline> asked_for = self->pipeline;
        if (self->stopped || !asked_for) continue;
        const Server master = co_await self->watcher->ask_for_master_now();
        const bool is_elsewhere = !master.host.empty() && master != self->dialer.server();
        if (is_elsewhere && self->pipeline == asked_for)
            asked_for->close("the master is " + text::host_and_port(master.host, master.port) + " now");
    }
}

void Connection::State::report_ready() {
    statistics.connections.fetch_add(1, std::memory_order_relaxed);
    reported_loss.clear();
    if (events.on_ready) events.on_ready();
}

void Connection::State::report_lost(const std::string& why) {
    if (stopped || why == reported_loss) return;
    reported_loss = why;
    if (events.on_lost) events.on_lost(why);
}

Connection::Connection(boost::asio::io_context& context, const Clock& clock, RedisAddress address,
                       Options options, Events events, ServerFinder find_server)
    : state_(std::make_shared<State>(context, clock, std::move(address), options, std::move(events),
                                     std::move(find_server))) {}

Connection::~Connection() {
    stop();
    if (state_->pipeline) state_->pipeline->forget_all();
}

awaitable<void> Connection::run() {
    return State::run(state_);
}

void Connection::stop() {
    state_->stopped = true;
    state_->dialer.cancel();
    if (state_->watcher) state_->watcher->cancel();
    state_->pause.cancel();
    state_->watcher_pause.cancel();
    if (state_->pipeline) state_->pipeline->close("stopped");
}

bool Connection::ready() const noexcept {
    return state_->pipeline && state_->pipeline->open();
}

Server Connection::server() const {
    return state_->dialer.server();
}

awaitable<result<Reply>> Connection::call(std::span<const std::string_view> arguments,
                                          std::int64_t deadline_us, Asking asking) {
    if (!ready()) co_return make_error_code(errc::store_unavailable);
    co_return co_await Pipeline::call(state_->pipeline, arguments, deadline_us, asking);
}

void Connection::reconnect(std::string_view why) {
    if (ready()) state_->pipeline->close(std::string(why));
}

const Statistics& Connection::statistics() const noexcept {
    return state_->statistics;
}

}  // namespace weir::redis
