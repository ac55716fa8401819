// When a stream of chat completions is whole, and when weir has to say that it broke off.
#include "wire/answer_rows.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

const char* const usage = R"({"prompt_tokens":12,"completion_tokens":34,"total_tokens":46})";
const char* const broke_off = "data: {\"error\":";

/// Delimited by closing: only the protocol can tell.
WireRow closed(std::string name, const std::string& events, const std::string& seen, Amount input,
               Amount output, const std::string& asked = streamed_chat()) {
    return {.name = std::move(name),
            .asks = {{.bytes = asked, .body = seen}},
            .replies = {stream_reply(events, Framing::close)},
            .charge = Charge{.input = input, .output = output}};
}

WireRow cut(std::string name, const std::string& events, Amount input, Amount output) {
    return {.name = std::move(name),
            .asks = {{.bytes = streamed_chat(),
                      .complete = false,
                      .contains = {" tok", broke_off},
                      .lacks = {"[DONE]"}}},
            .replies = {stream_reply(events, Framing::close)},
            .charge = Charge{.input = input, .output = output}};
}

std::string choice_event(int index, const std::string& reason) {
    return event(R"({"id":"c","choices":[{"index":)" + std::to_string(index) +
                 R"(,"delta":{"content":" tok"},"finish_reason":)" + reason + "}]}");
}

WireRows whole() {
    const std::string begin = delta_event + finish_event;
    const std::string error = event(R"({"error":{"message":"overloaded","type":"server_error","code":503}})");
    const std::string error_code =
        event(R"({"error":{"message":"m","code":502},"choices":[{"index":0,"delta":{"content":""},)"
              R"("finish_reason":"error"}]})");
    return {
        closed("mark", begin + usage_event(usage) + done_event, begin + done_event, 12, 34),
        closed("mark_without_a_space", begin + usage_event(usage) + "data:[DONE]\n\n",
               begin + "data:[DONE]\n\n", 12, 34),
        closed("mark_with_spaces", begin + usage_event(usage) + "data:  [DONE] \n\n",
               begin + "data:  [DONE] \n\n", 12, 34),
        closed("mark_with_one_line_end", begin + usage_event(usage) + "data: [DONE]\n",
               begin + "data: [DONE]\n", 12, 34),
        closed("mark_without_a_line_end", begin + usage_event(usage) + "data: [DONE]", begin + "data: [DONE]",
               12, 34),
        closed("finish_and_usage", begin + usage_event(usage), begin, 12, 34),
        closed("finish_alone", begin, begin, estimated(), {1, 500}),
        closed("finish_and_a_comment", begin + ": bye\n\n", begin + ": bye\n\n", estimated(), {1, 500}),
        closed("usage_alone", delta_event + usage_event(usage), delta_event, 12, 34),
        closed("length_as_reason", delta_event + choice_event(0, "\"length\""),
               delta_event + choice_event(0, "\"length\""), estimated(), {1, 500}),
        closed("an_error_event_after_text", delta_event + error, delta_event + error, estimated(), 1),
        closed("an_error_in_a_choice", delta_event + error_code, delta_event + error_code, estimated(), 1),
        closed("both_of_two_choices",
               choice_event(0, "null") + choice_event(1, "null") + choice_event(1, "\"stop\"") +
                   choice_event(0, "\"stop\""),
               choice_event(0, "null") + choice_event(1, "null") + choice_event(1, "\"stop\"") +
                   choice_event(0, "\"stop\""),
               estimated(), {1, 1000},
               request({.body = body_of(messages_member + R"(,"max_tokens":500,"stream":true,"n":2)")})),
    };
}

WireRows broken() {
    WireRow one_of_two = cut("one_of_two_choices",
                             choice_event(0, "null") + choice_event(1, "null") + choice_event(1, "\"stop\""),
                             estimated(), {1, 1000});
    one_of_two.asks[0].bytes =
        request({.body = body_of(messages_member + R"(,"max_tokens":500,"stream":true,"n":2)")});
    WireRow reset = cut("reset_in_the_text", delta_event, estimated(), {1, 500});
    reset.replies[0].end = End::reset;
    reset.asks[0].contains = {};
    const auto unfinished_chunk = [](std::string name, const std::string& events) {
        WireRow row = cut(std::move(name), {}, estimated(), {1, 500});
        std::string bytes = stream_reply(events, Framing::chunked).bytes;
        bytes.resize(bytes.size() - std::string("0\r\n\r\n").size());
        row.replies[0] = {.bytes = std::move(bytes), .end = End::close};
        return row;
    };
    return {
        cut("after_one_token", delta_event, estimated(), {1, 500}),
        cut("after_many_tokens", delta_event + delta_event + delta_event, estimated(), {3, 500}),
        cut("in_an_event", delta_event + "data: {\"choices\":[{\"ind", estimated(), {1, 500}),
        cut("after_a_running_count",
            event(R"({"choices":[{"index":0,"delta":{"content":" tok"},"finish_reason":null}],)"
                  R"("usage":{"prompt_tokens":12,"completion_tokens":9}})"),
            12, {9, 500}),
        cut("after_a_mark_within_text",
            event(R"({"choices":[{"index":0,"delta":{"content":" tok data: DONE"},"finish_reason":null}]})"),
            estimated(), {1, 500}),
        one_of_two,
        reset,
        unfinished_chunk("last_chunk_missing", delta_event),
    };
}

/// Answers that are no streams, or no success: nothing of weir's own is added.
WireRows others() {
    const std::string error =
        R"({"error":{"message":"bad","type":"invalid_request_error","param":null,"code":null}})";
    WireRows rows;
    for (const int status : {400, 404, 422, 429, 500, 503}) {
        for (const char* type : {"application/json", "text/event-stream"}) {
            const bool keeps_input = status == 500;
            rows.push_back({.name = "closed_" + std::to_string(status) + "_as_" + type,
                            .asks = {{.bytes = request(
                                          {.body = body_of(
                                               messages_member +
                                               R"(,"stream":true,"stream_options":{"include_usage":true})")}),
                                      .status = status,
                                      .body = error}},
                            .replies = {reply(
                                {.body = error, .status = status, .type = type, .framing = Framing::close})},
                            .charge = Charge{.input = keeps_input ? estimated() : Amount(0), .output = 0}});
        }
    }
    rows.push_back({.name = "closed_json",
                    .asks = {{.bytes = plain_chat(), .body = chat_completion(usage)}},
                    .replies = {reply({.body = chat_completion(usage), .framing = Framing::close})},
                    .charge = Charge{.input = 12, .output = 34}});
    rows.push_back({.name = "length_framed_stream_without_a_mark",
                    .asks = {{.bytes = streamed_chat(), .lacks = {broke_off}}},
                    .replies = {stream_reply(delta_event + delta_event, Framing::length)},
                    .charge = Charge{.input = estimated(), .output = {2, 500}}});
    rows.push_back({.name = "chunked_stream_without_a_mark",
                    .asks = {{.bytes = streamed_chat(), .body = delta_event + delta_event}},
                    .replies = {stream_reply(delta_event + delta_event)},
                    .charge = Charge{.input = estimated(), .output = {2, 500}}});
    rows.push_back(
        {.name = "completions_finish_alone",
         .asks = {{.bytes = request({.path = "/v1/completions",
                                     .body = body_of(R"("prompt":"hi","max_tokens":50,"stream":true)")}),
                   .body = event(R"({"choices":[{"index":0,"text":" tok","finish_reason":"stop"}]})")}},
         .replies = {stream_reply(event(R"({"choices":[{"index":0,"text":" tok","finish_reason":"stop"}]})"),
                                  Framing::close)},
         .charge = Charge{.input = estimated(), .output = {1, 50}}});
    return rows;
}

}  // namespace

WireRows ending_rows() {
    return whole() + broken() + others();
}

}  // namespace weir::testing
