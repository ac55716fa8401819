// One row of the tables: bytes that a hostile client sends, and all that may come of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::testing {

/// Sent behind every row's bytes: who reads the row's message too short or too long serves this one.
inline constexpr std::string_view canary = "GET /smuggled HTTP/1.1\r\nHost: weir.test\r\n\r\n";
inline constexpr std::string_view canary_line = "GET /smuggled HTTP/1.1";
inline constexpr std::string_view chat_line = "POST /v1/chat/completions HTTP/1.1";
/// max_body_bytes in these tests.
inline constexpr std::size_t body_bytes_max = 300'000;

struct RequestRow {
    std::string name;
    std::string bytes;                        ///< the canary is added behind them
    std::vector<int> statuses{400};           ///< of all answers, in order
    bool closes = true;                       ///< the connection ends after them
    std::vector<std::string> upstream_saw{};  ///< request lines, exactly these
    std::string param{};                 ///< the field that weir's first answer blames; empty: not looked at
    bool upstream_judges = false;        ///< the first answer is the upstream's, whatever its status
    bool anthropic = false;              ///< weir's first answer has Anthropic's shape
    std::vector<std::string> dropped{};  ///< fields that the upstream must not see
};

/// Refused, connection closed, nothing reached the upstream.
RequestRow refused(std::string name, std::string bytes, int status = 400);
/// Answered by weir itself; the connection stays, so that the canary is served as a request of its own.
RequestRow answered(std::string name, std::string bytes, int status, std::string param = {});
/// Served by the upstream, and the canary after it.
RequestRow served(std::string name, std::string bytes, std::string line = std::string(chat_line),
                  int status = 200);

/// A sound body of a chat request.
std::string sound_body();
std::string chat_head(std::string_view fields, std::string_view version = "HTTP/1.1");
/// `fields` and then a sound body with a sound Content-Length.
std::string chat_with(std::string_view fields);
/// GET with exactly these field lines; `target` as it is.
std::string get_head(std::string_view target, std::string_view fields = "Host: weir.test\r\n");
/// "5\r\nhello\r\n0\r\n\r\n"
std::string chunked(std::string_view body);

std::vector<RequestRow> transfer_encoding_rows();
std::vector<RequestRow> content_length_rows();
std::vector<RequestRow> chunk_rows();
std::vector<RequestRow> field_rows();
std::vector<RequestRow> first_line_rows();
std::vector<RequestRow> path_rows();
std::vector<RequestRow> size_rows();
std::vector<RequestRow> connection_rows();
std::vector<RequestRow> smuggling_rows();
std::vector<RequestRow> disguise_rows();
std::vector<RequestRow> stranger_rows();
std::vector<RequestRow> anthropic_rows();
std::vector<RequestRow> json_rows();
std::vector<RequestRow> member_rows();

}  // namespace weir::testing
