// How making a connection ends: by itself, by the time, or by whoever waits for it.
#include "proxy/dial.hpp"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>

#include "net/tls_trouble.hpp"
#include "support/full_listener.hpp"
#include "support/raw_server.hpp"
#include "support/run_awaitable.hpp"

namespace weir::proxy {
namespace {

constexpr std::int64_t patient_ms = 60'000;
constexpr std::int64_t short_ms = 20;

class Dialling : public ::testing::Test {
protected:
    Dial& dial(std::uint16_t port, bool tls = false) {
        url_ = {.tls = tls, .host = "127.0.0.1", .port = port, .base_path = ""};
        return dial_.emplace(context_, clock_, tls_, url_);
    }
    Dial::End run(std::int64_t connect_ms) {
        return testing::run_awaitable(context_, dial_->run(connect_ms));
    }

    SystemClock clock_;
    boost::asio::io_context context_;
    UpstreamTlsContexts::Entry tls_{
        std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client), 7};
    config::Url url_;
    std::optional<Dial> dial_;
};

TEST_F(Dialling, Connects) {
    const testing::RawServer server([](testing::RawPeer& peer) { peer.wait_for_end(); });
    dial(server.port());
    EXPECT_EQ(run(patient_ms), Dial::End::connected);
    const auto connection = dial_->take();
    ASSERT_NE(connection, nullptr);
    EXPECT_TRUE(connection->transport().socket().is_open());
    EXPECT_EQ(connection->origin, Origin(false, "127.0.0.1", server.port(), 0));
}

TEST_F(Dialling, ARefusalSaysWhy) {
    dial(1);
    EXPECT_EQ(run(patient_ms), Dial::End::failed);
    EXPECT_EQ(dial_->cause(), boost::asio::error::connection_refused);
}

TEST_F(Dialling, WithoutUsableFilesSaysSo) {
    tls_.context.reset();
    dial(1, true);
    EXPECT_EQ(run(patient_ms), Dial::End::failed);
    EXPECT_EQ(dial_->cause(), net::tls_errc::files_unusable);
}

TEST_F(Dialling, NobodyAnswersInTime) {
    const testing::FullListener nobody;
    dial(nobody.port());
    EXPECT_EQ(run(short_ms), Dial::End::timed_out);
    EXPECT_EQ(dial_->cause(), boost::asio::error::timed_out);
}

TEST_F(Dialling, WithdrawnIsNotTimedOut) {
    const testing::FullListener nobody;
    boost::asio::post(context_, [&dialled = dial(nobody.port())] { dialled.withdraw(); });
    EXPECT_EQ(run(patient_ms), Dial::End::withdrawn);
}

TEST_F(Dialling, WithdrawnInTheHandshake) {
    const testing::RawServer silent([this](testing::RawPeer& peer) {
        std::string hello;
        peer.read_exactly(1, hello);
        boost::asio::post(context_, [this] { dial_->withdraw(); });
        peer.wait_for_end();
    });
    dial(silent.port(), true);
    EXPECT_EQ(run(patient_ms), Dial::End::withdrawn);
}

}  // namespace
}  // namespace weir::proxy
