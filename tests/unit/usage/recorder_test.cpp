// A node's usage over restarts and kills: nothing that was flushed is lost, nothing is counted twice.
#include "usage/recorder.hpp"
#include "text/times.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <random>
#include <thread>

#include "unit/usage/folder.hpp"
#include "unit/usage/model_store.hpp"
#include "usage/sqlite.hpp"

namespace weir::usage {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t now_us = 1'795'677'300'000'000;  // 2026-11-26T07:15:00Z
const std::int64_t today = text::day_of(now_us);

Row row(std::string key, std::int64_t requests = 1) {
    return {today, std::move(key), "m", {.requests = requests, .output_tokens = 7 * requests}};
}

std::unique_ptr<Recorder> recorder_in(const Folder& folder, bool is_shared) {
    return make_recorder({.state_dir = folder.path(), .is_shared = is_shared, .now_us = now_us});
}

Sums totals_of(Recorder& recorder) {
    return sums_of(recorder.totals(0, today + 1, {}));
}

void hand_over(Recorder& recorder, ModelStore& store) {
    while (const auto batch = recorder.next_batch(100)) store.answer(recorder, *batch);
}

TEST(Embedded, TotalsOutliveTheProcess) {
    const Folder folder;
    {
        const auto recorder = recorder_in(folder, false);
        recorder->add({row("a", 2)});
        EXPECT_EQ(totals_of(*recorder), sums_of({row("a", 2)})) << "before the flush too";
        EXPECT_TRUE(recorder->flush(now_us));
        recorder->add({row("a", 3), row("b")});
        EXPECT_EQ(recorder->waiting_rows(), 2U);
        EXPECT_EQ(totals_of(*recorder), sums_of({row("a", 5), row("b")}));
        EXPECT_TRUE(recorder->flush(now_us));
        EXPECT_TRUE(recorder->notes().empty());
    }
    const auto recorder = recorder_in(folder, false);
    EXPECT_EQ(totals_of(*recorder), sums_of({row("a", 5), row("b")}));
    EXPECT_TRUE(recorder->totals(today + 1, today + 1, {}).empty());
}

TEST(Embedded, WithoutADirectoryCountsInMemory) {
    const auto recorder = make_recorder({});
    EXPECT_TRUE(recorder->notes().empty());
    recorder->add({row("a")});
    EXPECT_TRUE(recorder->flush(now_us));
    EXPECT_EQ(totals_of(*recorder), sums_of({row("a")}));
}

TEST(Embedded, WhatCanNotBeWrittenIsTriedAgain) {
    const Folder folder;
    const auto recorder = recorder_in(folder, false);
    Connection other(folder.file());
    other.run("CREATE TRIGGER no BEFORE INSERT ON totals BEGIN SELECT RAISE(ABORT, 'no room'); END");
    recorder->add({row("a")});
    EXPECT_FALSE(recorder->flush(now_us));
    EXPECT_THAT(recorder->remark(), HasSubstr("no room"));
    recorder->add({row("a")});
    EXPECT_EQ(totals_of(*recorder), sums_of({row("a", 2)}));
    other.run("DROP TRIGGER no");
    EXPECT_TRUE(recorder->flush(now_us));
    EXPECT_EQ(recorder->remark(), "");
    EXPECT_EQ(totals_of(*recorder), sums_of({row("a", 2)}));
}

TEST(SharedLedger, GoesOnWhereItWas) {
    const Folder folder;
    ModelStore store;
    std::string name;
    {
        const auto recorder = recorder_in(folder, true);
        name = recorder->node_name();
        recorder->add({row("a", 2)});
        hand_over(*recorder, store);
        recorder->add({row("a", 3)});
        store.apply(*recorder->next_batch(100));  // and the answer is lost, with the process
    }
    const auto recorder = recorder_in(folder, true);
    EXPECT_EQ(recorder->node_name(), name);
    recorder->add({row("b")});
    hand_over(*recorder, store);
    EXPECT_EQ(store.sums, sums_of({row("a", 5), row("b")}));
    EXPECT_EQ(recorder->waiting_rows(), 0U);
}

TEST(SharedLedger, HoldsBackWhatTheDiskCanNotTake) {
    const Folder folder;
    const auto recorder = recorder_in(folder, true);
    ModelStore store;
    Connection other(folder.file());
    other.run("CREATE TRIGGER no BEFORE INSERT ON in_flight BEGIN SELECT RAISE(ABORT, 'no room'); END");
    recorder->add({row("a")});
    EXPECT_FALSE(recorder->next_batch(100));
    EXPECT_THAT(recorder->remark(), HasSubstr("no room"));
    other.run("DROP TRIGGER no");
    hand_over(*recorder, store);
    EXPECT_EQ(store.sums, sums_of({row("a")}));
}

TEST(SharedLedger, ForgetsWhatTheStoreHasOfEarlierDays) {
    const Folder folder;
    constexpr std::int64_t day_us = 86'400'000'000;
    const auto recorder = recorder_in(folder, true);
    ModelStore store;
    recorder->add({row("a")});
    hand_over(*recorder, store);
    EXPECT_TRUE(recorder->flush(now_us + day_us));
    EXPECT_EQ(totals_of(*recorder).size(), 1U);
    EXPECT_TRUE(recorder->flush(now_us + 2 * day_us));
    EXPECT_TRUE(totals_of(*recorder).empty());
    EXPECT_TRUE(recorder->flush(now_us + 2 * day_us));  // writes that down
    EXPECT_EQ(Connection(folder.file()).number("SELECT COUNT(*) FROM ledger"), 0);
}

TEST(SharedLedger, WithoutADirectoryWorksAllTheSame) {
    const auto recorder = make_recorder({.state_dir = {}, .is_shared = true, .now_us = now_us});
    EXPECT_TRUE(recorder->notes().empty());
    EXPECT_EQ(recorder->node_name().size(), 16U);
    ModelStore store;
    recorder->add({row("a")});
    hand_over(*recorder, store);
    EXPECT_EQ(store.sums, sums_of({row("a")}));
}

/// A child that works until it is killed. What it says with each number is that so many rounds are safe.
class Killed {
public:
    template <typename Work>
    explicit Killed(Work work) {
        if (::pipe(pipe_.data()) != 0) throw std::runtime_error("no pipe");
        child_ = ::fork();
        if (child_ == 0) {
            work([this](std::int64_t rounds) { (void)!::write(pipe_[1], &rounds, sizeof(rounds)); });
            ::_exit(1);
        }
        ::close(pipe_[1]);
    }
    /// Kills it at some moment, and returns the last number.
    std::int64_t kill_after(std::chrono::microseconds time) {
        std::int64_t rounds = 0;
        std::int64_t said = 0;
        if (::read(pipe_[0], &said, sizeof(said)) == sizeof(said)) rounds = said;  // it has begun
        std::this_thread::sleep_for(time);
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        while (::read(pipe_[0], &said, sizeof(said)) == sizeof(said)) rounds = said;
        ::close(pipe_[0]);
        return rounds;
    }

private:
    std::array<int, 2> pipe_{};
    pid_t child_ = 0;
};

std::int64_t requests_of(const Sums& sums, const std::string& key) {
    const auto found = sums.find({today, key, "m"});
    return found == sums.end() ? 0 : found->second.requests;
}

TEST(Embedded, AKillLosesNothingThatWasFlushed) {
    const Folder folder;
    std::mt19937 random(1);
    std::int64_t flushed = 0;
    for (int life = 0; life < 20; ++life) {
        Killed child([&](const auto& say) {
            const auto recorder = recorder_in(folder, false);
            for (std::int64_t round = flushed + 1;; ++round) {
                recorder->add({row("a", 1), row("b", 2), row("c" + std::to_string(round % 500), 1)});
                recorder->flush(now_us);
                say(round);
            }
        });
        const std::int64_t said = child.kill_after(std::chrono::microseconds(random() % 30'000));
        const auto recorder = recorder_in(folder, false);
        ASSERT_TRUE(recorder->notes().empty());
        const Sums sums = totals_of(*recorder);
        const std::int64_t rounds = requests_of(sums, "a");
        ASSERT_GE(rounds, said);
        ASSERT_LE(rounds, said + 1) << "that it did not come to say";
        ASSERT_EQ(requests_of(sums, "b"), 2 * rounds) << "a flush is whole or not there";
        ASSERT_EQ(sums.at({today, "a", "m"}).output_tokens, 7 * rounds);
        flushed = rounds;
    }
    EXPECT_GT(flushed, 20);
}

/// The store lives on in a file of the test's, each batch applied to it in one step, as Redis does it.
class FileStore {
public:
    explicit FileStore(const std::string& path) : connection_(path) {
        connection_.run(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
            "CREATE TABLE IF NOT EXISTS sums (key TEXT PRIMARY KEY, requests INTEGER);"
            "CREATE TABLE IF NOT EXISTS last (sequence INTEGER)");
    }
    void answer(Recorder& recorder, const Batch& batch) {
        ModelStore store;
        const std::int64_t last = connection_.number("SELECT sequence FROM last");
        if (last != 0) store.last = static_cast<std::uint64_t>(last);
        Transaction transaction(connection_);
        const auto before = store.last;
        store.answer(recorder, batch);
        if (store.last != before) {
            connection_.run("DELETE FROM last; INSERT INTO last VALUES (" + std::to_string(*store.last) +
                            ")");
            for (const auto& [name, amounts] : store.sums) {
                connection_.run("INSERT INTO sums VALUES ('" + std::get<1>(name) + "', " +
                                std::to_string(amounts.requests) +
                                ") ON CONFLICT (key) DO UPDATE SET requests = requests + excluded.requests");
            }
        }
        transaction.commit();
    }
    std::int64_t requests_of(const std::string& key) {
        return connection_.number("SELECT requests FROM sums WHERE key = '" + key + "'");
    }

private:
    Connection connection_;
};

TEST(SharedLedger, AKillNeitherLosesNorDoublesWhatWasFlushed) {
    const Folder folder;
    const Folder of_store;
    std::mt19937 random(2);
    std::int64_t flushed = 0;
    for (int life = 0; life < 20; ++life) {
        Killed child([&](const auto& say) {
            const auto recorder = recorder_in(folder, true);
            FileStore store(of_store.file());
            for (std::int64_t round = flushed + 1;; ++round) {
                recorder->add({row("a", 1), row("b", 2)});
                recorder->flush(now_us);
                say(round);
                while (const auto batch = recorder->next_batch(1)) store.answer(*recorder, *batch);
            }
        });
        const std::int64_t said = child.kill_after(std::chrono::microseconds(random() % 30'000));
        const auto recorder = recorder_in(folder, true);
        FileStore store(of_store.file());
        while (const auto batch = recorder->next_batch(1)) store.answer(*recorder, *batch);
        recorder->flush(now_us);
        const std::int64_t rounds = store.requests_of("a");
        ASSERT_GE(rounds, said);
        ASSERT_LE(rounds, said + 1);
        ASSERT_EQ(store.requests_of("b"), 2 * rounds);
        flushed = rounds;
    }
    EXPECT_GT(flushed, 20);
}

/// Says how long a flush takes; the bound is far above what any disk needs.
TEST(Embedded, TenThousandRowsAreOneShortFlush) {
    const Folder folder;
    const auto recorder = recorder_in(folder, false);
    std::vector<Row> rows;
    for (int i = 0; i < 10'000; ++i) rows.push_back(row("key-" + std::to_string(i)));
    for (const char* what : {"inserted", "updated"}) {
        recorder->add(rows);
        const auto begin = std::chrono::steady_clock::now();
        ASSERT_TRUE(recorder->flush(now_us));
        const auto ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
        RecordProperty(what, static_cast<int>(ms.count()));
        std::cout << "10,000 rows " << what << ": " << ms.count() << " ms\n";
        EXPECT_LT(ms.count(), 10'000);
    }
}

}  // namespace
}  // namespace weir::usage
