// A record as one line of JSON.
#include "mock_upstream/record.hpp"

#include <openssl/sha.h>

#include <array>

#include "mock_upstream/json_text.hpp"
#include "text/hex.hpp"

namespace weir::mock {
namespace {

void append_text_member(std::string& out, std::string_view name, std::string_view value) {
    append(out, ",\"", name, "\":");
    append_quoted_bytes(out, value);
}

std::string_view truth(bool value) {
    return value ? "true" : "false";
}

}  // namespace

std::string shown_key(std::string_view credential) {
    if (credential.empty()) return {};
    if (credential.starts_with("test-") || credential.starts_with("load-")) return std::string(credential);
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(credential.data()), credential.size(), digest.data());
    return "sha256:" + text::to_hex(std::span(digest).first<6>());
}

std::string log_line(const MockRecord& record) {
    std::string out;
    append(out, R"({"received_us":)", record.received_us, R"(,"ended_us":)", record.ended_us,
           R"(,"connection":)", record.connection, R"(,"on_connection":)", record.on_connection,
           R"(,"in_flight":)", record.in_flight);
    append_text_member(out, "provider", record.provider);
    append_text_member(out, "line", record.line);
    append_text_member(out, "path", record.path);
    append_text_member(out, "key", record.key);
    append_text_member(out, "model", record.model);
    append_text_member(out, "request_id", record.request_id);
    append_text_member(out, "mock_id", record.mock_id);
    append_text_member(out, "answer_id", record.answer_id);
    append_text_member(out, "decided_at_us", record.decided_at_us);
    append(out, R"(,"input_tokens":)", record.input_tokens, R"(,"output_tokens":)", record.output_tokens,
           R"(,"produced":[)");
    for (std::size_t i = 0; i < record.produced.size(); ++i) {
        append(out, i == 0 ? "[" : ",[", record.produced[i].time_us, ",", record.produced[i].tokens, "]");
    }
    append(out, R"(],"status":)", record.status, R"(,"complete":)", truth(record.complete), R"(,"executed":)",
           truth(record.executed), R"(,"duplicate":)", truth(record.duplicate), R"(,"aborted":)",
           truth(record.aborted), R"(,"pipelined":)", truth(record.pipelined));
    append_text_member(out, "problem", record.problem);
    out += '}';
    return out;
}

}  // namespace weir::mock
