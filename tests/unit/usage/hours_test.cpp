// The hours of keys: which rows they come to, that they outlive the process, and how long they are kept.
#include "usage/hours.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "unit/usage/folder.hpp"
#include "unit/usage/model_store.hpp"
#include "usage/recorder.hpp"
#include "usage/totals_table.hpp"

namespace weir::usage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t now_us = 1'795'677'300'000'000;  // 2026-11-26T07:15:00Z
constexpr std::int64_t now_hour = now_us / hour_us;

Row day_row(std::string key, std::string model, std::int64_t requests) {
    return {.day = now_hour / 24,
            .key = std::move(key),
            .model = std::move(model),
            .amounts = {.requests = requests, .admitted = requests - 1, .refused = 1, .input_tokens = 10}};
}

Row row_of(const std::string& key, std::int64_t hour, std::int64_t requests, std::int64_t peak = 0) {
    return hour_row(key, hour, {.requests = requests, .output_tokens = 3, .peaks = {.requests = peak}});
}

KeyHour hour_of_key(std::int64_t hour, std::int64_t requests, std::int64_t output, std::int64_t peak) {
    return {hour, {.requests = requests, .output_tokens = output, .peaks = {.requests = peak}}};
}

TEST(HourRows, AreOneOfEachKeyThatIsKnown) {
    const std::vector<Row> rows = hour_rows(
        {day_row("a", "m", 3), day_row("unknown-1", "m", 9), day_row("a", "n", 4), day_row("b", "m", 2)},
        now_us, [](const std::string& key) { return key.size() == 1; });
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].key, "a");
    EXPECT_EQ(rows[0].model, "");
    EXPECT_EQ(rows[0].hour, 7);
    EXPECT_EQ(hour_of(rows[0].day, rows[0].hour), now_hour);
    EXPECT_EQ(rows[0].amounts, (Amounts{.requests = 7, .refused = 2, .input_tokens = 20}));
    EXPECT_EQ(rows[1].key, "b");
}

class Hours : public ::testing::Test {
protected:
    Disk disk_{"", Durability::process, now_us};
    TotalsTable table_{disk_};
};

TEST_F(Hours, AddUpAndKeepTheHighestPeak) {
    table_.add({row_of("a", now_hour, 2, 5), row_of("b", now_hour, 9), row_of("a", now_hour - 3, 1, 1)});
    table_.add({row_of("a", now_hour, 3, 4), day_row("a", "m", 7)});
    EXPECT_THAT(table_.hours().hours("a", now_hour - 9, now_hour),
                ElementsAre(hour_of_key(now_hour - 3, 1, 3, 1), hour_of_key(now_hour, 5, 6, 5)));
    EXPECT_THAT(table_.hours().hours("a", now_hour - 9, now_hour - 4), IsEmpty());
    EXPECT_THAT(table_.hours().hours("nobody", now_hour - 9, now_hour), IsEmpty());
    EXPECT_EQ(table_.totals(0, now_hour, {}).size(), 1U) << "an hour is no total of a day";
}

TEST_F(Hours, AreKeptForFiveWeeks) {
    const std::int64_t oldest = now_hour - hours_kept;
    table_.add({row_of("a", oldest - 1, 1), row_of("a", oldest, 1), row_of("a", now_hour, 1)});
    table_.hours().forget_old(now_hour);
    EXPECT_EQ(table_.hours().hours("a", 0 + oldest - 9, now_hour).size(), 2U);
    // A clock that is far ahead for a moment takes a day.
    table_.add({row_of("a", oldest + 23, 1), row_of("a", oldest + 24, 1)});
    table_.hours().forget_old(now_hour + 90'000);
    EXPECT_EQ(table_.hours().hours("a", oldest, now_hour).front().hour, oldest + 24);
}

TEST_F(Hours, AreBoundedInEachHour) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < HoursTable::keys_of_hour_max + 7; ++i)
        rows.push_back(row_of("k" + std::to_string(i), now_hour, 1));
    rows.push_back(row_of("k1", now_hour + 1, 1));
    table_.add(rows);
    EXPECT_EQ(table_.folded(), 7U);
    EXPECT_EQ(table_.hours().hours("(other)", now_hour, now_hour)[0].amounts.requests, 7);
    EXPECT_EQ(table_.hours().hours("k1", now_hour, now_hour + 1).size(), 2U);
    EXPECT_EQ(disk_.connection().number("SELECT COUNT(*) FROM hours"),
              static_cast<std::int64_t>(HoursTable::keys_of_hour_max) + 2);
}

TEST_F(Hours, NothingOfAFailedAdditionStays) {
    disk_.connection().run("CREATE TRIGGER no BEFORE INSERT ON totals BEGIN SELECT RAISE(ABORT, 'no'); END");
    EXPECT_THROW(table_.add({row_of("a", now_hour, 1), day_row("a", "m", 1)}), SqliteError);
    EXPECT_THAT(table_.hours().hours("a", now_hour, now_hour), IsEmpty());
}

TEST(EmbeddedHours, OutliveTheProcess) {
    const Folder folder;
    const RecorderOptions options{.state_dir = folder.path(), .is_shared = false, .now_us = now_us};
    for (int life = 0; life < 2; ++life) {
        const auto recorder = make_recorder(options);
        recorder->add({row_of("a", now_hour, 2, 3 - life), day_row("a", "m", 2)});
        ASSERT_TRUE(recorder->flush(now_us));
    }
    const auto recorder = make_recorder(options);
    EXPECT_THAT(recorder->hours("a", now_hour - 1, now_hour + 1),
                ElementsAre(hour_of_key(now_hour, 4, 6, 3)));
    EXPECT_EQ(recorder->totals(now_hour / 24, now_hour / 24, {}).front().amounts.requests, 4);
}

TEST(SharedHours, GoOnWhereTheyWere) {
    const Folder folder;
    const RecorderOptions options{.state_dir = folder.path(), .is_shared = true, .now_us = now_us};
    ModelStore store;
    {
        const auto recorder = make_recorder(options);
        recorder->add({row_of("a", now_hour, 2, 5)});
        store.apply(*recorder->next_batch(100));  // and the answer is lost, with the process
    }
    const auto recorder = make_recorder(options);
    recorder->add({row_of("a", now_hour, 1, 4)});
    while (const auto batch = recorder->next_batch(100)) store.answer(*recorder, *batch);
    EXPECT_EQ(store.sums.at({now_hour / 24, "a", "hour 7"}),
              (Amounts{.requests = 3, .output_tokens = 6, .peaks = {.requests = 5}}));
    EXPECT_THAT(recorder->hours("a", now_hour, now_hour), IsEmpty()) << "the store has them";
}

TEST(SharedHours, AreForgottenAfterThreeHours) {
    const Folder folder;
    const auto recorder = make_recorder({.state_dir = folder.path(), .is_shared = true, .now_us = now_us});
    ModelStore store;
    recorder->add({row_of("a", now_hour, 1), day_row("a", "m", 1)});
    while (const auto batch = recorder->next_batch(100)) store.answer(*recorder, *batch);
    for (int hours = 2; hours <= 3; ++hours) {
        EXPECT_TRUE(recorder->flush(now_us + hours * hour_us));
        EXPECT_TRUE(recorder->flush(now_us + hours * hour_us));  // writes down what it has forgotten
        EXPECT_EQ(Connection(folder.file()).number("SELECT COUNT(*) FROM ledger"), hours == 2 ? 2 : 1);
    }
}

/// As a weir of schema 1 made it: tables, one day's totals, one row of the ledger, and a batch in flight.
void write_schema_1(const std::string& path) {
    Connection(path).run(R"(
        CREATE TABLE totals (
            day INTEGER NOT NULL, key TEXT NOT NULL, model TEXT NOT NULL,
            requests INTEGER NOT NULL, admitted INTEGER NOT NULL, refused INTEGER NOT NULL,
            input_tokens INTEGER NOT NULL, cached_input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
            PRIMARY KEY (day, key, model)) WITHOUT ROWID;
        CREATE TABLE ledger (
            day INTEGER NOT NULL, key TEXT NOT NULL, model TEXT NOT NULL,
            requests INTEGER NOT NULL, admitted INTEGER NOT NULL, refused INTEGER NOT NULL,
            input_tokens INTEGER NOT NULL, cached_input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
            acknowledged_requests INTEGER NOT NULL, acknowledged_admitted INTEGER NOT NULL,
            acknowledged_refused INTEGER NOT NULL, acknowledged_input_tokens INTEGER NOT NULL,
            acknowledged_cached_input_tokens INTEGER NOT NULL, acknowledged_output_tokens INTEGER NOT NULL,
            PRIMARY KEY (day, key, model)) WITHOUT ROWID;
        CREATE TABLE in_flight (
            day INTEGER NOT NULL, key TEXT NOT NULL, model TEXT NOT NULL,
            requests INTEGER NOT NULL, admitted INTEGER NOT NULL, refused INTEGER NOT NULL,
            input_tokens INTEGER NOT NULL, cached_input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL);
        CREATE TABLE node (
            name TEXT NOT NULL, sequence INTEGER NOT NULL, acknowledged INTEGER NOT NULL,
            in_flight INTEGER NOT NULL);
        INSERT INTO totals VALUES (20783, 'a', 'm', 5, 4, 1, 50, 20, 70);
        INSERT INTO ledger VALUES (20783, 'a', 'm', 5, 4, 1, 50, 20, 70, 2, 2, 0, 20, 10, 30);
        INSERT INTO in_flight VALUES (20783, 'a', 'm', 3, 2, 1, 30, 10, 40);
        INSERT INTO node VALUES ('0123456789abcdef', 7, 6, 1);
        PRAGMA user_version = 1;)");
}

TEST(Schema1, IsBroughtUpWithAllThatItHolds) {
    const Folder folder;
    write_schema_1(folder.file());
    {
        const auto recorder =
            make_recorder({.state_dir = folder.path(), .is_shared = false, .now_us = now_us});
        EXPECT_TRUE(recorder->notes().empty());
        EXPECT_EQ(recorder->totals(20'783, 20'783, {}).at(0).amounts.output_tokens, 70);
        recorder->add({row_of("a", now_hour, 2)});
        ASSERT_TRUE(recorder->flush(now_us));
        EXPECT_EQ(recorder->hours("a", now_hour, now_hour).size(), 1U);
    }
    const auto recorder = make_recorder({.state_dir = folder.path(), .is_shared = true, .now_us = now_us});
    EXPECT_EQ(recorder->node_name(), "0123456789abcdef");
    const auto batch = recorder->next_batch(100);
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->sequence, 7U);
    EXPECT_EQ(batch->previous, 6U);
    ASSERT_EQ(batch->increments.size(), 1U);
    EXPECT_EQ(batch->increments[0].hour, whole_day);
    EXPECT_EQ(batch->increments[0].model, "m");
    EXPECT_EQ(batch->increments[0].amounts, (Amounts{.requests = 3,
                                                     .admitted = 2,
                                                     .refused = 1,
                                                     .input_tokens = 30,
                                                     .cached_input_tokens = 10,
                                                     .output_tokens = 40}));
}

/// Says what the documents say of the size of a key's history.
TEST(EmbeddedHours, OfABusyKeyAreFiftyKilobytes) {
    const Folder folder;
    constexpr int keys = 20;
    const auto recorder = make_recorder({.state_dir = folder.path(), .is_shared = false, .now_us = now_us});
    for (std::int64_t hour = now_hour - hours_kept + 1; hour <= now_hour; ++hour) {
        std::vector<Row> rows;
        for (int key = 0; key < keys; ++key) {
            rows.push_back(hour_row("team-" + std::to_string(key), hour,
                                    {.requests = 3'600,
                                     .refused = 12,
                                     .input_tokens = 12'345'678,
                                     .output_tokens = 3'456'789,
                                     .peaks = {90, 345'678, 98'765, 444'443}}));
        }
        recorder->add(rows);
        ASSERT_TRUE(recorder->flush(now_us));
    }
    Connection file(folder.file());
    const std::int64_t bytes = file.number("PRAGMA page_count") * file.number("PRAGMA page_size") / keys;
    std::cout << "a key that is busy in every hour of five weeks: " << bytes << " bytes\n";
    EXPECT_LT(bytes, 60'000);
}

}  // namespace
}  // namespace weir::usage
