// One try after the other, without an exchange around them: what may be followed by another, and by what.
#include "proxy/attempt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/reservation_access.hpp"
#include "support/full_listener.hpp"
#include "support/raw_client.hpp"
#include "support/raw_server.hpp"
#include "support/run_awaitable.hpp"
#include "weir/memory_limiter.hpp"

namespace weir::proxy {
namespace {

using ::testing::HasSubstr;

config::Upstream upstream_at(std::uint16_t port) {
    config::Upstream upstream;
    upstream.name = "there";
    upstream.url = {.tls = false, .host = "127.0.0.1", .port = port, .base_path = ""};
    return upstream;
}

/// A worker that nobody else uses, and one client of it.
class Attempting : public ::testing::Test {
protected:
    Attempting()
        : limiter_(make_memory_limiter(clock_)),
          worker_(context_, Shared{clock_, access_log_, budget_, connections_open_}, *limiter_, nullptr),
          listening_(context_, {boost::asio::ip::address_v4::loopback(), 0}),
          browser_(listening_.local_endpoint().port()),
          client_(listening_.accept(), context_, clock_, 60'000) {}
    void SetUp() override { terms_.method = "GET"; }
    ~Attempting() override { run(client_.finish()); }

    void run(awaitable<void> work) {
        const auto with_value = [](awaitable<void> inner) -> awaitable<bool> {
            co_await std::move(inner);
            co_return true;
        };
        testing::run_awaitable(context_, with_value(std::move(work)));
    }
    AttemptEnd run(awaitable<AttemptEnd> work) { return testing::run_awaitable(context_, std::move(work)); }

    AttemptJob job(const config::Upstream& upstream, Lease* lease = nullptr) {
        return {.worker = worker_,
                .client = client_,
                .upstream = upstream,
                .method = "GET",
                .message = {"GET / HTTP/1.1\r\nHost: there\r\n\r\n", {}},
                .lease = lease};
    }

    SystemClock clock_;
    observe::AccessLog access_log_{{.enabled = false}};
    BodyBudget budget_{1 << 20};
    std::atomic<std::int64_t> connections_open_{0};
    std::shared_ptr<Limiter> limiter_;
    boost::asio::io_context context_;
    Worker worker_;
    RelayTerms terms_;
    boost::asio::basic_socket_acceptor<net::Tcp, executor> listening_;
    testing::RawClient browser_;
    ClientStream client_;
};

void answer_ok(testing::RawPeer& peer) {
    while (peer.read_head()) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
}

TEST_F(Attempting, AnAnswerIsPassedOnAndTheConnectionKept) {
    const testing::RawServer server(answer_ok);
    const config::Upstream upstream = upstream_at(server.port());
    for (int i = 0; i < 2; ++i) {
        Attempt attempt(job(upstream));
        ASSERT_EQ(run(attempt.run()), AttemptEnd::answered);
        EXPECT_EQ(attempt.status(), 200);
        EXPECT_EQ(attempt.facts().ending, Ending::upstream_broken) << "it is not read yet";
        EXPECT_EQ(run(attempt.relay(terms_)), AttemptEnd::whole);
        run(attempt.finish());
        EXPECT_EQ(browser_.read_answer().body, "ok");
        EXPECT_EQ(attempt.facts().ending, Ending::whole);
        EXPECT_EQ(attempt.facts().status, 200);
    }
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(Attempting, AConnectionThatIsNotMadeInTimeMayBeFollowedByAnother) {
    const testing::FullListener nobody;
    config::Upstream first = upstream_at(nobody.port());
    first.timeouts.connect_ms = 20;
    Attempt attempt(job(first));
    ASSERT_EQ(run(attempt.run()), AttemptEnd::unreachable);
    run(attempt.finish());
    EXPECT_FALSE(client_.gone());
    EXPECT_EQ(attempt.facts().ending, Ending::never_sent);
    EXPECT_THAT(attempt.failure(), HasSubstr("(Connection timed out)"));

    const testing::RawServer server(answer_ok);
    const config::Upstream second = upstream_at(server.port());
    Attempt another(job(second));
    ASSERT_EQ(run(another.run()), AttemptEnd::answered);
    EXPECT_EQ(run(another.relay(terms_)), AttemptEnd::whole);
    run(another.finish());
    EXPECT_EQ(browser_.read_answer().status, 200);
}

TEST_F(Attempting, AClientThatLeavesDuringTheConnectIsGone) {
    const testing::FullListener nobody;
    config::Upstream upstream = upstream_at(nobody.port());
    upstream.timeouts.connect_ms = 10'000;
    const std::int64_t ends_at_us = clock_.steady_us() + upstream.timeouts.connect_ms * 1000;
    Attempt attempt(job(upstream));
    browser_.close();
    EXPECT_EQ(run(attempt.run()), AttemptEnd::client_gone);
    EXPECT_LT(clock_.steady_us(), ends_at_us) << "it was not waited for";
    run(attempt.finish());
    EXPECT_EQ(attempt.facts().ending, Ending::never_sent);
}

TEST_F(Attempting, AClientThatLeavesAfterTheSendingIsCharged) {
    const testing::RawServer silent([this](testing::RawPeer& peer) {
        peer.read_head();
        browser_.close();
        peer.wait_for_end();
    });
    const config::Upstream upstream = upstream_at(silent.port());
    Attempt attempt(job(upstream));
    EXPECT_EQ(run(attempt.run()), AttemptEnd::client_gone);
    run(attempt.finish());
    EXPECT_EQ(attempt.facts().ending, Ending::client_gone);
    EXPECT_EQ(attempt.facts().status, 0);
}

TEST_F(Attempting, AMalformedBodyPassesNothingOn) {
    const testing::RawServer server([](testing::RawPeer& peer) {
        peer.read_head();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
        peer.end();
    });
    const config::Upstream upstream = upstream_at(server.port());
    Attempt attempt(job(upstream));
    ASSERT_EQ(run(attempt.run()), AttemptEnd::answered);
    EXPECT_EQ(run(attempt.relay(terms_)), AttemptEnd::bad_answer);
    run(attempt.finish());
    EXPECT_FALSE(attempt.relayed());
    EXPECT_EQ(attempt.facts().ending, Ending::upstream_broken);
    EXPECT_EQ(attempt.facts().status, 0);
}

TEST_F(Attempting, ALeaseIsDueWhenItWasWhicheverAttemptHoldsIt) {
    Reservation reservation = ReservationAccess::make({}, {{.window_us = 60'000'000}});
    Lease lease(reservation);
    const config::Upstream nowhere = upstream_at(1);
    std::int64_t due_us = 0;
    for (int i = 0; i < 2; ++i) {
        Attempt attempt(job(nowhere, &lease));
        EXPECT_EQ(run(attempt.run()), AttemptEnd::unreachable);
        run(attempt.finish());
        if (i == 0) due_us = lease.due_us;
    }
    EXPECT_GT(due_us, clock_.steady_us());
    EXPECT_EQ(lease.due_us, due_us);
    ReservationAccess::close(reservation);
}

}  // namespace
}  // namespace weir::proxy
