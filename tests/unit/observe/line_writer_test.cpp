// Lines arrive whole, in order, all of them, however slow their reader is.
#include "observe/line_writer.hpp"

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

TEST_F(LineWriterTest, LinesOfManyThreadsOutlastASlowReader) {
    constexpr int lines_each = 20'000;
    constexpr int thread_count = 4;
    const std::string padding(200, '.');  // together several times what may wait
    std::thread writing([&] {
        std::vector<std::thread> threads;
        for (int thread = 0; thread < thread_count; ++thread) {
            threads.emplace_back([&, thread] {
                for (int line = 0; line < lines_each; ++line)
                    writer_->write(std::to_string(thread) + " " + std::to_string(line) + " " + padding);
            });
        }
        for (std::thread& thread : threads) thread.join();
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

TEST_F(LineWriterTest, AReaderThatIsGoneEndsNothing) {
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    ::close(std::exchange(ends_[0], -1));
    for (int line = 0; line < 100; ++line) writer_->write("to nobody");
    finish();
    std::signal(SIGPIPE, before);
}

}  // namespace
}  // namespace weir::observe
