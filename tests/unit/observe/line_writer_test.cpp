// Lines arrive whole and in order; what has no room is dropped and counted.
#include "observe/line_writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weir::observe {
namespace {

class LineWriterTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(::pipe(ends_.data()), 0);
        writer_ = std::make_unique<LineWriter>(ends_[1]);
    }
    void TearDown() override { ::close(ends_[0]); }

    void finish() {
        writer_.reset();
        ::close(ends_[1]);
    }

    std::string read_to_the_end() const {
        std::string all;
        std::array<char, 65536> bytes{};
        for (ssize_t size = 0; (size = ::read(ends_[0], bytes.data(), bytes.size())) > 0;)
            all.append(bytes.data(), static_cast<std::size_t>(size));
        return all;
    }

    std::array<int, 2> ends_{};
    std::unique_ptr<LineWriter> writer_;
};

TEST_F(LineWriterTest, WhatWasWrittenIsThereAtTheEnd) {
    writer_->write("one");
    writer_->write("");
    writer_->write("two");
    finish();
    EXPECT_EQ(read_to_the_end(), "one\n\ntwo\n");
}

TEST_F(LineWriterTest, LinesOfManyThreadsKeepTheirOrder) {
    constexpr int lines_each = 10'000;
    constexpr int thread_count = 4;
    const std::string padding(100, '.');
    std::thread writing([&] {
        std::vector<std::thread> threads;
        for (int thread = 0; thread < thread_count; ++thread) {
            threads.emplace_back([&, thread] {
                for (int line = 0; line < lines_each; ++line)
                    writer_->write(std::to_string(thread) + " " + std::to_string(line) + " " + padding);
            });
        }
        for (std::thread& thread : threads) thread.join();
        EXPECT_EQ(writer_->lines_dropped(), 0U);
        finish();
    });
    std::istringstream all(read_to_the_end());
    writing.join();

    std::map<int, int> next;
    std::string dots;
    for (int thread = 0, line = 0; all >> thread >> line >> dots;) {
        ASSERT_EQ(line, next[thread]++) << thread;
        ASSERT_EQ(dots, padding);
    }
    for (int thread = 0; thread < thread_count; ++thread) EXPECT_EQ(next[thread], lines_each);
}

TEST_F(LineWriterTest, WhatHasNoRoomIsDroppedCountedAndToldOnce) {
    std::uint64_t told = 0;
    int calls = 0;
    writer_ = std::make_unique<LineWriter>(
        ends_[1], LineWriterOptions{.waiting_bytes_max = 1'000'000, .on_drop = [&](std::uint64_t lines) {
                                        told += lines;
                                        ++calls;
                                    }});
    const std::string line(999, 'x');
    int written = 0;
    for (int i = 0; i < 10'000; ++i) written += writer_->write(line) ? 1 : 0;
    EXPECT_EQ(writer_->lines_dropped(), static_cast<std::uint64_t>(10'000 - written));
    EXPECT_GT(writer_->lines_dropped(), 0U);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(told, 1U);
    std::string all;
    std::thread reading([&] { all = read_to_the_end(); });
    finish();
    reading.join();
    EXPECT_EQ(all.size(), static_cast<std::size_t>(written) * (line.size() + 1));
}

TEST_F(LineWriterTest, TheEndDoesNotWaitForAReaderThatTakesNothing) {
    writer_ = std::make_unique<LineWriter>(ends_[1], LineWriterOptions{.patience_ms = 200});
    for (int i = 0; i < 1'000; ++i) writer_->write(std::string(1'000, 'x'));
    finish();
    EXPECT_GE(read_to_the_end().size(), 4'096U);
}

TEST_F(LineWriterTest, FlushWaitsUntilItIsWritten) {
    writer_->write("one");
    writer_->flush();
    std::array<char, 8> bytes{};
    EXPECT_EQ(::read(ends_[0], bytes.data(), bytes.size()), 4);
    writer_->flush();
    finish();
}

TEST_F(LineWriterTest, LinesThatCanNotBeWrittenAreCounted) {
    const int full = ::open("/dev/full", O_WRONLY);
    ASSERT_GE(full, 0);
    LineWriter writer(full);
    writer.write("one");
    writer.write("two");
    writer.flush();
    EXPECT_EQ(writer.lines_dropped(), 2U);
    ::close(full);
    finish();
}

TEST_F(LineWriterTest, AReaderThatIsGoneEndsNothing) {
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    ::close(std::exchange(ends_[0], -1));
    for (int line = 0; line < 100; ++line) writer_->write("to nobody");
    finish();
    std::signal(SIGPIPE, before);
}

}  // namespace
}  // namespace weir::observe
