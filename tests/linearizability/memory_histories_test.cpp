// Several threads at one embedded store.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <iostream>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "contract/contract.hpp"
#include "linearizability/histories.hpp"
#include "linearizability/random_history.hpp"
#include "support/manual_clock.hpp"
#include "weir/memory_limiter.hpp"

namespace weir::testing {

namespace {

class Threads final : public HistoryNodes {
public:
    explicit Threads(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            contexts_.emplace_back(1);
            guards_.emplace_back(contexts_.back().get_executor());
        }
        for (auto& context : contexts_) threads_.emplace_back([&context] { context.run(); });
    }
    ~Threads() override {
        for (auto& context : contexts_) context.stop();
        for (auto& thread : threads_) thread.join();
    }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;

    std::size_t size() const override { return contexts_.size(); }
    std::future<bool> start(std::size_t node, std::function<awaitable<void>(Limiter&)> work) override {
        const auto done = std::make_shared<std::promise<bool>>();
        const auto run = [](Limiter& limiter, std::function<awaitable<void>(Limiter&)> what,
                            std::shared_ptr<std::promise<bool>> ended) -> awaitable<void> {
            co_await what(limiter);
            ended->set_value(true);
        };
        boost::asio::co_spawn(contexts_[node], run(*limiter_, std::move(work), done), boost::asio::detached);
        return done->get_future();
    }
    void set_now_us(std::int64_t now_us) override { clock_.set_now_us(now_us); }

private:
    ManualClock clock_;
    std::unique_ptr<MemoryLimiter> limiter_ = make_memory_limiter(clock_);
    std::deque<boost::asio::io_context> contexts_;
    std::deque<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guards_;
    std::vector<std::thread> threads_;
};

TEST(MemoryHistories, AreLinearizable) {
    Threads threads(4);
    std::uint64_t overlapping = 0;
    const std::uint64_t first = first_history_seed();
    for (std::uint64_t seed = first; seed < first + history_count(2'000) && !::testing::Test::HasFailure();
         ++seed) {
        // Each settlement and renewal corrects one ledger after the other.
        const HistoryPlan plan{.seed = seed,
                               .name = std::to_string(seed),
                               .clients_per_node = 1,
                               .steps_per_phase = 6,
                               .pauses_us = {static_cast<std::int64_t>(seed % 7) * 5 * second_us},
                               .progresses_on_several_ledgers = false};
        const History history = record_history(threads, plan);
        if (has_overlap(history)) ++overlapping;
        EXPECT_EQ(why_not_linearizable(history, {.settles_by_ledger = true}), "") << history_hint(seed);
    }
    EXPECT_GT(overlapping, 0U);
    std::cout << overlapping << " with calls of several threads at once\n";
}

}  // namespace

}  // namespace weir::testing
