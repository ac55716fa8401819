// A redis-server of a test's own, on a port of its own, always ended by the test.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/child_process.hpp"

namespace weir::testing {

/// A certificate authority and what it signed, as PEM files made by openssl; removed at the end.
class TestCertificates {
public:
    /// `name` is the only name or address that the server certificate is for: "DNS:localhost",
    /// "IP:127.0.0.1".
    explicit TestCertificates(const std::string& name);
    ~TestCertificates();
    TestCertificates(const TestCertificates&) = delete;
    TestCertificates& operator=(const TestCertificates&) = delete;

    std::string ca_file() const { return folder_ + "/ca.crt"; }
    std::string cert_file() const { return folder_ + "/server.crt"; }
    std::string key_file() const { return folder_ + "/server.key"; }

private:
    std::string folder_;
};

struct RedisServerOptions {
    std::string password{};                    ///< requirepass
    std::vector<std::string> configuration{};  ///< further lines of redis.conf
    const TestCertificates* tls = nullptr;     ///< the port speaks TLS alone
    bool sentinel = false;                     ///< a sentinel; `configuration` says what it monitors
    bool cluster = false;                      ///< a node of a cluster (redis_cluster.hpp)
};

/// Keeps nothing on disk but a cluster's nodes.conf: after `stop` or `kill` its data is gone. Throws where
/// the server does not start.
class RedisServer {
public:
    /// False where there is no redis-server in the PATH: tests are skipped then.
    static bool available();

    explicit RedisServer(RedisServerOptions options = {});
    ~RedisServer();
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    /// On 127.0.0.1.
    std::uint16_t port() const noexcept { return port_; }
    std::string socket_path() const { return folder_ + "/redis.sock"; }

    /// In order, and at once. Both wait until the process is gone.
    void stop();
    void kill();
    /// Same port, no data. Ends it first if it runs.
    void restart();
    /// SIGSTOP: connections stay open and are even accepted, but nothing answers. Waits until that is so.
    void pause();
    void resume();

    /// The reply to one command, through the unix socket, with the password: texts and errors as they are,
    /// "" for nil, arrays as lines. Throws where there is none.
    std::string command(const std::vector<std::string>& arguments) const;

    /// The elements of a reply that is an array of texts, whatever bytes they have.
    std::vector<std::string> list(const std::vector<std::string>& arguments) const;

    std::string log() const { return process_ ? process_->output() : ""; }

private:
    bool start();
    std::string configuration() const;

    RedisServerOptions options_;
    std::string folder_;
    std::uint16_t port_ = 0;
    std::optional<ChildProcess> process_;
};

}  // namespace weir::testing
