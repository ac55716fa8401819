// One node's side of the shared state, and what the tests have it say.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "support/run_awaitable.hpp"
#include "weir/clock.hpp"
#include "weir/shared_state.hpp"

namespace weir::testing {

/// On the test's own thread, which runs it only while it waits for an answer.
class Side {
public:
    explicit Side(const RedisAddress& address) : state_(make_shared_state(context_, clock_, address)) {
        boost::asio::co_spawn(context_, state_->run(), boost::asio::detached);
        while (!state_->ready() && context_.run_one() > 0) {
        }
    }
    ~Side() {
        state_->stop();
        context_.restart();
        context_.run();
    }
    Side(const Side&) = delete;
    Side& operator=(const Side&) = delete;

    // Each throws where there is no answer, but `try_exchange`.
    result<ExchangeReply> try_exchange(const ExchangeQuestion& question) {
        return run_awaitable(context_, state_->exchange(question));
    }
    ExchangeReply exchange(const ExchangeQuestion& question) { return try_exchange(question).value(); }
    DocumentNews read(const DocumentVersion& since) {
        return run_awaitable(context_, state_->read_documents(since)).value();
    }
    DocumentVersion write(const DocumentWrite& write) {
        return run_awaitable(context_, state_->write_documents(write)).value();
    }
    std::vector<UsageIncrement> usage(std::int64_t day) {
        return run_awaitable(context_, state_->read_usage(day)).value();
    }
    std::vector<HourIncrement> hours(const std::string& key, std::int64_t from, std::int64_t to) {
        return run_awaitable(context_, state_->read_hours(key, from, to)).value();
    }

private:
    SystemClock clock_;
    boost::asio::io_context context_{1};
    std::unique_ptr<SharedState> state_;
};

inline DocumentWrite write_of(DocumentVersion expected, DocumentVersion next, DocumentChanges changes) {
    return {.expected = std::move(expected),
            .next = std::move(next),
            .changes = std::move(changes),
            .history = {}};
}

inline constexpr std::int64_t day = 30'000;

inline ExchangeQuestion question_of(std::int64_t sequence, std::int64_t previous, std::int64_t amount) {
    return {.node = "n",
            .figures = "{}",
            .usage = {.writer = "w",
                      .sequence = sequence,
                      .previous = previous,
                      .increments = {{day, "acme", "gpt-4o", {amount, 1, 2, 3, 4, 5}}},
                      .hours = {}}};
}

}  // namespace weir::testing
