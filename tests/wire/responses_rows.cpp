// The Responses API: usage in its last event, however long that is, and how a stream may end.
#include "wire/answer_rows.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

std::string ask(bool stream) {
    return request({.path = "/v1/responses",
                    .body = body_of(std::string(R"("input":"hello there","max_output_tokens":500)") +
                                    (stream ? ",\"stream\":true" : ""))});
}

const char* const usage = R"({"input_tokens":12,"output_tokens":34,"total_tokens":46})";

WireRow plain(const std::string& name, const std::string& body, Amount input, Amount output) {
    return {.name = name + "_plain",
            .asks = {{.bytes = ask(false), .body = body}},
            .replies = {reply({.body = body})},
            .charge = Charge{.input = input, .output = output}};
}

WireRow streamed(const std::string& name, const std::string& events, Amount input, Amount output,
                 Framing framing = Framing::chunked) {
    return {.name = name + "_streamed",
            .asks = {{.bytes = ask(true), .body = events, .lacks = {"broke off"}}},
            .replies = {stream_reply(events, framing)},
            .charge = Charge{.input = input, .output = output}};
}

/// A response whose output holds an image of so many bytes, before its usage or after it.
std::string with_image(std::size_t bytes, bool usage_first) {
    const std::string image =
        R"("output":[{"type":"image_generation_call","result":")" + std::string(bytes, 'A') + R"("}])";
    const std::string counts = R"("usage":{"input_tokens":5000,"output_tokens":4000,"total_tokens":9000})";
    return R"({"id":"resp_1","object":"response","status":"completed",)" +
           (usage_first ? counts + "," + image : image + "," + counts) + "}";
}

WireRows usage_forms() {
    return {
        plain("usual", response("completed", usage), 12, 34),
        plain("incomplete", response("incomplete", usage), 12, 34),
        plain("null_usage", response("completed", "null"), estimated(), {1, 500}),
        plain("zero", response("completed", R"({"input_tokens":0,"output_tokens":0,"total_tokens":0})"),
              estimated(), {1, 500}),
        plain("reasoning_apart",
              response("completed", R"({"input_tokens":32,"output_tokens":9,"total_tokens":135,)"
                                    R"("output_tokens_details":{"reasoning_tokens":94}})"),
              32, 103),
        plain("names_of_chat", response("completed", R"({"prompt_tokens":12,"completion_tokens":34})"), 12,
              34),
        streamed("completed",
                 response_delta + response_event("response.completed", response("completed", usage)), 12, 34),
        streamed("incomplete",
                 response_delta + response_event("response.incomplete", response("incomplete", usage)), 12,
                 34),
        streamed("failed_with_usage",
                 response_delta + response_event("response.failed", response("failed", usage)), 12, 34),
        streamed("null_usage",
                 response_delta + response_event("response.completed", response("completed", "null")),
                 estimated(), {1, 500}),
        streamed("created_with_null_usage",
                 response_event("response.created", response("in_progress", "null")) + response_delta +
                     response_event("response.completed", response("completed", usage)),
                 12, 34),
        streamed(
            "with_end_mark",
            response_delta + response_event("response.completed", response("completed", usage)) + done_event,
            12, 34),
    };
}

WireRows ends() {
    const std::string whole =
        response_delta + response_event("response.completed", response("completed", usage));
    const std::string incomplete =
        response_delta + response_event("response.incomplete", response("incomplete", usage));
    return {
        streamed("closed_after_completed", whole, 12, 34, Framing::close),
        streamed("closed_after_incomplete", incomplete, 12, 34, Framing::close),
        streamed("closed_after_failed",
                 response_delta + response_event("response.failed", response("failed", usage)), 12, 34,
                 Framing::close),
        streamed("closed_after_an_error",
                 response_delta + event("error", R"({"type":"error","code":"server_error","message":"m"})"),
                 estimated(), {0, 500}, Framing::close),
        {.name = "cut_in_the_text_streamed",
         .asks = {{.bytes = ask(true), .complete = false, .contains = {"one two three", "broke off"}}},
         .replies = {stream_reply(response_delta, Framing::close)},
         .charge = Charge{.input = estimated(), .output = {1, 500}}},
    };
}

WireRows long_events() {
    WireRows rows;
    for (const bool usage_first : {false, true}) {
        for (const Framing framing : {Framing::chunked, Framing::close}) {
            const std::string name = std::string("image_of_1_2_mb_") + (usage_first ? "after" : "before") +
                                     "_usage_" + (framing == Framing::close ? "closed" : "chunked");
            const std::string last = response_event("response.completed", with_image(1'200'000, usage_first));
            rows.push_back(streamed(name, response_delta + last, 5000, 4000, framing));
        }
        rows.push_back(plain(std::string("image_of_1_2_mb_") + (usage_first ? "after" : "before") + "_usage",
                             with_image(1'200'000, usage_first), 5000, 4000));
    }
    rows.push_back(streamed("image_of_9_mb",
                            response_event("response.completed", with_image(9'000'000, false)), 5000, 4000,
                            Framing::close));
    // Text that only looks like usage, within the longest member.
    const std::string quoted =
        R"({"id":"resp_1","object":"response","status":"completed","output":[{"text":")" +
        std::string(1'200'000, 'A') + R"(\"usage\":{\"input_tokens\":1,\"output_tokens\":1}"}],)" +
        R"("usage":{"input_tokens":5000,"output_tokens":4000}})";
    rows.push_back(
        streamed("usage_quoted_in_a_long_text", response_event("response.completed", quoted), 5000, 4000));
    return rows;
}

}  // namespace

WireRows responses_rows() {
    return usage_forms() + ends() + long_events();
}

}  // namespace weir::testing
