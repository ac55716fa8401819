// Browsers: preflights are never refused for a key and never charged; `cors` answers them, and marks weir's
// own refusals too.
#include "wire/answers.hpp"
#include "wire/request_rows.hpp"
#include "wire/requests.hpp"
#include "wire/wire_config.hpp"

namespace weir::testing {

namespace {

const char* const origin_line = "Origin: https://app.example\r\n";
const char* const answer = R"({"usage":{"prompt_tokens":12,"completion_tokens":5}})";

std::string preflight(const std::string& path = "/v1/chat/completions",
                      const std::string& origin = origin_line) {
    return request(
        {.path = path,
         .fields = origin +
                   "Access-Control-Request-Method: POST\r\n"
                   "Access-Control-Request-Headers: authorization, content-type, x-stainless-lang\r\n",
         .key = "",
         .method = "OPTIONS"});
}

/// `patch` with the setting put into it.
std::string with_cors(const std::string& patch = "{}",
                      const std::string& origins = R"(["https://app.example"])") {
    const std::string cors = R"("cors": {"allowed_origins": )" + origins + "}";
    return "{" + cors + (patch.size() > 2 ? ", " + patch.substr(1) : "}");
}

/// Five in a row, where a limit allows three requests of anybody's.
WireRow five_preflights(std::string name, std::string config, std::size_t reached) {
    const Ask ask{.bytes = preflight(), .status = not_refused};
    return {.name = std::move(name),
            .asks = {ask, ask, ask, ask, ask},
            .replies = {{.bytes = "HTTP/1.1 204 No Content\r\n\r\n"}},
            .charge = Charge{.requests = 0},
            .config = std::move(config),
            .key = "",
            .reached = reached};
}

WireRows without_setting() {
    WireRow closed = five_preflights("preflights_where_keys_are_required", keys_required, 5);
    closed.key = "test-key";
    WireRow plain_options{.name = "options_that_is_no_preflight_needs_a_key",
                          .asks = {{.bytes = request({.key = "", .method = "OPTIONS"}), .status = 401}},
                          .replies = {reply({.body = "{}"})},
                          .config = keys_required,
                          .reached = 0};
    return {five_preflights("preflights_of_anybody", tier_with(R"("rpm": 3)"), 5),
            closed,
            plain_options,
            {.name = "an_origin_alone_changes_nothing",
             .asks = {{.bytes = request({.body = body_of(messages_member), .fields = origin_line}),
                       .body = answer,
                       .fields = {"!access-control-allow-origin"}}},
             .replies = {reply({.body = answer})},
             .charge = Charge{.input = 12, .output = 5}}};
}

WireRows preflights() {
    const std::vector<std::string> allowed{
        "access-control-allow-origin= https://app.example",
        "access-control-allow-methods: POST",
        "access-control-allow-headers: authorization",
        "access-control-allow-headers: content-type",
        "access-control-allow-headers: x-api-key",
        "access-control-allow-headers: x-goog-api-key",
        "access-control-allow-headers: anthropic-version",
        "access-control-allow-headers: anthropic-beta",
        "access-control-allow-headers: anthropic-dangerous-direct-browser-access",
        "access-control-allow-headers: openai-organization",
        "access-control-allow-headers: x-stainless-lang",
        "access-control-allow-headers: x-stainless-retry-count",
        "access-control-max-age= 600",
        "vary: origin"};
    WireRow own{.name = "cors_answers_itself",
                .asks = {{.bytes = preflight(), .status = 204, .fields = allowed}},
                .replies = {reply({.body = answer})},
                .charge = Charge{.requests = 0},
                .config = with_cors(),
                .key = "",
                .reached = 0};
    WireRow anthropic = own;
    anthropic.name = "cors_answers_itself_for_messages";
    anthropic.asks[0].bytes = preflight("/v1/messages");
    WireRow keys = own;
    keys.name = "cors_answers_itself_where_keys_are_required";
    keys.config = with_cors(keys_required);
    keys.key = "test-key";
    WireRow stranger = own;
    stranger.name = "cors_lets_no_other_origin_in";
    stranger.asks[0] = {.bytes = preflight("/v1/models", "Origin: https://evil.example\r\n"),
                        .status = not_refused,
                        .fields = {"!access-control-allow-origin"}};
    stranger.reached.reset();
    WireRow longer = stranger;
    longer.name = "cors_compares_whole_origins";
    longer.asks[0].bytes = preflight("/v1/models", "Origin: https://app.example.evil\r\n");
    WireRow null_origin = stranger;
    null_origin.name = "cors_lets_null_not_in";
    null_origin.asks[0].bytes = preflight("/v1/models", "Origin: null\r\n");
    for (WireRow* row : {&stranger, &longer, &null_origin}) row->reached = 0;
    WireRow any = own;
    any.name = "cors_of_any_origin";
    any.config = with_cors("{}", R"(["*"])");
    any.asks[0].fields = {"access-control-allow-origin"};
    WireRow more = own;
    more.name = "cors_with_more_headers";
    more.config =
        R"({"cors": {"allowed_origins": ["https://app.example"], "allowed_headers_more": ["x-mine"], "max_age_s": 5}})";
    more.asks[0].fields = {"access-control-allow-headers: x-mine", "access-control-max-age= 5"};
    return {own, anthropic, keys, stranger, longer, null_origin, any, more};
}

WireRows answers() {
    const std::string post_it = request({.body = body_of(messages_member), .fields = origin_line});
    const std::vector<std::string> exposed{"access-control-allow-origin= https://app.example",
                                           "access-control-expose-headers: x-ratelimit-remaining-requests",
                                           "access-control-expose-headers: retry-after",
                                           "access-control-expose-headers: x-request-id", "vary: origin"};
    WireRow served{.name = "cors_marks_answers",
                   .asks = {{.bytes = post_it, .body = answer, .fields = exposed}},
                   .replies = {reply({.body = answer})},
                   .charge = Charge{.input = 12, .output = 5},
                   .config = with_cors()};
    WireRow replaced = served;
    replaced.name = "cors_replaces_the_upstreams";
    replaced.replies = {reply({.body = answer, .fields = "Access-Control-Allow-Origin: *\r\n"})};
    WireRow stranger = served;
    stranger.name = "cors_marks_nothing_for_strangers";
    stranger.asks[0] = {
        .bytes = request({.body = body_of(messages_member), .fields = "Origin: https://evil.example\r\n"}),
        .fields = {"!access-control-allow-origin"}};
    WireRow unauthorized{
        .name = "cors_marks_401",
        .asks = {{.bytes = request({.body = body_of(messages_member), .fields = origin_line, .key = "bad"}),
                  .status = 401,
                  .fields = exposed}},
        .replies = {reply({.body = answer})},
        .config = with_cors(keys_required),
        .reached = 0};
    WireRow refused{.name = "cors_marks_429",
                    .asks = {{.bytes = post_it}, {.bytes = post_it, .status = 429, .fields = exposed}},
                    .replies = {reply({.body = answer})},
                    .config = with_cors(tier_with(R"("rpm": 1)")),
                    .reached = 1};
    WireRow bad{.name = "cors_marks_400",
                .asks = {{.bytes = request({.body = "no json", .fields = origin_line}),
                          .status = 400,
                          .fields = exposed}},
                .replies = {reply({.body = answer})},
                .config = with_cors(),
                .reached = 0};
    WireRow stream{.name = "cors_marks_streams",
                   .asks = {{.bytes = request({.body = body_of(messages_member + ",\"stream\":true"),
                                               .fields = origin_line}),
                             .fields = exposed}},
                   .replies = {stream_reply(chat_events(R"({"prompt_tokens":12,"completion_tokens":5})"))},
                   .charge = Charge{.input = 12, .output = 5},
                   .config = with_cors()};
    return {served, replaced, stranger, unauthorized, refused, bad, stream};
}

}  // namespace

WireRows browser_rows() {
    return without_setting() + preflights() + answers();
}

}  // namespace weir::testing
