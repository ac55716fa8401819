// Anthropic's messages: usage in its parts, iterations, and how a stream may end.
#include <array>

#include "wire/answer_rows.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

std::string ask(bool stream) {
    return request(
        {.path = "/v1/messages",
         .body = body_of(messages_member + R"(,"max_tokens":500)" + (stream ? ",\"stream\":true" : "")),
         .fields = "anthropic-version: 2023-06-01\r\n"});
}

WireRow plain(const std::string& name, const std::string& usage, Amount input, Amount output) {
    return {.name = name + "_plain",
            .asks = {{.bytes = ask(false), .body = message(usage)}},
            .replies = {reply({.body = message(usage)})},
            .charge = Charge{.input = input, .output = output}};
}

/// Passes untouched, whole.
WireRow streamed(const std::string& name, const std::string& events, Amount input, Amount output,
                 Framing framing = Framing::chunked) {
    return {.name = name + "_streamed",
            .asks = {{.bytes = ask(true), .body = events}},
            .replies = {stream_reply(events, framing)},
            .charge = Charge{.input = input, .output = output}};
}

const char* const start_usage = R"({"input_tokens":25,"output_tokens":1})";
const char* const end_usage = R"({"output_tokens":15})";

WireRows usage_forms() {
    const std::string cached =
        R"({"input_tokens":10,"cache_creation_input_tokens":200,"cache_read_input_tokens":3000,"output_tokens":7})";
    const std::string zero_in = R"({"input_tokens":0,"output_tokens":7})";
    const std::string iterations =
        R"({"input_tokens":23000,"output_tokens":1000,"iterations":[{"type":"compaction","input_tokens":180000,)"
        R"("output_tokens":3500},{"type":"message","input_tokens":23000,"output_tokens":1000}]})";
    const std::string one_iteration =
        R"({"input_tokens":25,"output_tokens":15,"iterations":[{"type":"message","input_tokens":25,)"
        R"("output_tokens":15}]})";
    const std::string no_iteration = R"({"input_tokens":25,"output_tokens":15,"iterations":[]})";
    const std::string null_iterations = R"({"input_tokens":25,"output_tokens":15,"iterations":null})";
    const std::string cached_iterations =
        R"({"input_tokens":23,"output_tokens":10,"iterations":[{"type":"compaction","input_tokens":100,)"
        R"("cache_read_input_tokens":50,"output_tokens":35},{"type":"message","input_tokens":23,)"
        R"("cache_creation_input_tokens":7,"output_tokens":10}]})";
    return {
        plain("usual", R"({"input_tokens":25,"output_tokens":15})", 25, 15),
        plain("cached", cached, 3210, 7),
        plain("zero_input", zero_in, estimated(), 7),
        plain("all_from_the_cache", R"({"input_tokens":0,"cache_read_input_tokens":3000,"output_tokens":7})",
              3000, 7),
        plain("floats", R"({"input_tokens":25.0,"output_tokens":15.0})", 25, 15),
        plain("strings", R"({"input_tokens":"25","output_tokens":"15"})", 25, 15),
        plain(
            "null_cache",
            R"({"input_tokens":25,"cache_creation_input_tokens":null,"cache_read_input_tokens":null,"output_tokens":15})",
            25, 15),
        plain("iterations", iterations, 203'000, 4'500),
        plain("one_iteration", one_iteration, 25, 15),
        plain("no_iteration", no_iteration, 25, 15),
        plain("null_iterations", null_iterations, 25, 15),
        plain("cached_iterations", cached_iterations, 180, 45),
        streamed("iterations",
                 message_start(R"({"input_tokens":23000,"output_tokens":1})") + message_text +
                     message_delta(iterations) + message_stop,
                 203'000, 4'500),
    };
}

WireRows stream_forms() {
    const std::string begin = message_start(start_usage) + message_text;
    return {
        streamed("usual", begin + message_delta(end_usage) + message_stop, 25, 15),
        streamed("zero_input_at_start",
                 message_start(R"({"input_tokens":0,"output_tokens":0})") + message_text +
                     message_delta(end_usage) + message_stop,
                 estimated(), 15),
        streamed("input_at_the_end",
                 message_start(R"({"input_tokens":0,"output_tokens":0})") + message_text +
                     message_delta(R"({"input_tokens":77,"output_tokens":15})") + message_stop,
                 77, 15),
        streamed("input_again_at_the_end",
                 begin + message_delta(R"({"input_tokens":30,"output_tokens":15})") + message_stop, 30, 15),
        streamed("zero_input_at_the_end",
                 begin + message_delta(R"({"input_tokens":0,"output_tokens":15})") + message_stop, 25, 15),
        streamed("cumulative",
                 begin + message_delta(R"({"output_tokens":5})", "null") +
                     message_delta(R"({"output_tokens":15})") + message_stop,
                 25, 15),
        streamed("cached_at_start",
                 message_start(R"({"input_tokens":5,"cache_read_input_tokens":1000,"output_tokens":1})") +
                     message_text + message_delta(end_usage) + message_stop,
                 1005, 15),
        streamed("pings",
                 begin + event("ping", R"({"type":"ping"})") + message_delta(end_usage) + message_stop, 25,
                 15),
    };
}

WireRows ends() {
    const std::string begin = message_start(start_usage) + message_text;
    const std::string whole = begin + message_delta(end_usage);
    WireRow cut{
        .name = "cut_in_the_text_streamed",
        .asks = {{.bytes = ask(true), .complete = false, .contains = {"one two three", "event: error"}}},
        .replies = {stream_reply(begin, Framing::close)},
        .charge = Charge{.input = 25, .output = {1, 500}}};
    WireRow no_reason = cut;
    no_reason.name = "message_delta_without_a_reason_streamed";
    no_reason.replies = {
        stream_reply(begin + message_delta(R"({"output_tokens":5})", "null"), Framing::close)};
    no_reason.charge = Charge{.input = 25, .output = {5, 500}};
    return {
        streamed("closed_after_message_stop", whole + message_stop, 25, 15, Framing::close),
        streamed("closed_after_the_stop_reason", whole, 25, 15, Framing::close),
        streamed("chunked_without_message_stop", whole, 25, 15),
        streamed("closed_after_an_error", begin + anthropic_overloaded, 25, {1, 500}, Framing::close),
        cut,
        no_reason,
    };
}

}  // namespace

WireRows anthropic_rows() {
    WireRows rows = usage_forms() + stream_forms() + ends();
    // Vertex and Bedrock-like gateways: the same API under other paths.
    constexpr std::array paths{
        "/anthropic/v1/messages",
        "/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-4:rawPredict",
    };
    for (const char* path : paths) {
        const std::string usage = R"({"input_tokens":0,"output_tokens":15})";
        rows.push_back(
            {.name = std::string("at") + path,
             .asks = {{.bytes = request(
                           {.path = path, .body = body_of(messages_member + R"(,"max_tokens":500)")})}},
             .replies = {reply({.body = message(usage)})},
             .charge = Charge{.input = estimated(), .output = 15}});
    }
    return rows;
}

}  // namespace weir::testing
