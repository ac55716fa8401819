// POST /v1/messages, Anthropic's API: plain, streamed, tool_use.
#include "mock_upstream/json_text.hpp"
#include "mock_upstream/reply.hpp"
#include "text/json_text.hpp"

namespace weir::mock {
namespace {

std::string_view stop_reason(const Reply& reply) {
    if (reply.cut_by_limit) return "max_tokens";
    return reply.calls_tool ? "tool_use" : "end_turn";
}

void append_start(const Reply& reply, std::string& out) {
    append(out, R"({"id":"msg_mock_)", reply.number, R"(","type":"message","role":"assistant","model":)");
    text::append_json_string(out, reply.call.model);
}

void append_usage(const Reply& reply, std::string& out, std::uint64_t output_tokens) {
    append(out, R"("usage":{"input_tokens":)", reply.input_tokens,
           R"(,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":)", output_tokens,
           R"(,"service_tier":"standard"})");
}

void append_tool_use(const Reply& reply, std::string& out) {
    append(out, R"({"type":"tool_use","id":"toolu_mock_)", reply.number, R"(","name":)");
    text::append_json_string(out, reply.call.tool_name);
    out += R"(,"input":)";
}

void messages_plain(const Reply& reply, Body& body) {
    std::string& out = body.text;
    append_start(reply, out);
    out += R"(,"content":[)";
    if (reply.calls_tool) {
        append_tool_use(reply, out);
        out += tool_arguments_open(reply);
        append_tokens(out, reply.tokens);
        body.pad_at = out.size();
        append(out, tool_arguments_close, "}");
    } else {
        out += R"({"type":"text","text":)";
        body.pad_at = append_text(reply, out);
        out += '}';
    }
    append(out, R"(],"stop_reason":")", stop_reason(reply), R"(","stop_sequence":null)");
    if (reply.reports_usage) {
        out += ',';
        append_usage(reply, out, reply.output_tokens());
    }
    out += '}';
}

void append_delta(std::string& out, bool calls_tool, std::string_view text) {
    out += "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":";
    out += calls_tool ? R"({"type":"input_json_delta","partial_json":)" : R"({"type":"text_delta","text":)";
    text::append_json_string(out, text);
    out += "}}\n\n";
}

void messages_stream_open(Reply& reply, std::string& out) {
    out += "event: message_start\ndata: {\"type\":\"message_start\",\"message\":";
    append_start(reply, out);
    out += R"(,"content":[],"stop_reason":null,"stop_sequence":null)";
    if (reply.reports_usage) {
        out += ',';
        append_usage(reply, out, 0);
    }
    out +=
        "}}\n\nevent: content_block_start\ndata: "
        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":";
    if (reply.calls_tool) {
        append_tool_use(reply, out);
        out += "{}}";
    } else {
        out += R"({"type":"text","text":""})";
    }
    out += "}\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n";
    const std::string first = reply.calls_tool ? tool_arguments_open(reply) : text_open(reply);
    if (!first.empty()) append_delta(out, reply.calls_tool, first);
}

void messages_stream_delta(Reply& reply, std::string& out, std::uint64_t, std::string_view text) {
    append_delta(out, reply.calls_tool, text);
}

void messages_stream_close(Reply& reply, std::string& out) {
    const std::string_view last = reply.calls_tool ? tool_arguments_close : text_close(reply);
    if (!last.empty()) append_delta(out, reply.calls_tool, last);
    append(out,
           "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
           "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"",
           stop_reason(reply), R"(","stop_sequence":null})");
    if (reply.reports_usage) append(out, R"(,"usage":{"output_tokens":)", reply.output_tokens(), "}");
    out += "}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
}

}  // namespace

const Dialect messages_dialect{.plain = messages_plain,
                               .stream_open = messages_stream_open,
                               .stream_delta = messages_stream_delta,
                               .stream_close = messages_stream_close,
                               .has_end_mark = true};

}  // namespace weir::mock
