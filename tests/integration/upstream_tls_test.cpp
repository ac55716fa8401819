// TLS toward upstreams: whom weir trusts, what it shows of itself, what the client and the log are told where
// that fails, and whose connections are kept for whom.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <filesystem>
#include <mutex>

#include "mock_upstream/mock_upstream.hpp"
#include "support/child_process.hpp"
#include "support/raw_client.hpp"
#include "support/raw_server.hpp"
#include "support/run_awaitable.hpp"
#include "support/running_weir.hpp"
#include "support/test_authority.hpp"
#include "text/ascii.hpp"

namespace weir::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* here = "IP:127.0.0.1";

/// What is logged while it lives.
class Log : public spdlog::sinks::base_sink<std::mutex> {
public:
    std::string text() {
        const std::lock_guard lock(mutex_);
        return text_;
    }

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        text_.append(message.payload.data(), message.payload.size()).append("\n");
    }
    void flush_() override {}
    std::string text_;
};

class UpstreamTls : public ::testing::Test {
protected:
    UpstreamTls() : before_(spdlog::default_logger()) {
        spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", log_));
    }
    ~UpstreamTls() override {
        weir_.reset();
        spdlog::set_default_logger(before_);
    }

    /// Answers every request with 200. `more`: of `openssl s_server`.
    void serve(const CertificateFiles& files, std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"s_server", "-accept",       "127.0.0.1:0", "-www",
                                           "-cert",    files.cert_file, "-key",        files.key_file};
        arguments.insert(arguments.end(), more.begin(), more.end());
        server_.emplace(program_in_path("openssl"), arguments);
        port_ = server_->port_after("ACCEPT 127.0.0.1:");
        ASSERT_NE(port_, 0) << server_->errors();
    }
    /// That the upstream asks for a certificate of the authority's.
    std::vector<std::string> asking() const {
        return {"-Verify", "1", "-verify_return_error", "-CAfile", authority_.ca_file()};
    }

    RawAnswer ask(const config::UpstreamTls& tls) {
        config::Config config = config_for(port_);
        config.upstreams.front().url.tls = true;
        config.upstreams.front().tls = tls;
        weir_.emplace(std::move(config));
        RawClient client(weir_->port());
        client.send(get("/v1/models"));
        return client.read_answer();
    }
    config::UpstreamTls trusting() const { return {authority_.ca_file(), "", ""}; }
    config::UpstreamTls showing(const CertificateFiles& files) const {
        return {authority_.ca_file(), files.cert_file, files.key_file};
    }

    TestAuthority authority_;
    std::shared_ptr<Log> log_ = std::make_shared<Log>();
    std::shared_ptr<spdlog::logger> before_;
    std::optional<ChildProcess> server_;
    std::optional<RunningWeir> weir_;
    std::uint16_t port_ = 0;
};

TEST_F(UpstreamTls, AnAuthorityOfItsOwnIsTrusted) {
    serve(authority_.issue(here));
    EXPECT_EQ(ask(trusting()).status, 200);
    EXPECT_THAT(log_->text(), IsEmpty());
}

TEST_F(UpstreamTls, AnAuthorityThatIsNotKnownIsNot) {
    serve(authority_.issue(here));
    EXPECT_EQ(ask({}).status, 502);
    EXPECT_THAT(log_->text(),
                HasSubstr("of an authority that is not known here: set upstreams[].tls.ca_file to "
                          "its authority's certificate"));
}

TEST_F(UpstreamTls, AnExpiredCertificateIsRefused) {
    serve(authority_.issue(here, -1));
    EXPECT_EQ(ask(trusting()).status, 502);
    EXPECT_THAT(log_->text(), HasSubstr("the upstream's certificate has expired: it has to be renewed"));
}

TEST_F(UpstreamTls, ACertificateOfAnotherNameIsRefused) {
    serve(authority_.issue("DNS:elsewhere.example"));
    EXPECT_EQ(ask(trusting()).status, 502);
    EXPECT_THAT(log_->text(), HasSubstr("the upstream's certificate is made out to another name"));
}

TEST_F(UpstreamTls, ACertificateThatIsSignedByItselfHasToBeNamed) {
    const CertificateFiles files = authority_.self_signed(here);
    serve(files);
    EXPECT_EQ(ask({}).status, 502);
    EXPECT_THAT(log_->text(), HasSubstr("signed by itself: set upstreams[].tls.ca_file to that certificate"));
    weir_.reset();
    EXPECT_EQ(ask({files.cert_file, "", ""}).status, 200);
}

TEST_F(UpstreamTls, ACertificateOfWeirsOwnIsShown) {
    const CertificateFiles own = authority_.issue("DNS:weir.example");
    for (const char* version : {"-tls1_2", "-tls1_3"}) {
        std::vector<std::string> arguments = asking();
        arguments.emplace_back(version);
        serve(authority_.issue(here), arguments);
        EXPECT_EQ(ask(showing(own)).status, 200) << version;
        weir_.reset();
    }
    EXPECT_THAT(log_->text(), IsEmpty());
}

TEST_F(UpstreamTls, AnUpstreamThatWantsOneSaysSo) {
    std::vector<std::string> arguments = asking();
    arguments.emplace_back("-tls1_3");
    serve(authority_.issue(here), arguments);
    EXPECT_EQ(ask(trusting()).status, 502);
    EXPECT_THAT(log_->text(), HasSubstr("wants a certificate of weir's own: set upstreams[].tls.cert_file"));
}

TEST_F(UpstreamTls, AnUpstreamThatWantsOneSaysSoInTls12) {
    std::vector<std::string> arguments = asking();
    arguments.emplace_back("-tls1_2");
    serve(authority_.issue(here), arguments);
    EXPECT_EQ(ask(trusting()).status, 502);
    EXPECT_THAT(log_->text(), HasSubstr("it may want a certificate of weir's own"));
}

TEST_F(UpstreamTls, ACertificateOfWeirsThatIsNotTakenIsTold) {
    TestAuthority other;
    serve(authority_.issue(here), asking());
    EXPECT_EQ(ask(showing(other.issue("DNS:weir.example"))).status, 502);
    EXPECT_THAT(log_->text(),
                HasSubstr("does not take weir's certificate: look at upstreams[].tls.cert_file"));
}

TEST_F(UpstreamTls, FilesThatCannotBeUsedFailRequestsAndNoMore) {
    serve(authority_.issue(here));
    EXPECT_EQ(ask({"/nonexistent/ca.pem", "", ""}).status, 502);
    EXPECT_THAT(log_->text(),
                HasSubstr("upstreams[].tls.ca_file: /nonexistent/ca.pem can't be read: No such file"));
    EXPECT_THAT(log_->text(), HasSubstr("a file of upstreams[].tls can't be used: weir --check tells which"));
}

TEST_F(UpstreamTls, AServerWithoutTlsIsTold) {
    const RawServer plain([](RawPeer& peer) {
        std::string hello;
        peer.read_exactly(1, hello);
        peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        peer.wait_for_end();
    });
    port_ = plain.port();
    EXPECT_EQ(ask({}).status, 502);
    EXPECT_THAT(log_->text(), HasSubstr("does not speak TLS on this port"));
}

bool is_whole(std::string_view answer) {
    const std::size_t end_of_head = answer.find("\r\n\r\n");
    if (end_of_head == std::string_view::npos) return false;
    constexpr std::string_view name = "content-length: ";
    const std::string head = text::to_lower(answer.substr(0, end_of_head));
    const std::size_t length = head.find(name);
    if (length == std::string::npos) return false;
    return answer.size() >= end_of_head + 4 + std::stoul(head.substr(length + name.size()));
}

/// Afterwards nothing is under way any more, TLS's own messages included.
awaitable<bool> ask_once(proxy::UpstreamConnection& connection, const std::string& request) {
    net::Buffers buffers{boost::asio::buffer(request)};
    connection.start_sending(buffers, 10'000);
    while (!is_whole(connection.input())) {
        const boost::system::error_code error = co_await connection.read(10'000);
        if (error) co_return false;
    }
    connection.consume(connection.input().size());
    co_return true;
}

/// A pool, and an upstream that keeps connections.
class KeptConnections : public ::testing::Test {
protected:
    KeptConnections()
        : server_(mock::MockOptions{.tls_cert_file = server_files_.cert_file,
                                    .tls_key_file = server_files_.key_file}) {
        server_.start();
    }

    config::Upstream upstream(config::UpstreamTls tls) const {
        config::Upstream made;
        made.url = {.tls = true, .host = "127.0.0.1", .port = server_.port(), .base_path = ""};
        made.tls = std::move(tls);
        return made;
    }
    /// Makes a connection and hands it back. False where none could be made.
    bool keep_one(const config::Upstream& toward) {
        const auto dial = pool_.dial(toward);
        if (run_awaitable(context_, dial->run(10'000)) != proxy::Dial::End::connected) return false;
        auto connection = dial->take();
        if (!run_awaitable(context_, ask_once(*connection, get("/v1/models")))) return false;
        pool_.release(std::move(connection), 0);
        return true;
    }

    TestAuthority authority_;
    const CertificateFiles server_files_ = authority_.issue(here);
    mock::MockUpstream server_;
    SystemClock clock_;
    boost::asio::io_context context_;
    observe::WorkerMetrics metrics_;
    std::atomic<std::int64_t> clients_{0};
    proxy::UpstreamPool pool_{context_, clock_, metrics_, clients_};
};

TEST_F(KeptConnections, AreNotForUpstreamsThatShowAnotherCertificate) {
    const CertificateFiles files = authority_.issue("DNS:weir.example");
    const config::Upstream bare = upstream({authority_.ca_file(), "", ""});
    const config::Upstream with_own = upstream({authority_.ca_file(), files.cert_file, files.key_file});
    ASSERT_TRUE(keep_one(bare));
    EXPECT_EQ(pool_.take_kept(with_own), nullptr);
    EXPECT_NE(pool_.take_kept(bare), nullptr);
}

TEST_F(KeptConnections, AreNotForFilesThatHaveChanged) {
    const std::string ca_file = authority_.ca_file() + ".copy";
    std::filesystem::copy_file(authority_.ca_file(), ca_file);
    const config::Upstream toward = upstream({ca_file, "", ""});
    ASSERT_TRUE(keep_one(toward));
    pool_.expect_changes();
    ASSERT_NE(pool_.take_kept(toward), nullptr) << "the files hold the same";
    ASSERT_TRUE(keep_one(toward));
    TestAuthority other;
    std::filesystem::copy_file(other.ca_file(), ca_file, std::filesystem::copy_options::overwrite_existing);
    EXPECT_NE(pool_.take_kept(toward), nullptr) << "nobody has said that they changed";
    ASSERT_TRUE(keep_one(toward));
    pool_.expect_changes();
    EXPECT_EQ(pool_.take_kept(toward), nullptr);
    EXPECT_FALSE(keep_one(toward)) << "the new authority has not issued it";
}

TEST_F(KeptConnections, StayInUseWhereFilesBecomeUnusable) {
    const std::string ca_file = authority_.ca_file() + ".copy";
    std::filesystem::copy_file(authority_.ca_file(), ca_file);
    const config::Upstream toward = upstream({ca_file, "", ""});
    ASSERT_TRUE(keep_one(toward));
    std::filesystem::remove(ca_file);
    pool_.expect_changes();
    EXPECT_NE(pool_.take_kept(toward), nullptr);
}

}  // namespace
}  // namespace weir::testing
