// Content types that lie, codings that nobody asked for, marks before the text: usage is read all the same,
// and the bytes pass.
#include <array>

#include "mock_upstream/coding.hpp"
#include "wire/answer_rows.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

const char* const usage = R"({"prompt_tokens":12,"completion_tokens":34,"total_tokens":46})";
constexpr Charge charge{.input = 12, .output = 34};

WireRows types() {
    WireRows rows;
    constexpr std::array json_types{
        "text/plain",        "text/plain; charset=utf-8", "application/octet-stream",
        "text/html",         "application/problem+json",  "APPLICATION/JSON",
        "text/event-stream", "binary/octet-stream",       ""};
    for (const char* type : json_types) {
        rows.push_back({.name = std::string("json_as_") + type,
                        .asks = {{.bytes = plain_chat(), .body = chat_completion(usage)}},
                        .replies = {reply({.body = chat_completion(usage), .type = type})},
                        .charge = charge});
    }
    constexpr std::array stream_types{"text/plain",
                                      "text/plain; charset=utf-8",
                                      "application/json",
                                      "application/octet-stream",
                                      "TEXT/Event-Stream;charset=UTF-8",
                                      ""};
    for (const char* type : stream_types) {
        for (const Framing framing : {Framing::chunked, Framing::close}) {
            const std::string how = framing == Framing::close ? "_closed" : "_chunked";
            rows.push_back(
                {.name = std::string("events_as_") + type + how,
                 .asks = {{.bytes = streamed_chat(), .body = chat_events_without_usage()}},
                 .replies = {reply({.body = chat_events(usage), .type = type, .framing = framing})},
                 .charge = charge});
        }
    }
    rows.push_back({.name = "a_plain_answer_to_a_streamed_request",
                    .asks = {{.bytes = streamed_chat(), .body = chat_completion(usage)}},
                    .replies = {chat_reply(usage)},
                    .charge = charge});
    rows.push_back({.name = "a_stream_for_a_plain_request",
                    .asks = {{.bytes = plain_chat()}},
                    .replies = {stream_reply(chat_events(usage))},
                    .charge = charge});
    return rows;
}

WireRows marks() {
    constexpr std::array<std::pair<const char*, const char*>, 4> before{
        {{"byte_order_mark", "\xEF\xBB\xBF"}, {"line_ends", "\r\n\r\n"}, {"spaces", "  \t "}, {"tab", "\t"}}};
    WireRows rows;
    for (const auto& [name, text] : before) {
        const std::string body = text + chat_completion(usage);
        rows.push_back({.name = std::string("json_after_") + name,
                        .asks = {{.bytes = plain_chat(), .body = body}},
                        .replies = {reply({.body = body})},
                        .charge = charge});
    }
    rows.push_back(
        {.name = "events_after_byte_order_mark",
         .asks = {{.bytes = streamed_chat(), .contains = {" tok", "[DONE]"}, .lacks = {"prompt_tokens"}}},
         .replies = {stream_reply("\xEF\xBB\xBF" + chat_events(usage))},
         .charge = charge});
    rows.push_back({.name = "events_as_text_after_a_comment",
                    .asks = {{.bytes = streamed_chat(), .body = ": hello\n\n" + chat_events_without_usage()}},
                    .replies = {reply({.body = ": hello\n\n" + chat_events(usage), .type = "text/plain"})},
                    .charge = charge});
    rows.push_back({.name = "padded_with_spaces_while_it_works",
                    .asks = {{.bytes = plain_chat()}},
                    .replies = {reply({.body = std::string(5000, ' ') + chat_completion(usage) + "\n"})},
                    .charge = charge});
    return rows;
}

/// Identity is asked for on every POST; some compress all the same.
WireRows codings() {
    const std::string image = R"({"created":1,"data":[{"b64_json":")" + std::string(200'000, 'A') +
                              R"("}],"usage":{"input_tokens":50,"output_tokens":4160}})";
    WireRows rows;
    for (const std::string coding : {"gzip", "deflate", "zstd", "br"}) {
        const auto encoded = [&](const std::string& text) { return mock::encode(coding, text); };
        const std::string field = "Content-Encoding: " + coding + "\r\n";
        const std::string plain = encoded(chat_completion(usage));
        rows.push_back(
            {.name = coding + "_json",
             .asks = {{.bytes = plain_chat(), .body = plain, .fields = {"content-encoding: " + coding}}},
             .replies = {reply({.body = plain, .fields = field})},
             .charge = charge,
             .upstream_has = {"accept-encoding: identity"}});
        // weir's own usage chunk has to go, so what is left goes on decoded.
        rows.push_back({.name = coding + "_events",
                        .asks = {{.bytes = streamed_chat(),
                                  .body = chat_events_without_usage(),
                                  .fields = {"!content-encoding"}}},
                        .replies = {reply({.body = encoded(chat_events(usage)),
                                           .type = "text/event-stream",
                                           .framing = Framing::chunked,
                                           .fields = field})},
                        .charge = charge});
        rows.push_back(
            {.name = coding + "_image",
             .asks = {{.bytes = request({.path = "/v1/images/generations",
                                         .body = R"({"model":"gpt-image-1","prompt":"a weir"})",
                                         .fields = "Accept-Encoding: gzip, br\r\n"}),
                       .body = encoded(image)}},
             .replies = {reply({.body = encoded(image), .framing = Framing::chunked, .fields = field})},
             .charge = Charge{.input = 50, .output = 4160}});
    }
    const std::string twice = mock::encode("zstd", mock::encode("gzip", chat_completion(usage)));
    rows.push_back({.name = "gzip_then_zstd_json",
                    .asks = {{.bytes = plain_chat(), .body = twice}},
                    .replies = {reply({.body = twice, .fields = "Content-Encoding: gzip, zstd\r\n"})},
                    .charge = charge});
    const std::string named = mock::encode("gzip", chat_completion(usage));
    for (const std::string coding : {"x-gzip", "GZIP", "identity, gzip"}) {
        rows.push_back({.name = coding + "_named",
                        .asks = {{.bytes = plain_chat(), .body = named}},
                        .replies = {reply({.body = named, .fields = "Content-Encoding: " + coding + "\r\n"})},
                        .charge = charge});
    }
    rows.push_back(
        {.name = "identity_named",
         .asks = {{.bytes = plain_chat(), .body = chat_completion(usage)}},
         .replies = {reply({.body = chat_completion(usage), .fields = "Content-Encoding: identity\r\n"})},
         .charge = charge});
    // What can't be decoded passes, and the reservation is charged.
    for (const std::string coding : {"gzip", "zstd", "br", "compress"}) {
        rows.push_back(
            {.name = coding + "_that_is_none",
             .asks = {{.bytes = plain_chat(), .body = "no such thing"}},
             .replies = {reply({.body = "no such thing", .fields = "Content-Encoding: " + coding + "\r\n"})},
             .charge = Charge{.input = estimated(), .output = 500}});
    }
    // 200 MB of blanks in 200 KB: passed on as it came, read in bounded memory.
    const std::string bomb = mock::encode("gzip", std::string(200'000'000, ' '));
    rows.push_back({.name = "gzip_bomb",
                    .asks = {{.bytes = plain_chat(), .body = bomb}},
                    .replies = {reply({.body = bomb, .fields = "Content-Encoding: gzip\r\n"})},
                    .charge = Charge{.input = estimated(), .output = 500}});
    return rows;
}

}  // namespace

WireRows content_type_rows() {
    return types() + marks() + codings();
}

}  // namespace weir::testing
