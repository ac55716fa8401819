// The admin port over sockets: framing, bounds, streams.
#include "admin/admin_server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <thread>

#include "stand_in_control.hpp"
#include "support/raw_client.hpp"

namespace weir::admin {
namespace {

using testing::RawAnswer;
using testing::RawClient;

/// A server on a thread of its own.
class Served {
public:
    explicit Served(std::vector<config::AdminToken> tokens = {})
        : server_(context_, clock_, {{"127.0.0.1", 0}, std::move(tokens)}, control_) {
        server_.start();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~Served() {
        context_.stop();
        thread_.join();
    }

    std::uint16_t port() const { return server_.port(); }
    /// On the server's thread.
    template <typename Work>
    void run(Work work) {
        std::promise<void> done;
        boost::asio::post(context_, [&] {
            work(server_, control_);
            done.set_value();
        });
        done.get_future().wait();
    }

private:
    SystemClock clock_;
    StandInControl control_;
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stays_{context_.get_executor()};
    AdminServer server_;
    std::thread thread_;
};

std::string request(const std::string& line, const std::string& fields = {}, const std::string& body = {}) {
    return line + " HTTP/1.1\r\nhost: localhost\r\n" + fields + "\r\n" + body;
}

RawAnswer ask(RawClient& client, const std::string& bytes, bool head_only = false) {
    client.send(bytes);
    return client.read_answer(head_only);
}

TEST(Server, AnswersRequestAfterRequest) {
    const Served served;
    RawClient client(served.port());
    for (int i = 0; i < 3; ++i) {
        const RawAnswer answer = ask(client, request("GET /healthz"));
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, "ok\n");
        EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
        EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
        EXPECT_EQ(answer.headers.at("referrer-policy"), "no-referrer");
        EXPECT_TRUE(answer.headers.at("content-security-policy")
                        .starts_with("default-src 'none'; script-src 'self'"));
    }
    const RawAnswer head = ask(client, request("HEAD /admin/keys"), true);
    EXPECT_EQ(head.status, 200);
    EXPECT_GT(std::stoi(head.headers.at("content-length")), 10);
    client.send(request("GET /healthz") + request("GET /readyz"));
    EXPECT_EQ(client.read_answer().body, "ok\n");
    EXPECT_EQ(client.read_answer().body, "ready\n");
    EXPECT_EQ(ask(client, request("GET /healthz", "connection: close\r\n")).headers.at("connection"),
              "close");
    EXPECT_TRUE(client.at_end());
}

TEST(Server, TakesBodiesWithALengthInChunksAndWhenItWasAsked) {
    const Served served;
    RawClient client(served.port());
    const std::string json = "content-type: application/json\r\n";
    const std::string body = R"({"limits":{"rpm":5}})";
    EXPECT_EQ(ask(client, request("PUT /admin/tiers/a", json + "content-length: 20\r\n", body)).status, 200);
    EXPECT_EQ(ask(client, request("PUT /admin/tiers/a", json + "transfer-encoding: chunked\r\n",
                                  "a\r\n{\"limits\":\r\na\r\n{\"rpm\":6}}\r\n0\r\n\r\n"))
                  .status,
              200);
    client.send(request("PUT /admin/tiers/a", json + "content-length: 20\r\nexpect: 100-continue\r\n"));
    EXPECT_EQ(client.read_answer(false, true).status, 100);
    client.send(body);
    EXPECT_EQ(client.read_answer().status, 200);
    EXPECT_EQ(ask(client, request("PUT /admin/tiers/a", json)).status, 411);
    EXPECT_EQ(ask(client, request("GET /healthz")).status, 200);
}

TEST(Server, TellsWhyABodyIsNotTaken) {
    const Served served;
    const std::string json = "content-type: application/json\r\n";
    const auto status = [&](const std::string& bytes) {
        RawClient client(served.port());
        const int got = ask(client, bytes).status;
        client.shutdown_send();
        EXPECT_TRUE(client.at_end());
        return got;
    };
    EXPECT_EQ(status(request("POST /admin/keys", json + "content-length: 1048577\r\n")), 413);
    EXPECT_EQ(status(request("POST /admin/keys", "content-length: 2\r\n", "{}")), 415);
    EXPECT_EQ(status(request("POST /admin/keys", json + "transfer-encoding: chunked\r\n", "zz\r\n")), 400);
    std::string chunks;
    for (int i = 0; i < 17; ++i) chunks += "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
    EXPECT_EQ(status(request("POST /admin/keys", json + "transfer-encoding: chunked\r\n", chunks)), 413);
}

TEST(Server, RefusesWhatTwoServersCouldReadDifferently) {
    const Served served;
    for (const std::string& bytes : {
             request("POST /admin/drain", "content-length: 2\r\ntransfer-encoding: chunked\r\n", "{}"),
             request("POST /admin/drain", "content-length: 2\r\ncontent-length: 3\r\n", "{}"),
             request("GET /healthz", "transfer-encoding: gzip, chunked\r\n"),
             request("GET /healthz", "host: other\r\n"),
             request("GET /healthz", "a b: c\r\n"),
             request("GET /healthz", "a: b\r\n c\r\n"),
             request("GET /admin/../healthz"),
             request("GET /admin//keys"),
             request("GET  /healthz"),
             std::string("GET /healthz HTTP/1.1\r\n\r\n"),
             std::string("GET /healthz HTTP/1.1\nhost: a\n\n"),
             std::string("GET /healthz HTTP/2.0\r\nhost: a\r\n\r\n"),
             std::string("\x16\x03\x01\x02\x00\x01"),
         }) {
        RawClient client(served.port());
        const RawAnswer answer = ask(client, bytes);
        EXPECT_EQ(answer.status, 400) << bytes;
        EXPECT_NE(answer.body.find("\"error\""), std::string::npos);
        EXPECT_EQ(answer.headers.at("connection"), "close");
    }
    RawClient client(served.port());
    EXPECT_EQ(ask(client, request("GET /healthz", "x: " + std::string(20'000, 'a') + "\r\n")).status, 431);
    RawClient other(served.port());
    EXPECT_EQ(ask(other, request("GET /" + std::string(9'000, 'a'))).status, 414);
    RawClient connects(served.port());
    EXPECT_EQ(ask(connects, request("CONNECT localhost:1")).status, 405);
}

TEST(Server, PathsThatNobodyForwardsMayNameWhatTheyLike) {
    const Served served;
    RawClient client(served.port());
    EXPECT_EQ(ask(client, request("POST /admin/keys/a%23b/disable", "content-length: 0\r\n")).status, 404);
    EXPECT_EQ(ask(client, request("POST /admin/keys/a%2Fb/disable", "content-length: 0\r\n")).status, 400);
}

TEST(Server, ConnectionsThatAreIdleGiveWay) {
    const Served served;
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 64; ++i) clients.push_back(std::make_unique<RawClient>(served.port()));
    ASSERT_EQ(ask(*clients.front(), request("GET /healthz")).status, 200);
    ASSERT_EQ(ask(*clients.back(), request("GET /healthz")).status, 200);
    RawClient further(served.port());
    EXPECT_EQ(ask(further, request("GET /healthz")).status, 200);
    EXPECT_TRUE(clients[1]->at_end()) << "idle longest";
    EXPECT_EQ(ask(*clients.front(), request("GET /healthz")).status, 200);
    EXPECT_EQ(ask(*clients.back(), request("GET /healthz")).status, 200);
}

/// Somebody who may change something, and whose body is still to come.
std::unique_ptr<RawClient> busy_client(std::uint16_t port) {
    auto client = std::make_unique<RawClient>(port);
    client->send(request("PUT /admin/tiers/a",
                         "content-type: application/json\r\ncontent-length: 20\r\nexpect: 100-continue\r\n"));
    EXPECT_EQ(client->read_answer(false, true).status, 100);
    return client;
}

TEST(Server, AnswersTheSixtyFifthConnectionWith503WhereAllAreServed) {
    const Served served;
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 64; ++i) clients.push_back(busy_client(served.port()));
    RawClient further(served.port());
    EXPECT_EQ(ask(further, request("GET /healthz")).status, 503);
    EXPECT_TRUE(further.at_end());
    clients.pop_back();
    EXPECT_TRUE(testing::eventually([&] {
        RawClient next(served.port());
        return ask(next, request("GET /healthz")).status == 200;
    }));
}

TEST(Server, WhoSendsItsHeadSlowlyGivesWay) {
    const Served served;
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 64; ++i) {
        clients.push_back(std::make_unique<RawClient>(served.port()));
        ASSERT_EQ(ask(*clients.back(), request("GET /healthz") + "G").status, 200);
    }
    RawClient further(served.port());
    EXPECT_EQ(ask(further, request("GET /healthz")).status, 200);
}

TEST(Server, WhoNeedsNoTokenAndSendsNoBodyGivesWay) {
    const Served served({{"ops", "secret", true}});
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 64; ++i) {
        clients.push_back(std::make_unique<RawClient>(served.port()));
        clients.back()->send(
            request("GET /healthz",
                    "content-type: application/json\r\ncontent-length: 9\r\nexpect: 100-continue\r\n"));
        ASSERT_EQ(clients.back()->read_answer(false, true).status, 100);
    }
    RawClient further(served.port());
    EXPECT_EQ(ask(further, request("GET /healthz")).status, 200);
}

TEST(Server, WhoNeedsNoTokenAndTakesNoAnswerGivesWay) {
    const Served served;
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 63; ++i) clients.push_back(busy_client(served.port()));
    RawClient deaf(served.port());
    std::string many;
    for (int i = 0; i < 1'000; ++i) many += request("GET /chart.js");
    deaf.send(many);  // 200 MB of answers, which no socket holds
    EXPECT_TRUE(testing::eventually([&] {
        RawClient further(served.port());
        return ask(further, request("GET /healthz")).status == 200;
    }));
}

TEST(Server, StreamsFiguresOnceASecond) {
    Served served({{"ops", "secret", true}});
    const std::string fields = "authorization: Bearer secret\r\n";
    RawClient client(served.port());
    client.send(request("GET /admin/events", fields));
    std::string received = client.read_some(10);
    const auto events = [&] {
        std::size_t count = 0;
        for (auto at = received.find("event: figures\ndata: {"); at != std::string::npos;
             at = received.find("event: figures\ndata: {", at + 1)) {
            ++count;
        }
        return count;
    };
    while (events() < 2) received += client.read_some();
    EXPECT_NE(received.find("content-type: text/event-stream\r\n"), std::string::npos);
    EXPECT_NE(received.find("retry: 2000\n\n"), std::string::npos);
    EXPECT_EQ(received.find("content-length"), std::string::npos);
    served.run([](AdminServer& server, StandInControl&) { server.set_tokens({{"ops", "other", true}}); });
    client.read_some(1'000'000);
    EXPECT_TRUE(client.at_end());
    RawClient late(served.port());
    EXPECT_EQ(ask(late, request("GET /admin/events", fields)).status, 401);
}

TEST(Server, ServesSixteenStreams) {
    const Served served;
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 16; ++i) {
        clients.push_back(std::make_unique<RawClient>(served.port()));
        clients.back()->send(request("GET /admin/events"));
        ASSERT_NE(clients.back()->read_some(200).find("200 OK"), std::string::npos);
    }
    RawClient further(served.port());
    EXPECT_EQ(ask(further, request("GET /admin/events")).status, 503);
    clients.pop_back();
    EXPECT_TRUE(testing::eventually([&] {
        RawClient next(served.port());
        next.send(request("GET /admin/events"));
        return next.read_some(20).find("200 OK") != std::string::npos;
    }));
}

}  // namespace
}  // namespace weir::admin
