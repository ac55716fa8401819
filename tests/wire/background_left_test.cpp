// Background responses whose end weir does not read, since the client leaves: the provider works on them all
// the same, so that nothing of their output is given back before somebody says what it was.
#include <gtest/gtest.h>

#include "support/raw_client.hpp"
#include "support/running_weir.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"
#include "wire/scripted_upstream.hpp"
#include "wire/wire_config.hpp"

namespace weir::testing {
namespace {

const std::string json_head =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n";
const std::string stream_head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
const std::string counts = R"({"input_tokens":50,"output_tokens":60,"total_tokens":110})";

std::string begin(const std::string& more = {}) {
    return request(
        {.path = "/v1/responses",
         .body = body_of(R"("input":"hello there","max_output_tokens":400,"background":true)" + more)});
}

/// The upstream sends so much of its answer, and then waits. To whoever asks later it says what was used.
class Left {
public:
    explicit Left(const std::string& sent)
        : upstream_({{.bytes = sent, .end = End::hold}, reply({.body = response("completed", counts)})}),
          weir_(wire_config("{}", upstream_.port())) {}

    /// The client leaves once it has seen that much.
    void ask_and_leave(const std::string& asked, const std::string& seen) {
        RawClient client(weir_.port());
        client.send(asked);
        std::string all;
        while (all.find(seen) == std::string::npos) {
            const std::string more = client.read_some();
            ASSERT_FALSE(more.empty()) << all;
            all += more;
        }
        ASSERT_TRUE(eventually([&] { return !upstream_.requests().empty(); }));
        client.close();
    }
    bool is_settled() {
        return eventually([&] { return weir_.reservations_in_flight() == 0; });
    }
    /// Asked again and again: weir may not have noticed yet that the client has left.
    bool is_settled_by(const std::string& poll) {
        return eventually([&] {
            RawClient client(weir_.port());
            client.send(poll);
            EXPECT_EQ(client.read_answer().status, 200);
            return eventually([&] { return weir_.reservations_in_flight() == 0; }, 500);
        });
    }
    std::uint64_t output() {
        weir_.stop();
        return weir_.settled_output_tokens();
    }
    usage::Amounts books() {
        usage::Amounts sum;
        for (const usage::Row& row : weir_.rest_of_usage()) sum += row.amounts;
        return sum;
    }

private:
    ScriptedUpstream upstream_;
    RunningWeir weir_;
};

const std::string poll = get_of("/v1/responses/resp_1");

TEST(WireBackgroundLeft, BeforeTheAnswerIsChargedAsReserved) {
    Left left("");
    ASSERT_NO_FATAL_FAILURE(left.ask_and_leave(begin(), ""));
    EXPECT_TRUE(left.is_settled());
    EXPECT_EQ(left.output(), 400U);
    const usage::Amounts books = left.books();
    EXPECT_EQ(books.output_tokens, 400);
    EXPECT_GT(books.input_tokens, 0);
}

TEST(WireBackgroundLeft, BeforeTheFirstEventIsChargedAsReserved) {
    Left left(stream_head);
    ASSERT_NO_FATAL_FAILURE(left.ask_and_leave(begin(",\"stream\":true"), "\r\n\r\n"));
    EXPECT_TRUE(left.is_settled());
    EXPECT_EQ(left.output(), 400U);
}

TEST(WireBackgroundLeft, WithinTheIdIsChargedAsReserved) {
    Left left(json_head + R"({"id":"resp_)");
    ASSERT_NO_FATAL_FAILURE(left.ask_and_leave(begin(), "resp_"));
    EXPECT_TRUE(left.is_settled());
    EXPECT_EQ(left.output(), 400U);
}

TEST(WireBackgroundLeft, BehindTheIdIsSettledByWhoeverFetchesIt) {
    Left left(json_head + R"({"id":"resp_1","object":"respo)");
    ASSERT_NO_FATAL_FAILURE(left.ask_and_leave(begin(), "resp_1"));
    EXPECT_TRUE(left.is_settled_by(poll));
    EXPECT_EQ(left.output(), 60U);
    EXPECT_EQ(left.books().input_tokens, 50);
}

TEST(WireBackgroundLeft, WithinTheFirstEventIsSettledByWhoeverFetchesIt) {
    Left left(stream_head + "event: response.created\n" +
              R"(data: {"type":"response.created","response":{"id":"resp_1","object":"respo)");
    ASSERT_NO_FATAL_FAILURE(left.ask_and_leave(begin(",\"stream\":true"), "resp_1"));
    EXPECT_TRUE(left.is_settled_by(poll));
    EXPECT_EQ(left.output(), 60U);
}

TEST(WireBackgroundLeft, BehindTheFirstEventIsSettledByWhoeverFetchesIt) {
    Left left(stream_head + response_event("response.queued", response("queued", "null")) + response_delta);
    ASSERT_NO_FATAL_FAILURE(left.ask_and_leave(begin(",\"stream\":true"), "resp_1"));
    EXPECT_TRUE(left.is_settled_by(poll));
    EXPECT_EQ(left.output(), 60U);
}

TEST(WireBackgroundLeft, WhatTheUpstreamRefusesIsGivenBack) {
    Left left(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: "
        "500\r\n\r\n{\"error\"");
    ASSERT_NO_FATAL_FAILURE(left.ask_and_leave(begin(), "error"));
    EXPECT_TRUE(left.is_settled());
    EXPECT_EQ(left.output(), 0U);
    EXPECT_EQ(left.books().input_tokens, 0);
}

}  // namespace
}  // namespace weir::testing
