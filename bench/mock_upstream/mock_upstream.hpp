// A stand-in for an LLM provider: speaks OpenAI's, Anthropic's, Ollama's and Gemini's APIs, reports true
// usage, misbehaves on demand.
//
//   MockUpstream upstream({.keep_records = true});
//   upstream.start();
//   … send requests to upstream.url() …
//   upstream.stop();
//   EXPECT_EQ(upstream.records().size(), 1);
//
// An answer has min(knobs.tokens, what the request allows) tokens per choice; each is the word " tok", and
// usage says exactly how many were given. What counts as input stands in call.hpp. Every knob of knobs.hpp
// can also be set for one request by a header, x-mock-<name>, which beats the option; an unknown x-mock-…
// header is answered with 400, but x-mock-id: it names a request, so that one which is executed twice shows.
//
// Beside the APIs it serves, whatever mode it is in:
//   GET /mock/stats   of all providers of the process, as stats_json has it
//   GET /mock/mode    its mode; POST /mock/mode with a script as the body: it follows that from now on
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mock_upstream/knobs.hpp"
#include "mock_upstream/quota.hpp"
#include "mock_upstream/quota_fields.hpp"
#include "mock_upstream/record.hpp"
#include "mock_upstream/script.hpp"
#include "mock_upstream/stats.hpp"

namespace weir::mock {

class Fleet;

struct MockOptions {
    std::string name{};  ///< of the provider, in records and stats
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: one that is free
    unsigned threads = 1;
    Knobs knobs{};
    /// Limits of its own. The tokens that an answer will have are charged when its request is admitted;
    /// errors that a mode or a knob gives are not charged. With limits every answer to a call has
    /// header fields that tell of them.
    QuotaLimits quota{};
    Style style = Style::automatic;
    Script script{};                 ///< from start() on; without steps: always ok
    std::shared_ptr<Fleet> fleet{};  ///< shared by the providers of a process; null: it is alone
    std::string log_file{};          ///< JSON lines, appended to; empty: none
    bool keep_records = false;       ///< keep every record in memory, without bound: for tests
    std::size_t body_bytes_max = 64UL * 1024 * 1024;
    std::string tls_cert_file{};  ///< PEM; with both files it speaks TLS only
    std::string tls_key_file{};
};

/// Thread safety: start and stop from one thread; everything else from any.
class MockUpstream {
public:
    explicit MockUpstream(MockOptions options);
    ~MockUpstream();
    MockUpstream(const MockUpstream&) = delete;
    MockUpstream& operator=(const MockUpstream&) = delete;

    /// Listens and serves on threads of its own. Throws std::system_error when it can't. Once per object.
    void start();
    /// Cuts every connection, writes what was in flight down as aborted, and joins the threads.
    void stop();

    std::uint16_t port() const;
    std::string url() const;

    /// Follows the script from now on; its sockets do so, too, when this returns. Only while it serves.
    /// Throws std::invalid_argument that says what is wrong with it.
    void follow(std::string_view script);
    MockStats stats() const;

    std::uint64_t requests_seen() const;  ///< heads that arrived, malformed ones included
    std::uint64_t malformed_count() const;
    std::uint64_t aborted_count() const;
    std::uint64_t pipelined_count()
        const;  ///< requests with more bytes behind them before they were answered
    std::uint64_t connections_opened() const;
    std::uint64_t connections_open() const;

    /// With keep_records: requests that are over, in the order of their ends.
    std::vector<MockRecord> records() const;
    /// With keep_records: the first line of every request, raw, in the order of arrival, even of those still
    /// served.
    std::vector<std::string> request_lines() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace weir::mock
