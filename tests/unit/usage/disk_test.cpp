// The file that usage is kept in: made, opened, put aside; and who may use its directory.
#include "usage/disk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "unit/usage/folder.hpp"
#include "unit/usage/model_store.hpp"
#include "usage/state_lock.hpp"
#include "usage/totals_table.hpp"

namespace weir::usage {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t now_us = 1'795'677'300'000'000;  // 2026-11-26T07:15:00Z

Row row(std::int64_t day, std::string key, std::string model, std::int64_t requests = 1) {
    return {day, std::move(key), std::move(model), {.requests = requests, .output_tokens = 3 * requests}};
}

std::vector<std::string> files_of(const Folder& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        names.push_back(entry.path().filename());
    return names;
}

std::string refusal_of(const std::string& directory) {
    try {
        const Disk disk(directory, Durability::process, now_us);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "none";
}

TEST(Disk, IsMadeAndFoundAgain) {
    const Folder folder;
    {
        Disk disk(folder.path(), Durability::process, now_us);
        TotalsTable(disk).add({row(5, "a", "m")});
        EXPECT_EQ(disk.connection().text("PRAGMA journal_mode"), "wal");
        EXPECT_EQ(disk.connection().number("PRAGMA user_version"), Disk::schema);
    }
    Disk disk(folder.path(), Durability::process, now_us);
    EXPECT_TRUE(disk.notes().empty());
    EXPECT_EQ(TotalsTable(disk).totals(0, 9, {}).size(), 1U);
    const auto rights = std::filesystem::status(folder.file()).permissions();
    EXPECT_EQ(rights & std::filesystem::perms::others_read, std::filesystem::perms::none);
}

TEST(Disk, WhatIsNoDatabaseIsKeptAside) {
    const Folder folder;
    folder.write(std::string(5'000, 'x'));
    Disk disk(folder.path(), Durability::process, now_us);
    ASSERT_EQ(disk.notes().size(), 1U);
    const std::string aside = folder.file() + ".broken-2026-11-26T071500Z";
    EXPECT_THAT(disk.notes()[0], HasSubstr(aside));
    EXPECT_EQ(std::filesystem::file_size(aside), 5'000U);
    TotalsTable(disk).add({row(5, "a", "m")});
}

TEST(Disk, SeveralOfTheSameSecondAreKeptAside) {
    const Folder folder;
    for (int i = 0; i < 3; ++i) {
        std::filesystem::remove(folder.file() + "-wal");
        folder.write(std::string(5'000, 'x'));
        const Disk disk(folder.path(), Durability::process, now_us);
    }
    const std::vector<std::string> files = files_of(folder);
    EXPECT_EQ(std::count_if(files.begin(), files.end(),
                            [](const std::string& name) { return name.find("broken") != name.npos; }),
              3);
}

TEST(Disk, ABrokenDatabaseIsKeptAside) {
    const Folder folder;
    {
        Disk disk(folder.path(), Durability::process, now_us);
        std::vector<Row> rows;
        for (int i = 0; i < 3'000; ++i) rows.push_back(row(5, "a" + std::to_string(i), "m"));
        TotalsTable(disk).add(rows);
    }
    std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(8'192);
    file << std::string(12'000, '\xee');
    file.close();
    Disk disk(folder.path(), Durability::process, now_us);
    EXPECT_EQ(disk.notes().size(), 1U);
    EXPECT_TRUE(TotalsTable(disk).totals(0, 9, {}).empty());
}

TEST(Disk, OfANewerWeirIsKeptAsItIsAndCountingBeginsAnew) {
    const Folder folder;
    {
        Connection newer(folder.file());
        newer.run("CREATE TABLE of_the_future (what TEXT); INSERT INTO of_the_future VALUES ('kept')");
        newer.run("PRAGMA user_version = 7");
    }
    Disk disk(folder.path(), Durability::process, now_us);
    const std::string aside = folder.file() + ".newer-2026-11-26T071500Z";
    ASSERT_EQ(disk.notes().size(), 1U);
    EXPECT_THAT(disk.notes()[0], HasSubstr("a newer weir wrote it, schema 7, and this one knows 2"));
    EXPECT_THAT(disk.notes()[0], HasSubstr(aside));
    TotalsTable(disk).add({row(5, "a", "m")});
    EXPECT_EQ(TotalsTable(disk).totals(0, 9, {}).size(), 1U);
    Connection kept(aside);
    EXPECT_EQ(kept.number("PRAGMA user_version"), 7);
    EXPECT_EQ(kept.text("SELECT what FROM of_the_future"), "kept");
    EXPECT_EQ(kept.text("PRAGMA journal_mode"), "delete") << "nothing of it was changed";
}

TEST(Disk, ThatCanNotBeOpenedSaysWhich) {
    EXPECT_THAT(refusal_of("/no/such/folder"), HasSubstr("/no/such/folder/usage.sqlite"));
    const Folder folder;
    std::filesystem::create_directory(folder.file());
    EXPECT_THAT(refusal_of(folder.path()), HasSubstr(folder.file()));
}

TEST(StateLock, IsHeldByOneProcess) {
    const Folder folder;
    const std::string directory = folder.path() + "/deep/er";
    {
        const StateLock lock(directory);
        try {
            const StateLock second(directory);
            FAIL() << "two hold it";
        } catch (const std::runtime_error& error) {
            EXPECT_THAT(error.what(), HasSubstr(directory));
            EXPECT_THAT(error.what(), HasSubstr("process " + std::to_string(::getpid())));
            EXPECT_THAT(error.what(), HasSubstr("--state-dir"));
        }
    }
    const StateLock again(directory);
}

TEST(StateLock, ADirectoryThatItMakesIsForItsOwnerAlone) {
    const Folder folder;
    const std::string made = folder.path() + "/made";
    const StateLock lock(made);
    EXPECT_EQ(std::filesystem::status(made).permissions(), std::filesystem::perms::owner_all);
}

TEST(StateLock, GoesWithAProcessThatIsKilled) {
    const Folder folder;
    const pid_t child = ::fork();
    if (child == 0) {
        const StateLock lock(folder.path());
        ::raise(SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    const StateLock lock(folder.path());
}

TEST(StateLock, SaysWhatIsWrongWithTheDirectory) {
    const Folder folder;
    folder.write("a file");
    EXPECT_THROW(StateLock(folder.file() + "/x"), std::runtime_error);
}

class Totals : public ::testing::Test {
protected:
    Disk disk_{"", Durability::process, now_us};
    TotalsTable table_{disk_};
};

TEST_F(Totals, AreSummedAndGroupedAsRowsAre) {
    const std::vector<Row> rows{row(5, "b", "m", 1), row(4, "b", "n", 2), row(4, "a", "m", 4),
                                row(5, "b", "m", 8), row(9, "b", "m", 16)};
    table_.add({rows[0], rows[1]});
    table_.add({rows[2], rows[3], rows[4]});
    for (int bits = 0; bits < 8; ++bits) {
        const Grouping by{.key = (bits & 1) != 0, .model = (bits & 2) != 0, .day = (bits & 4) != 0};
        const std::vector<Row> expected = group({rows.begin(), rows.end() - 1}, by);
        EXPECT_EQ(totals_json(table_.totals(4, 5, by), by, 4, 5), totals_json(expected, by, 4, 5));
    }
    EXPECT_TRUE(table_.totals(6, 8, {}).empty());
}

TEST_F(Totals, KeepAKeysSumWhereItHasTooManyModels) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < models_max + 7; ++i) rows.push_back(row(5, "a", "m" + std::to_string(i)));
    rows.push_back(row(5, "b", "m"));
    rows.push_back(row(6, "a", "m"));
    table_.add(rows);
    const Sums sums = sums_of(table_.totals(0, 9, {}));
    EXPECT_EQ(sums.size(), models_max + 3);
    EXPECT_EQ(sums.at({5, "a", "(other)"}).requests, 7);
    EXPECT_EQ(table_.folded(), 7U);
}

TEST_F(Totals, ForgetWhatIsOlderThan400Days) {
    table_.add({row(100, "a", "m"), row(101, "a", "m"), row(500, "a", "m")});
    table_.forget_old(500);
    EXPECT_EQ(sums_of(table_.totals(0, 999, {})), sums_of({row(101, "a", "m"), row(500, "a", "m")}));
    table_.forget_old(500);
    EXPECT_EQ(table_.totals(0, 999, {}).size(), 2U);
    // A clock that is far ahead for a moment takes one day.
    table_.forget_old(9'000);
    EXPECT_EQ(table_.totals(0, 999, {}).size(), 1U);
}

TEST_F(Totals, NothingOfAFailedAdditionStays) {
    table_.add({row(5, "a", "m")});
    disk_.connection().run(
        "CREATE TRIGGER no BEFORE INSERT ON totals WHEN NEW.key = 'bad' "
        "BEGIN SELECT RAISE(ABORT, 'no'); END");
    EXPECT_THROW(table_.add({row(5, "a", "m"), row(5, "c", "m"), row(5, "bad", "m")}), SqliteError);
    EXPECT_EQ(sums_of(table_.totals(0, 9, {})), sums_of({row(5, "a", "m")}));
    table_.add({row(5, "c", "m")});
    EXPECT_EQ(table_.totals(0, 9, {}).size(), 2U);
}

}  // namespace
}  // namespace weir::usage
