// Memory of the real process: idle connections, a large request, a large streamed answer.
#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <thread>
#include <vector>

#include "mock_upstream/mock_upstream.hpp"
#include "support/child_process.hpp"
#include "support/raw_client.hpp"
#include "support/sanitized.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t mib_in_kib = 1024;

class Memory : public ::testing::Test {
protected:
    void SetUp() override {
        if (sanitized) GTEST_SKIP() << "a sanitizer's own memory would be measured";
        upstream_.start();
        weir_ = std::make_unique<ChildProcess>(
            WEIR_PROGRAM,
            std::vector<std::string>{"--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--upstream",
                                     upstream_.url()},
            std::vector<std::string>{"RPM_LIMIT=1000000000000", "INPUT_TPM_LIMIT=1000000000000",
                                     "OUTPUT_TPM_LIMIT=1000000000000"});
        port_ = weir_->port_after("listening on 127.0.0.1:");
        ASSERT_NE(port_, 0) << weir_->errors();
    }

    void expect_served() {
        RawClient client(port_);
        client.send(post("/v1/chat/completions", chat_body()));
        EXPECT_EQ(client.read_answer().status, 200);
    }

    mock::MockUpstream upstream_{{}};
    std::unique_ptr<ChildProcess> weir_;
    std::uint16_t port_ = 0;
};

TEST_F(Memory, TenThousandIdleConnections) {
    constexpr std::size_t count = 10'000;
    expect_served();
    const std::int64_t before_kib = weir_->memory_kib("VmRSS");
    std::vector<std::unique_ptr<RawClient>> idle;
    for (std::size_t i = 0; i < count; ++i) {
        idle.push_back(std::make_unique<RawClient>(port_));
        idle.back()->send(get("/v1/models"));
        ASSERT_EQ(idle.back()->read_answer().status, 200) << i;
    }
    expect_served();
    const std::int64_t resident_kib = weir_->memory_kib("VmRSS");
    const std::int64_t bytes_each = (resident_kib - before_kib) * 1024 / static_cast<std::int64_t>(count);
    std::cout << "resident with " << count << " idle connections: " << resident_kib / mib_in_kib << " MiB, "
              << bytes_each << " bytes each\n";
    EXPECT_LE(bytes_each, 6'000);
    EXPECT_LE(resident_kib, 80 * mib_in_kib);
}

TEST_F(Memory, ALargeRequestBodyIsHeldOnce) {
    expect_served();
    const std::int64_t idle_kib = weir_->memory_kib("VmRSS");
    const std::string body = chat_body(",\"max_tokens\":1", std::string(20 << 20, 'a'));
    RawClient client(port_);
    ASSERT_TRUE(client.send(post("/v1/chat/completions", body)));
    EXPECT_EQ(client.read_answer().status, 200);
    const std::int64_t above_kib = weir_->memory_kib("VmHWM") - idle_kib;
    std::cout << "peak above idle for a request of 20 MiB: " << above_kib / mib_in_kib << " MiB\n";
    EXPECT_LE(above_kib, 64 * mib_in_kib);
}

TEST_F(Memory, ALargeStreamPassesThrough) {
    expect_served();
    const std::int64_t idle_kib = weir_->memory_kib("VmRSS");
    for (const char* fields : {",\"stream\":true,\"max_tokens\":4", ",\"max_tokens\":4"}) {
        RawClient client(port_);
        client.send(post("/v1/chat/completions", chat_body(fields), "x-mock-answer-bytes: 200000000\r\n"));
        const RawAnswer answer = client.read_answer();
        EXPECT_EQ(answer.status, 200);
        EXPECT_TRUE(answer.complete);
        EXPECT_GE(answer.body.size(), 199'000'000U);
    }
    const std::int64_t above_kib = weir_->memory_kib("VmHWM") - idle_kib;
    std::cout << "peak above idle for answers of 200 MB: " << above_kib / mib_in_kib << " MiB\n";
    EXPECT_LE(above_kib, 64 * mib_in_kib);
}

}  // namespace
}  // namespace weir::testing
