// Compressed requests: decoded to be metered, passed on as they came.
#include <array>

#include "mock_upstream/coding.hpp"
#include "wire/answers.hpp"
#include "wire/request_rows.hpp"
#include "wire/requests.hpp"
#include "wire/wire_config.hpp"

namespace weir::testing {

namespace {

const char* const usage = R"({"prompt_tokens":12,"completion_tokens":34,"total_tokens":46})";
constexpr Charge charge{.input = 12, .output = 34};

std::string named(const std::string& coding) {
    return "Content-Encoding: " + coding + "\r\n";
}

std::string plain_body(const std::string& text = "hello there") {
    return body_of(R"("max_tokens":500,"messages":[{"role":"user","content":")" + text + "\"}]");
}

/// Refused by weir itself; nothing is charged.
WireRow refused(std::string name, int status, const std::string& coding, const std::string& body,
                std::string config = "{}") {
    return {.name = std::move(name),
            .asks = {{.bytes = request({.body = body, .fields = named(coding)}), .status = status}},
            .replies = {chat_reply(usage)},
            .charge = Charge{.requests = 0},
            .config = std::move(config),
            .reached = 0};
}

WireRows each_coding() {
    WireRows rows;
    for (const std::string coding : {"gzip", "deflate", "raw-deflate", "zstd", "br"}) {
        const std::string name = coding == "raw-deflate" ? "deflate" : coding;
        const auto encoded = [&](const std::string& text) { return mock::encode(coding, text); };
        const std::string plain = encoded(plain_body());
        rows.push_back({.name = coding + "_plain",
                        .asks = {{.bytes = request({.body = plain, .fields = named(name)})}},
                        .replies = {chat_reply(usage)},
                        .charge = charge,
                        .upstream_body = plain,
                        .upstream_has = {"content-encoding: " + name}});
        // Estimated and bounded by what is in it: usage is not reported.
        rows.push_back({.name = coding + "_estimated",
                        .asks = {{.bytes = request({.body = encoded(plain_body(std::string(4000, '7'))),
                                                    .fields = named(name)})}},
                        .replies = {chat_reply({})},
                        .charge = Charge{.input = {500, 4100}, .output = 500}});
        // What has to be spliced goes on decoded.
        rows.push_back(
            {.name = coding + "_streamed",
             .asks = {{.bytes = request(
                           {.body = encoded(body_of(messages_member + R"(,"max_tokens":500,"stream":true)")),
                            .fields = named(name)}),
                       .body = chat_events_without_usage()}},
             .replies = {stream_reply(chat_events(usage))},
             .charge = charge,
             .upstream_has = {"include_usage", R"("content":"hello there")"},
             .upstream_lacks = {"content-encoding"}});
        const std::string response =
            encoded(body_of(R"("input":"hello there","stream":true,"max_output_tokens":500)"));
        rows.push_back(
            {.name = coding + "_responses",
             .asks = {{.bytes = request({.path = "/v1/responses", .body = response, .fields = named(name)})}},
             .replies = {stream_reply(response_event(
                 "response.completed",
                 R"({"id":"r","status":"completed","usage":{"input_tokens":12,"output_tokens":34}})"))},
             .charge = charge,
             .upstream_body = response});
        rows.push_back({.name = coding + "_blocked_model",
                        .asks = {{.bytes = request({.body = plain, .fields = named(name)}), .status = 403}},
                        .replies = {chat_reply(usage)},
                        .charge = Charge{.requests = 0},
                        .config = R"({"tiers": {"default": {"models": {"gpt-4o": {"otpm": 0}}}}})",
                        .reached = 0});
        rows.push_back(refused(coding + "_cut_short", 400, name, plain.substr(0, plain.size() / 2)));
        rows.push_back(refused(coding + "_of_no_json", 400, name, encoded("no json")));
        rows.push_back(refused(coding + "_of_nothing", 400, name, encoded("")));
        rows.push_back(refused(coding + "_too_large", 413, name, encoded(std::string(20'000'000, ' ')),
                               R"({"limits_of_weir": {"max_body_bytes": 1000000}})"));
        if (coding != "raw-deflate" && coding != "br")
            rows.push_back(refused(coding + "_that_is_none", 400, name, plain_body()));
    }
    return rows;
}

WireRows names() {
    const std::string gzip = mock::encode("gzip", plain_body());
    const std::string both = mock::encode("zstd", gzip);
    const auto served = [](std::string name, const std::string& coding, const std::string& body) {
        return WireRow{.name = "named_" + std::move(name),
                       .asks = {{.bytes = request({.body = body, .fields = named(coding)})}},
                       .replies = {chat_reply(usage)},
                       .charge = charge,
                       .upstream_body = body};
    };
    WireRow unknown = refused("named_compress", 415, "compress", plain_body());
    unknown.asks[0].fields = {"accept-encoding: gzip", "accept-encoding: zstd", "accept-encoding: br"};
    const std::string members = gzip + mock::encode("gzip", "  ");
    return {
        served("x_gzip", "x-gzip", gzip),
        served("GZIP", "GZIP", gzip),
        served("identity", "identity", plain_body()),
        served("identity_and_gzip", "identity, gzip", gzip),
        served("nothing", "", plain_body()),
        served("gzip_then_zstd", "gzip, zstd", both),
        served("gzip_then_zstd_tight", "gzip,zstd", both),
        served("gzip_of_two_members", "gzip", members),
        unknown,
        refused("named_three_layers", 415, "gzip, zstd, br", mock::encode("br", both)),
        refused("named_in_the_wrong_order", 400, "zstd, gzip", both),
        refused("named_gzip_but_zstd", 400, "gzip", mock::encode("zstd", plain_body())),
        refused("not_named_at_all", 400, "identity", gzip),
    };
}

WireRows elsewhere() {
    const std::string upload = mock::encode("gzip", "any bytes");
    const std::string two_fields = "Content-Encoding: gzip\r\nContent-Encoding: zstd\r\n";
    const std::string both = mock::encode("zstd", mock::encode("gzip", plain_body()));
    return {
        {.name = "unmetered_paths_are_not_decoded",
         .asks = {{.bytes = request({.path = "/v1/files", .body = "not gzip", .fields = named("gzip")})}},
         .replies = {reply({.body = "{}"})},
         .charge = Charge{},
         .upstream_body = "not gzip"},
        {.name = "unmetered_paths_keep_the_coding",
         .asks = {{.bytes = request({.path = "/v1/files", .body = upload, .fields = named("gzip")})}},
         .replies = {reply({.body = "{}"})},
         .charge = Charge{},
         .upstream_body = upload,
         .upstream_has = {"content-encoding: gzip"}},
        {.name = "in_two_fields",
         .asks = {{.bytes = request({.body = both, .fields = two_fields})}},
         .replies = {chat_reply(usage)},
         .charge = charge,
         .upstream_body = both},
    };
}

}  // namespace

WireRows compressed_rows() {
    return each_coding() + names() + elsewhere();
}

}  // namespace weir::testing
