// weir-load toward https targets: verified by a file, taken unseen, refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load/report.hpp"
#include "load/run.hpp"
#include "mock_upstream/mock_upstream.hpp"
#include "support/redis_server.hpp"

namespace {

using namespace weir::load;
using weir::mock::Knobs;
using weir::mock::MockUpstream;
using weir::testing::TestCertificates;

class LoadOverTls : public ::testing::Test {
protected:
    MockUpstream& start(const TestCertificates& certificates, Knobs knobs = {}) {
        upstream_.emplace(weir::mock::MockOptions{.knobs = std::move(knobs),
                                                  .tls_cert_file = certificates.cert_file(),
                                                  .tls_key_file = certificates.key_file()});
        upstream_->start();
        return *upstream_;
    }
    LoadOptions toward(TlsOptions tls, const std::string& host = "127.0.0.1") const {
        return {.targets = {{host, std::to_string(upstream_->port()), true}},
                .keys = {"alice", "bob"},
                .requests = 100,
                .concurrent = 4,
                .tls = std::move(tls)};
    }

    const TestCertificates certificates_{"IP:127.0.0.1"};
    std::optional<MockUpstream> upstream_;
};

TEST_F(LoadOverTls, EveryRequestIsAnswered) {
    const MockUpstream& upstream = start(certificates_);
    const Result result = run(toward({.ca_file = certificates_.ca_file()}));
    EXPECT_EQ(result.tally.total.admitted, 100U);
    EXPECT_EQ(result.tally.total.output_tokens, 100U * 16);
    EXPECT_EQ(upstream.malformed_count(), 0U);
    EXPECT_LE(result.tally.connections.opened, 4U);
    EXPECT_EQ(result.tally.connections.opened + result.tally.connections.reused, 100U);
}

TEST_F(LoadOverTls, StreamsAndLargeAnswers) {
    start(certificates_, {.tokens = 8, .answer_bytes = 300'000});
    LoadOptions options = toward({.ca_file = certificates_.ca_file()});
    options.requests = 20;
    options.stream = true;
    options.input_tokens = Fixed{20'000};
    const Result result = run(options);
    EXPECT_EQ(result.tally.total.admitted, 20U);
    EXPECT_EQ(result.tally.first_token_us.count(), 20U);
}

TEST_F(LoadOverTls, ClosedConnectionsAreReopened) {
    start(certificates_, {.close = true});
    const Result result = run(toward({.ca_file = certificates_.ca_file()}));
    EXPECT_EQ(result.tally.total.admitted, 100U);
    EXPECT_EQ(result.tally.connections.opened, 100U);
}

TEST_F(LoadOverTls, AnUnknownCertificateIsRefused) {
    start(certificates_);
    LoadOptions options = toward({});
    options.requests = 4;
    const Result result = run(options);
    EXPECT_EQ(result.tally.total.failed, 4U);
    ASSERT_FALSE(result.tally.failed_by.empty());
    EXPECT_THAT(result.tally.failed_by.begin()->first, ::testing::HasSubstr("certificate verify failed"));
}

TEST_F(LoadOverTls, ACertificateOfAnotherNameIsRefused) {
    const TestCertificates others("DNS:elsewhere.example");
    start(others);
    LoadOptions options = toward({.ca_file = others.ca_file()});
    options.requests = 4;
    EXPECT_EQ(run(options).tally.total.failed, 4U);
}

TEST_F(LoadOverTls, UnlessAskedNotToLook) {
    start(certificates_);
    EXPECT_EQ(run(toward({.insecure = true})).tally.total.admitted, 100U);
}

TEST_F(LoadOverTls, AFileWithoutCertificatesIsTold) {
    start(certificates_);
    EXPECT_THROW(run(toward({.ca_file = certificates_.key_file()})), std::runtime_error);
}

}  // namespace
