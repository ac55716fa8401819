// A blocking HTTP client that sends exactly the bytes it is told to, and waits with deadlines.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::testing {

struct RawAnswer {
    int status = 0;                              ///< 0: none came
    std::map<std::string, std::string> headers;  ///< names in lower case; the last of a name
    std::string body;                            ///< chunks joined
    bool complete = false;                       ///< ended as its header says, not by a cut
};

/// One connection. Every wait ends after ten seconds.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// As much as the other side takes; false where it has closed.
    bool send(std::string_view bytes);
    /// Half-close: nothing more will be sent.
    void shutdown_send();
    void close();

    /// The next answer; 1xx are skipped unless `interim`.
    RawAnswer read_answer(bool head_only = false, bool interim = false);
    /// Whatever arrives until at least `count` bytes are there, or the end.
    std::string read_some(std::size_t count = 1);
    /// True when the other side has closed, with nothing left to read.
    bool at_end();

private:
    bool fill();
    std::optional<std::string> read_line();
    bool read_exactly(std::size_t count, std::string& into);
    bool read_chunks(std::string& body);

    int socket_ = -1;
    std::string buffer_;
};

/// "POST path" with the usual header fields and one Content-Length.
std::string post(std::string_view path, std::string_view body, std::string_view extra_fields = {},
                 std::string_view key = "test-key");
std::string get(std::string_view path, std::string_view extra_fields = {});

/// A small chat completions body; `fields` is added to it: ",\"stream\":true".
std::string chat_body(std::string_view fields = {}, std::string_view content = "hello there");

/// Polls until it holds; false after `deadline_ms`.
bool eventually(const std::function<bool()>& condition, int deadline_ms = 10'000);

}  // namespace weir::testing
