// POST /v1/responses: one output item, a message or a function call, plain or as the full sequence of events.
#include "mock_upstream/json_text.hpp"
#include "mock_upstream/reply.hpp"
#include "mock_upstream/usage_text.hpp"
#include "text/json_text.hpp"

namespace weir::mock {
namespace {

std::string text_of(const Reply& reply) {
    std::string text = text_open(reply);
    append_tokens(text, reply.tokens);
    text += text_close(reply);
    return text;
}

std::string arguments_of(const Reply& reply) {
    std::string text = tool_arguments_open(reply);
    append_tokens(text, reply.tokens);
    text += tool_arguments_close;
    return text;
}

std::string item_id(const Reply& reply) {
    return (reply.calls_tool ? "fc_mock_" : "msg_mock_") + std::to_string(reply.number);
}

void append_text_part(std::string& out, std::string_view text) {
    out += R"({"type":"output_text","annotations":[],"logprobs":[],"text":)";
    text::append_json_string(out, text);
    out += '}';
}

/// The output item: as it is when it is added (empty), or when it is done.
void append_item(const Reply& reply, std::string& out, bool done) {
    const std::string_view status = !done ? "in_progress" : reply.cut_by_limit ? "incomplete" : "completed";
    append(out, R"({"id":")", item_id(reply), R"(","status":")", status, "\",");
    if (reply.calls_tool) {
        append(out, R"("type":"function_call","call_id":"call_mock_)", reply.number, R"(","name":)");
        text::append_json_string(out, reply.call.tool_name);
        out += R"(,"arguments":)";
        text::append_json_string(out, done ? arguments_of(reply) : "");
        out += '}';
        return;
    }
    out += R"("type":"message","role":"assistant","content":[)";
    if (done) append_text_part(out, text_of(reply));
    out += "]}";
}

void append_usage(const Reply& reply, std::string& out) {
    constexpr UsageNames names{.input = "input_tokens",
                               .output = "output_tokens",
                               .details = R"(,"input_tokens_details":{"cached_tokens":0})"
                                          R"(,"output_tokens_details":{"reasoning_tokens":0})"};
    append_usage_value(reply, names, out);
}

std::string response_id(const Reply& reply) {
    return reply.stored_id.empty() ? "resp_mock_" + std::to_string(reply.number) : reply.stored_id;
}

std::string_view status_of(const Reply& reply, bool done) {
    if (reply.progress == Progress::queued) return "queued";
    if (!done) return "in_progress";
    return reply.cut_by_limit ? "incomplete" : "completed";
}

void append_response(const Reply& reply, std::string& out, bool done) {
    append(out, R"({"id":")", response_id(reply), R"(","object":"response","created_at":)", reply.created_s,
           R"(,"status":")", status_of(reply, done), R"(","background":)",
           reply.stored_id.empty() ? "false" : "true", R"(,"error":null,"incomplete_details":)",
           done && reply.cut_by_limit ? R"({"reason":"max_output_tokens"})" : "null",
           R"(,"instructions":null,"max_output_tokens":null,"max_tool_calls":null,"model":)");
    text::append_json_string(out, reply.call.model);
    out += R"(,"output":[)";
    if (done) append_item(reply, out, true);
    out += R"(],"parallel_tool_calls":true,"previous_response_id":null,"prompt_cache_key":null,)"
           R"("reasoning":{"effort":null,"summary":null},"safety_identifier":null,"service_tier":"default",)"
           R"("store":true,"temperature":1.0,"text":{"format":{"type":"text"},"verbosity":"medium"},)"
           R"("tool_choice":"auto","tools":[],"top_logprobs":0,"top_p":1.0,"truncation":"disabled","usage":)";
    if (done && reply.reports_usage) {
        append_usage(reply, out);
    } else {
        out += "null";
    }
    out += R"(,"user":null,"metadata":{}})";
}

void responses_plain(const Reply& reply, Body& body) {
    append_response(reply, body.text, reply.progress == Progress::done);
    // Inside of the text, or of the arguments: right behind the last token.
    const std::size_t last = body.text.rfind(" tok");
    body.pad_at = last == std::string::npos ? body.text.size() : last + 4;
}

/// Begins an event and leaves its JSON object open.
void open_event(Reply& reply, std::string& out, std::string_view type) {
    append(out, "event: ", type, "\ndata: {\"type\":\"", type, R"(","sequence_number":)",
           reply.next_sequence++);
}

constexpr std::string_view close_event = "}\n\n";

void append_response_event(Reply& reply, std::string& out, std::string_view type, bool done) {
    open_event(reply, out, type);
    out += R"(,"response":)";
    append_response(reply, out, done);
    out += close_event;
}

void append_item_event(Reply& reply, std::string& out, std::string_view type, bool done) {
    open_event(reply, out, type);
    out += R"(,"output_index":0,"item":)";
    append_item(reply, out, done);
    out += close_event;
}

void append_part_event(Reply& reply, std::string& out, std::string_view type, std::string_view text) {
    open_event(reply, out, type);
    append(out, R"(,"item_id":")", item_id(reply), R"(","output_index":0,"content_index":0,"part":)");
    append_text_part(out, text);
    out += close_event;
}

/// An event of the text or of the arguments, `member` being what it carries.
void append_text_event(Reply& reply, std::string& out, std::string_view suffix, std::string_view member,
                       std::string_view text) {
    std::string type = reply.calls_tool ? "response.function_call_arguments." : "response.output_text.";
    type += suffix;
    open_event(reply, out, type);
    append(out, R"(,"item_id":")", item_id(reply), R"(","output_index":0,)",
           reply.calls_tool ? "" : R"("content_index":0,"logprobs":[],)", "\"", member, "\":");
    text::append_json_string(out, text);
    out += close_event;
}

void responses_stream_open(Reply& reply, std::string& out) {
    append_response_event(reply, out, "response.created", false);
    append_response_event(reply, out, "response.in_progress", false);
    append_item_event(reply, out, "response.output_item.added", false);
    if (reply.calls_tool) {
        append_text_event(reply, out, "delta", "delta", tool_arguments_open(reply));
    } else {
        append_part_event(reply, out, "response.content_part.added", "");
        if (!text_open(reply).empty()) append_text_event(reply, out, "delta", "delta", text_open(reply));
    }
}

void responses_stream_delta(Reply& reply, std::string& out, std::uint64_t, std::string_view text) {
    append_text_event(reply, out, "delta", "delta", text);
}

void responses_stream_close(Reply& reply, std::string& out) {
    if (reply.calls_tool) {
        append_text_event(reply, out, "delta", "delta", tool_arguments_close);
        append_text_event(reply, out, "done", "arguments", arguments_of(reply));
    } else {
        if (!text_close(reply).empty()) append_text_event(reply, out, "delta", "delta", text_close(reply));
        append_text_event(reply, out, "done", "text", text_of(reply));
        append_part_event(reply, out, "response.content_part.done", text_of(reply));
    }
    append_item_event(reply, out, "response.output_item.done", true);
    append_response_event(reply, out, reply.cut_by_limit ? "response.incomplete" : "response.completed",
                          true);
}

}  // namespace

const Dialect responses_dialect{responses_plain, responses_stream_open, responses_stream_delta,
                                responses_stream_close};

}  // namespace weir::mock
