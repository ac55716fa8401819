// The loop of a thread: send what is due, wait for the sockets or for the next request, count what came.
#include "load/worker.hpp"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>

namespace weir::load {
namespace {

constexpr std::size_t buffer_bytes = 64UL * 1024;
/// Few enough that requests which fall due meanwhile do not wait long.
constexpr int events_max = 64;
constexpr std::int64_t tick_interval_us = 50'000;
/// Long enough that a target which refuses at once does not draw the requests from those that answer.
constexpr std::int64_t rest_after_failure_us = 100'000;
/// What the SDKs of OpenAI and Anthropic take.
constexpr std::uint64_t rest_ms_max = 60'000;

}  // namespace

Worker::Worker(const Plan& plan, unsigned part, unsigned parts)
    : plan_(plan),
      supply_(plan.options, plan.span, plan.counter, part, parts),
      tally_(plan.options.keys.size()),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      buffer_(buffer_bytes) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
    for (unsigned i = part; i < plan.options.concurrent; i += parts) {
        const std::size_t target = i % plan.endpoints.size();
        const auto id = static_cast<std::uint32_t>(clients_.size());
        clients_.push_back(std::make_unique<Client>(epoll_, id, plan.endpoints[target], target));
        idle_.push_back(clients_.back().get());
    }
}

Worker::~Worker() {
    clients_.clear();
    ::close(epoll_);
}

void Worker::run() {
    ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // the default makes every wait 50 us longer
    std::int64_t now_us = plan_.clock.steady_us();
    while (!plan_.interrupted && (in_flight_ > 0 || !supply_.is_over(now_us))) {
        if (now_us >= next_tick_us_) tick(now_us);
        dispatch(now_us);
        wait(now_us);
        now_us = plan_.clock.steady_us();
    }
    conclude(now_us);
}

void Worker::dispatch(std::int64_t now_us) {
    while (!resting_.empty() && resting_.begin()->first <= now_us) {
        idle_.push_back(resting_.begin()->second);
        resting_.erase(resting_.begin());
    }
    while (!idle_.empty()) {
        const auto order = supply_.take(now_us);
        if (!order) return;
        Client& client = *idle_.front();
        idle_.pop_front();
        begin(client, *order, now_us);
    }
}

void Worker::begin(Client& client, const Order& order, std::int64_t now_us) {
    client.order = order;
    client.sent_us = now_us;
    client.first_body_us = 0;
    client.in_flight = true;
    ++in_flight_;
    if (client.connection.is_open()) {
        ++tally_.connections.reused;
    } else {
        client.was_connecting = true;
    }
    if (order.is_counted) {
        tally_.count_sent(plan_.texts.key_of(order.number), second_of(now_us),
                          static_cast<std::uint64_t>(now_us - order.intended_us));
    }
    const Connection::Step step = client.connection.send(plan_.texts.pieces(client.target, order.number));
    if (step != Connection::Step::waiting) proceed(client, step, now_us);
}

void Worker::on_event(Client& client, std::uint32_t events) {
    if (!client.connection.is_open()) return;
    if (!client.in_flight) {
        client.connection.close();  // the server has ended it, or sends what nobody asked for
        return;
    }
    const Connection::Step step = client.connection.on_event(events, buffer_);
    const std::int64_t now_us = plan_.clock.steady_us();
    if (client.was_connecting && !client.connection.is_connecting()) {
        client.was_connecting = false;
        ++tally_.connections.opened;
    }
    if (client.first_body_us == 0 && client.connection.answer().has_body()) client.first_body_us = now_us;
    if (step != Connection::Step::waiting) proceed(client, step, now_us);
}

void Worker::proceed(Client& client, Connection::Step step, std::int64_t now_us) {
    if (step == Connection::Step::failed) {
        fail(client, client.connection.problem(), now_us);
        return;
    }
    finish(client, now_us);
    dispatch(now_us);
}

void Worker::finish(Client& client, std::int64_t now_us) {
    client.in_flight = false;
    --in_flight_;
    const AnswerScan& scan = client.connection.answer();
    if (client.order.is_counted) {
        Answer answer{.status = scan.status(),
                      .refused_by = scan.refused_by(),
                      .has_retry_after = scan.has_retry_after(),
                      .waited_ms = scan.waited_ms(),
                      .usage = scan.usage(),
                      .duration_us = static_cast<std::uint64_t>(now_us - client.order.intended_us),
                      .second = second_of(now_us)};
        if (plan_.options.stream && scan.status() / 100 == 2 && scan.has_body()) {
            answer.first_token_us =
                static_cast<std::uint64_t>(client.first_body_us - client.order.intended_us);
        }
        tally_.count_answer(plan_.texts.key_of(client.order.number), answer);
        last_answer_us_ = now_us;
    }
    client.connection.settle();
    const std::uint64_t rest_ms = std::min(scan.retry_after_ms(), rest_ms_max);
    if (plan_.options.heed_retry_after && rest_ms > 0) {
        resting_.emplace(now_us + static_cast<std::int64_t>(rest_ms) * 1000, &client);
    } else {
        idle_.push_back(&client);
    }
}

void Worker::fail(Client& client, std::string_view reason, std::int64_t now_us) {
    client.in_flight = false;
    --in_flight_;
    if (client.was_connecting) {
        client.was_connecting = false;
        ++tally_.connections.failed;
    }
    if (client.order.is_counted) {
        tally_.count_failure(plan_.texts.key_of(client.order.number), second_of(now_us), reason);
    }
    client.connection.close();
    resting_.emplace(now_us + rest_after_failure_us, &client);
}

void Worker::tick(std::int64_t now_us) {
    next_tick_us_ = now_us + tick_interval_us;
    const std::int64_t oldest_us = now_us - static_cast<std::int64_t>(plan_.options.timeout_ms) * 1000;
    for (const auto& client : clients_) {
        if (client->in_flight && client->sent_us < oldest_us) fail(*client, "no answer in time", now_us);
    }
    const std::lock_guard lock(progress_mutex_);
    progress_ = {.counts = tally_.total,
                 .admitted_us = tally_.admitted_us,
                 .in_flight = in_flight_,
                 .overdue = supply_.overdue(now_us)};
}

void Worker::wait(std::int64_t now_us) {
    std::int64_t until_us = next_tick_us_;
    if (!resting_.empty()) until_us = std::min(until_us, resting_.begin()->first);
    if (!idle_.empty()) until_us = std::min(until_us, supply_.next_due_us());
    const std::int64_t wait_us =
        in_flight_ == 0 && supply_.is_over(now_us) ? 0 : std::max<std::int64_t>(until_us - now_us, 0);
    const timespec timeout{wait_us / 1'000'000, wait_us % 1'000'000 * 1000};
    std::array<epoll_event, events_max> events;
    int count = ::epoll_pwait2(epoll_, events.data(), events_max, &timeout, nullptr);
    // Linux before 5.11 waits for whole milliseconds only.
    if (count < 0 && errno == ENOSYS) {
        count = ::epoll_wait(epoll_, events.data(), events_max, static_cast<int>((wait_us + 999) / 1000));
    }
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        on_event(*clients_[event.data.u32], event.events);
    }
}

void Worker::conclude(std::int64_t now_us) {
    for (const auto& client : clients_) {
        if (client->in_flight && client->order.is_counted) ++tally_.unfinished;
        if (client->connection.is_open()) ++tally_.connections.left_open;
        client->connection.close();
    }
    tally_.unsent = supply_.overdue(now_us);
}

Progress Worker::progress() const {
    const std::lock_guard lock(progress_mutex_);
    return progress_;
}

}  // namespace weir::load
