// What goes on by itself twice a second: usage is gathered and written, figures and documents are exchanged.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "app/operations.hpp"
#include "config/address.hpp"
#include "config/url.hpp"
#include "llm/dialect.hpp"
#include "observe/totals.hpp"
#include "usage/hours.hpp"
#include "usage/printable.hpp"

namespace weir::app {

namespace {

constexpr auto interval = std::chrono::milliseconds(500);
constexpr std::size_t increments_max = 2'000;
constexpr std::int64_t minute_us = 60'000'000;
/// Nodes tell theirs every half second.
constexpr std::int64_t minute_is_told_us = 5'000'000;

observe::MinuteAmounts minute_of(const usage::Amounts& amounts) noexcept {
    return {.requests = amounts.requests,
            .refused = amounts.refused,
            .input_tokens = amounts.input_tokens,
            .output_tokens = amounts.output_tokens};
}

HourIncrement increment_of(const usage::Row& row) {
    return {.hour = usage::hour_of(row.day, row.hour),
            .key = row.key,
            .sums = {row.amounts.requests, row.amounts.refused, row.amounts.input_tokens,
                     row.amounts.output_tokens},
            .peaks = usage::values_of(row.amounts.peaks)};
}

UsageBatch batch_of(const usage::Batch& batch, const std::string& writer) {
    UsageBatch sent{.writer = writer,
                    .sequence = static_cast<std::int64_t>(batch.sequence),
                    .previous = static_cast<std::int64_t>(batch.previous),
                    .increments = {},
                    .hours = {}};
    sent.increments.reserve(batch.increments.size());
    for (const usage::Row& row : batch.increments) {
        if (row.hour != usage::whole_day) {
            sent.hours.push_back(increment_of(row));
            continue;
        }
        sent.increments.push_back(
            {.day = row.day, .key = row.key, .model = row.model, .amounts = usage::values_of(row.amounts)});
    }
    return sent;
}

void tell_of_older_copy(const usage::Ledger::Resumed& resumed) {
    if (!resumed.is_whole) {
        spdlog::warn(
            "usage: the store has come back from a copy older than what this node remembers ({} batches are "
            "written again): some totals are lost",
            resumed.batches);
    } else if (resumed.batches > 0) {
        spdlog::warn("usage: the store has come back from an older copy; {} batches are written again",
                     resumed.batches);
    }
}

}  // namespace

void Operations::start() {
    config::Endpoint listen = parts_.config.current()->listen;
    listen.port = parts_.workers.front()->port();
    listen_ = config::to_string(listen);
    learned_file_.load(parts_.learned.calibration);
    layer_.start();
}

awaitable<void> Operations::run() {
    boost::asio::co_spawn(parts_.context, keep_up(), boost::asio::detached);
    co_await await_shared_state();
    while (!stopped_) {
        co_await run_once(false);
        if (stopped_) break;
        pause_.expires_after(interval);
        co_await pause_.async_wait(use_awaitable_as_tuple);
    }
    co_await run_once(true);
    if (parts_.shared != nullptr) parts_.shared->stop();
}

/// The workers accept once the layer of the other nodes is in force here, so it is asked for as soon as may
/// be.
awaitable<void> Operations::await_shared_state() {
    constexpr int tries_max = 50;
    constexpr auto try_interval = std::chrono::milliseconds(20);
    for (int tries = 0; tries < tries_max && parts_.shared != nullptr && !parts_.shared->ready(); ++tries) {
        pause_.expires_after(try_interval);
        co_await pause_.async_wait(use_awaitable_as_tuple);
        if (stopped_) co_return;
    }
}

/// What is unforeseen once must not end what goes on by itself.
awaitable<void> Operations::run_once(bool leaving) {
    try {
        co_await gather_and_exchange(leaving);
    } catch (const std::exception& unforeseen) {
        spdlog::error("operations: an unforeseen error: {}", unforeseen.what());
    }
}

awaitable<void> Operations::gather_and_exchange(bool leaving) {
    if (leaving) {
        for (const auto& worker : parts_.workers) note(worker->rest_of_counted());
        const std::int64_t minute = parts_.clock.now_us() / minute_us;
        note_peaks(minute - 1);
        note_peaks(minute);
        layer_.save();
        flush_usage();
    } else {
        note_peaks_of_last_minute();
    }
    learned_file_.tick(parts_.learned.calibration, leaving);
    co_await exchange(leaving);
    activity_.forget_old(parts_.clock.now_us());
    if (leaving) {
        flush_usage();
    } else if (levels_are_due()) {
        co_await read_levels();
    }
}

void Operations::stop() {
    stopped_ = true;
    pause_.cancel();
    count_pause_.cancel();
}

/// Apart from the exchange, which may wait for the store for seconds: whatever ends this process, it loses no
/// more than was counted within the last second, and no change; and overrides end in time.
awaitable<void> Operations::keep_up() {
    while (!stopped_) {
        try {
            layer_.tick();
            gather_usage();
        } catch (const std::exception& unforeseen) {
            spdlog::error("operations: an unforeseen error: {}", unforeseen.what());
        }
        count_pause_.expires_after(interval);
        co_await count_pause_.async_wait(use_awaitable_as_tuple);
    }
}

/// The rows come by themselves, a moment later: each thread hands out its own. The last one's are written
/// with those of the others, which do not wait for a thread that is busy for longer than until the next time.
void Operations::gather_usage() {
    if (threads_asked_ > 0) write_down();
    threads_asked_ += parts_.workers.size();
    for (const auto& worker : parts_.workers) {
        worker->take_counted([this](Counted counted) {
            boost::asio::post(parts_.context, [this, counted = std::move(counted)] {
                note(counted);
                if (--threads_asked_ == 0) write_down();
            });
        });
    }
}

void Operations::write_down() {
    try {
        flush_usage();
    } catch (const std::exception& unforeseen) {
        spdlog::error("usage: an unforeseen error: {}", unforeseen.what());
    }
}

void Operations::note(const Counted& counted) {
    const std::int64_t now_us = parts_.clock.now_us();
    for (const usage::Row& row : counted.usage) activity_.add(row.key, now_us, minute_of(row.amounts));
    for (const observe::RefusedKey& key : counted.refused) {
        activity_.add(key.id, now_us, {}, key.limit_name, key.limit);
    }
    parts_.usage.add(counted.usage);
    const std::shared_ptr<const policy::Policy> current = parts_.policy();
    parts_.usage.add(usage::hour_rows(
        counted.usage, now_us, [&](const std::string& key) { return current->find(key).has_value(); }));
}

/// Once for each minute, when the other nodes have told theirs of it.
void Operations::note_peaks_of_last_minute() {
    const std::int64_t told_us = parts_.clock.now_us() - minute_is_told_us;
    const std::int64_t last = told_us / minute_us - 1;
    if (last <= peaks_minute_) return;
    peaks_minute_ = last;
    note_peaks(last);
}

/// Of the keys that this node has seen then, what all nodes together have.
void Operations::note_peaks(std::int64_t minute) {
    const std::shared_ptr<const policy::Policy> current = parts_.policy();
    std::vector<usage::Row> rows;
    for (const observe::KeyMinute& seen : activity_.minutes_of_all(minute)) {
        if (!current->find(seen.id)) continue;
        const observe::MinuteAmounts& all = seen.amounts;
        usage::Amounts amounts;
        amounts.peaks = {.requests = all.requests - all.refused,
                         .input_tokens = all.input_tokens,
                         .output_tokens = all.output_tokens,
                         .total_tokens = all.input_tokens + all.output_tokens};
        rows.push_back(usage::hour_row(seen.id, minute / 60, amounts));
    }
    parts_.usage.add(rows);
}

awaitable<void> Operations::exchange(bool leaving) {
    const std::int64_t now_us = parts_.clock.now_us();
    observe::NodeFigures figures = own_figures();
    ExchangeQuestion question{.node = name_, .figures = {}, .usage = {}};
    const bool is_heard = parts_.shared != nullptr && parts_.shared->ready();
    if (is_heard && !leaving) question.figures = observe::to_json(figures);
    cluster_.take(std::move(figures), now_us);
    cluster_.forget_silent(now_us);
    if (!is_heard) co_return;
    constexpr int batches_max = 100;  // a backlog does not keep everything else waiting
    for (int number = 0; number < batches_max; ++number) {
        const auto batch = parts_.usage.next_batch(increments_max);
        question.usage = batch ? batch_of(*batch, parts_.usage.node_name()) : UsageBatch{};
        const auto reply = co_await parts_.shared->exchange(question);
        if (!reply) co_return;
        if (batch) note_fate(*reply, batch->sequence);
        if (!leaving && number == 0) {
            take_figures(reply->nodes);
            co_await layer_.follow(reply->documents);
            if (!std::exchange(knows_layer_, true)) {
                for (const auto& worker : parts_.workers) worker->let_in();
            }
        }
        if (!batch) co_return;
    }
}

void Operations::note_fate(const ExchangeReply& reply, std::uint64_t sequence) {
    switch (reply.batch) {
        case BatchFate::applied:
            parts_.usage.acknowledge(sequence);
            break;
        case BatchFate::emptied:
            spdlog::warn("usage: the store has lost its totals; this node writes again what it has counted");
            parts_.usage.store_emptied();
            break;
        case BatchFate::differs:
            tell_of_older_copy(parts_.usage.resume_after(static_cast<std::uint64_t>(reply.sequence)));
            break;
        case BatchFate::none:
            break;
    }
}

void Operations::flush_usage() {
    (void)parts_.usage.flush(parts_.clock.now_us());
    if (parts_.usage.remark() == usage_remark_) return;
    usage_remark_ = parts_.usage.remark();
    if (usage_remark_.empty()) {
        spdlog::info("usage: is written to disk again");
    } else {
        spdlog::error("usage: can't be written to disk and waits in memory: {}", usage_remark_);
    }
}

}  // namespace weir::app
