// Background responses: reserved when they are accepted, settled once, when an answer shows what they used.
#include "wire/answers.hpp"
#include "wire/request_rows.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

const char* const usage = R"({"input_tokens":50,"output_tokens":60,"total_tokens":110})";

std::string start(const std::string& more = {}, const std::string& path = "/v1/responses") {
    return request(
        {.path = path,
         .body = body_of(R"("input":"hello there","max_output_tokens":400,"background":true)" + more)});
}

Reply says(const std::string& status, const std::string& counts = "null", const std::string& id = "resp_1") {
    return reply({.body = response(status, counts, id)});
}

/// Still held: the input as estimated, the output as bounded.
Charge held(std::int64_t requests) {
    return {.requests = requests, .input = estimated(), .output = 400};
}
Charge settled(std::int64_t requests) {
    return {.requests = requests, .input = 50, .output = 60};
}

const Ask& poll() {
    static const Ask ask{.bytes = get_of("/v1/responses/resp_1")};
    return ask;
}

Ask then(const std::string& bytes, Charge charge) {
    return {.bytes = bytes, .charge = charge};
}

WireRows polled() {
    const std::string poll_bytes = poll().bytes;
    return {
        {.name = "whole_story",
         .asks = {then(start(), held(1)), then(poll_bytes, held(2)), then(poll_bytes, held(3)),
                  then(poll_bytes, settled(4)), then(poll_bytes, settled(5))},
         .replies = {says("queued"), says("queued"), says("in_progress"), says("completed", usage)},
         .stays_reserved = true},
        {.name = "never_polled",
         .asks = {then(start(), held(1))},
         .replies = {says("queued")},
         .stays_reserved = true},
        {.name = "incomplete",
         .asks = {then(start(), held(1)), then(poll_bytes, settled(2))},
         .replies = {says("queued"), says("incomplete", usage)},
         .stays_reserved = true},
        {.name = "cancelled_with_usage",
         .asks = {then(start(), held(1)), then(poll_bytes, settled(2))},
         .replies = {says("queued"), says("cancelled", usage)},
         .stays_reserved = true},
        {.name = "failed",
         .asks = {then(start(), held(1)), then(poll_bytes, {.requests = 2})},
         .replies =
             {says("queued"),
              reply(
                  {.body =
                       R"({"id":"resp_1","object":"response","status":"failed","error":{"code":"server_error",)"
                       R"("message":"m"},"output":[],"usage":null})"})},
         .stays_reserved = true},
        {.name = "polled_with_a_query",
         .asks = {then(start(), held(1)), then(get_of("/v1/responses/resp_1?include[]=usage"), settled(2))},
         .replies = {says("queued"), says("completed", usage)},
         .stays_reserved = true},
        {.name = "polled_below_another_base",
         .asks = {then(start({}, "/openai/v1/responses"), held(1)),
                  then(get_of("/openai/v1/responses/resp_1"), settled(2))},
         .replies = {says("queued"), says("completed", usage)},
         .stays_reserved = true},
        {.name = "polled_as_a_stream",
         .asks = {then(start(), held(1)), then(get_of("/v1/responses/resp_1?stream=true"), settled(2))},
         .replies = {says("queued"),
                     stream_reply(response_delta +
                                  response_event("response.completed", response("completed", usage)))},
         .stays_reserved = true},
        {.name = "polled_with_an_error_between",
         .asks = {then(start(), held(1)),
                  {.bytes = poll_bytes, .status = 500, .charge = held(2)},
                  {.bytes = poll_bytes, .status = 429, .charge = held(3)},
                  then(poll_bytes, settled(4))},
         .replies = {says("queued"), reply({.body = "{}", .status = 500}),
                     reply({.body = "{}", .status = 429}), says("completed", usage)},
         .stays_reserved = true},
    };
}

/// As some servers take them for the response's own path.
WireRows polled_in_other_spellings() {
    WireRows rows;
    for (const std::string end : {"%20", ".json", ";x", "%3b", "%2f", "/%20"}) {
        rows.push_back(
            {.name = "spelled_resp_1" + end,
             .asks = {then(start(), held(1)), then(get_of("/v1/responses/resp_1" + end), settled(2))},
             .replies = {says("queued"), says("completed", usage)},
             .stays_reserved = true});
    }
    rows.push_back({.name = "spelled_with_an_encoded_slash",
                    .asks = {then(start(), held(1)), then(get_of("/v1/responses%2fresp_1"), settled(2))},
                    .replies = {says("queued"), says("completed", usage)},
                    .stays_reserved = true});
    rows.push_back(
        {.name = "a_spelling_that_finds_nothing",
         .asks = {then(start(), held(1)),
                  {.bytes = get_of("/v1/responses/resp_1.json"), .status = 404, .charge = held(2)},
                  then(poll().bytes, settled(3))},
         .replies = {says("queued"), reply({.body = "{}", .status = 404}), says("completed", usage)},
         .stays_reserved = true});
    return rows;
}

WireRows ended_at_once() {
    const std::string error = R"({"error":{"message":"m","type":"t","param":null,"code":null}})";
    return {
        {.name = "completed_at_once",
         .asks = {then(start(), settled(1)), then(poll().bytes, settled(2))},
         .replies = {says("completed", usage)}},
        {.name = "refused",
         .asks = {{.bytes = start(), .status = 400, .charge = Charge{}}},
         .replies = {reply({.body = error, .status = 400})}},
        {.name = "the_upstream_breaks_off_before_it_answers",
         .asks = {{.bytes = start(), .status = 502, .charge = held(1)}},
         .replies = {{.bytes = "", .end = End::close}}},
        {.name = "streamed_to_its_end",
         .asks = {then(start(",\"stream\":true"), settled(1)), then(poll().bytes, settled(2))},
         .replies = {stream_reply(response_event("response.queued", response("queued", "null")) +
                                  response_delta +
                                  response_event("response.completed", response("completed", usage))),
                     says("completed", usage)}},
        {.name = "not_in_the_background",
         .asks = {then(request({.path = "/v1/responses",
                                .body = body_of(
                                    R"("input":"hello there","max_output_tokens":400,"background":false)")}),
                       settled(1)),
                  then(poll().bytes, settled(2))},
         .replies = {says("completed", usage)}},
        {.name = "somebody_elses_id",
         .asks = {then(get_of("/v1/responses/resp_9"), {.requests = 1})},
         .replies = {says("completed", usage, "resp_9")}},
    };
}

WireRows several() {
    const std::string one = poll().bytes;
    const std::string two = get_of("/v1/responses/resp_2");
    return {
        {.name = "two_at_a_time",
         .asks = {then(start(), held(1)), then(start(), {.requests = 2, .input = {2, 120}, .output = 800}),
                  then(two, {.requests = 3, .input = {8, 67}, .output = 407}),
                  then(one, {.requests = 4, .input = 57, .output = 67}),
                  then(two, {.requests = 5, .input = 57, .output = 67})},
         .replies = {says("queued"), says("queued", "null", "resp_2"),
                     says("completed", R"({"input_tokens":7,"output_tokens":7})", "resp_2"),
                     says("completed", usage),
                     says("completed", R"({"input_tokens":7,"output_tokens":7})", "resp_2")},
         .stays_reserved = true},
        // The response is under way for the provider, and no request is: polls and others have their slot.
        {.name = "takes_no_slot_of_those_in_flight",
         .asks = {then(start(), held(1)), then(one, held(2)),
                  then(start(), {.requests = 3, .input = {2, 120}, .output = 800}),
                  then(one, {.requests = 4, .input = {51, 110}, .output = 460})},
         .replies = {says("queued"), says("in_progress"), says("queued", "null", "resp_2"),
                     says("completed", usage)},
         .config = R"({"tiers": {"default": {"limits": {"max_in_flight": 1}}}})",
         .stays_reserved = true},
        // Another key's poll is charged to nobody twice, and the response stays its owner's to pay.
        {.name = "polled_by_another_key_too",
         .asks = {then(start(), held(1)),
                  {.bytes = get_of("/v1/responses/resp_1", "other-key")},
                  then(one, settled(2))},
         .replies = {says("queued"), says("completed", usage)},
         .stays_reserved = true},
    };
}

}  // namespace

WireRows background_rows() {
    return polled() + polled_in_other_spellings() + ended_at_once() + several();
}

}  // namespace weir::testing
