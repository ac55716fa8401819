// POST /v1/chat/completions and /v1/completions: plain, streamed, with tool calls, with and without usage.
#include "mock_upstream/json_text.hpp"
#include "mock_upstream/reply.hpp"
#include "mock_upstream/usage_text.hpp"
#include "text/json_text.hpp"

namespace weir::mock {
namespace {

constexpr UsageNames usage_names{.details =
                                     R"(,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0})"
                                     R"(,"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,)"
                                     R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0})"};

void append_usage(const Reply& reply, std::string& out) {
    out += "\"usage\":";
    append_usage_value(reply, usage_names, out);
}

/// Where a provider puts it into the choice: Moonshot.
void append_choice_usage(const Reply& reply, std::string& out, std::uint64_t choice) {
    if (choice != 0 || !reply.reports_usage || reply.usage_form != UsageForm::in_choice) return;
    out += ',';
    append_usage(reply, out);
}

void append_start(const Reply& reply, std::string& out, std::string_view id_prefix, std::string_view object) {
    append(out, R"({"id":")", id_prefix, reply.number, R"(","object":")", object, R"(","created":)",
           reply.created_s, R"(,"model":)");
    text::append_json_string(out, reply.call.model);
    out += R"(,"system_fingerprint":"fp_mock",)";
}

std::string_view finish_reason(const Reply& reply) {
    if (reply.cut_by_limit) return "length";
    return reply.calls_tool ? "tool_calls" : "stop";
}

void remember_pad(Body& body, std::uint64_t choice, std::size_t at) {
    if (choice == 0) body.pad_at = at;
}

void append_message(const Reply& reply, Body& body, std::uint64_t choice) {
    std::string& out = body.text;
    out += R"("message":{"role":"assistant","content":)";
    if (reply.calls_tool) {
        append(out, R"(null,"refusal":null,"tool_calls":[{"id":"call_mock_)", reply.number, "_", choice,
               R"(","type":"function","function":{"name":)");
        text::append_json_string(out, reply.call.tool_name);
        std::string arguments = tool_arguments_open(reply);
        append_tokens(arguments, reply.tokens);
        arguments += tool_arguments_close;
        out += R"(,"arguments":)";
        text::append_json_string(out, arguments);
        remember_pad(body, choice, out.size() - 4);  // before \"}" as it stands escaped and closed
        out += "}}]}";
        return;
    }
    remember_pad(body, choice, append_text(reply, out));
    out += R"(,"refusal":null,"annotations":[]})";
}

void chat_plain(const Reply& reply, Body& body) {
    std::string& out = body.text;
    append_start(reply, out, "chatcmpl-mock-", "chat.completion");
    out += R"("choices":[)";
    for (std::uint64_t choice = 0; choice < reply.call.choices; ++choice) {
        append(out, choice == 0 ? "" : ",", R"({"index":)", choice, ",");
        append_message(reply, body, choice);
        append(out, R"(,"logprobs":null,"finish_reason":")", finish_reason(reply), "\"");
        append_choice_usage(reply, out, choice);
        out += '}';
    }
    out += R"(],"service_tier":"default")";
    if (reports_on_top(reply)) {
        out += ',';
        append_usage(reply, out);
    }
    out += '}';
}

bool streams_usage(const Reply& reply) {
    return reports_on_top(reply) && reply.call.include_usage;
}

/// One chunk with one choice; `rest` is what stands behind the choice's index.
void append_chunk(const Reply& reply, std::string& out, std::uint64_t choice, std::string_view rest) {
    out += "data: ";
    append_start(reply, out, "chatcmpl-mock-", "chat.completion.chunk");
    append(out, R"("choices":[{"index":)", choice, ",", rest, "}]",
           streams_usage(reply) ? R"(,"usage":null)" : "", "}\n\n");
}

void append_tool_delta(const Reply& reply, std::string& out, std::uint64_t choice,
                       std::string_view arguments) {
    std::string rest = R"("delta":{"tool_calls":[{"index":0,"function":{"arguments":)";
    text::append_json_string(rest, arguments);
    rest += R"(}}]},"logprobs":null,"finish_reason":null)";
    append_chunk(reply, out, choice, rest);
}

void chat_stream_delta(Reply& reply, std::string& out, std::uint64_t choice, std::string_view text) {
    if (reply.calls_tool) {
        append_tool_delta(reply, out, choice, text);
        return;
    }
    std::string rest = R"("delta":{"content":)";
    text::append_json_string(rest, text);
    rest += R"(},"logprobs":null,"finish_reason":null)";
    append_chunk(reply, out, choice, rest);
}

void chat_stream_open(Reply& reply, std::string& out) {
    for (std::uint64_t choice = 0; choice < reply.call.choices; ++choice) {
        if (!reply.calls_tool) {
            append_chunk(
                reply, out, choice,
                R"("delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null)");
            if (!text_open(reply).empty()) chat_stream_delta(reply, out, choice, text_open(reply));
            continue;
        }
        std::string rest =
            R"("delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_mock_)";
        append(rest, reply.number, "_", choice, R"(","type":"function","function":{"name":)");
        text::append_json_string(rest, reply.call.tool_name);
        rest += R"(,"arguments":""}}]},"logprobs":null,"finish_reason":null)";
        append_chunk(reply, out, choice, rest);
        append_tool_delta(reply, out, choice, tool_arguments_open(reply));
    }
}

void chat_stream_close(Reply& reply, std::string& out) {
    for (std::uint64_t choice = 0; choice < reply.call.choices; ++choice) {
        const std::string_view last = reply.calls_tool ? tool_arguments_close : text_close(reply);
        if (!last.empty()) chat_stream_delta(reply, out, choice, last);
        std::string rest = R"("delta":{},"logprobs":null,"finish_reason":")";
        append(rest, finish_reason(reply), "\"");
        append_choice_usage(reply, rest, choice);
        append_chunk(reply, out, choice, rest);
    }
    if (streams_usage(reply)) {
        out += "data: ";
        append_start(reply, out, "chatcmpl-mock-", "chat.completion.chunk");
        out += R"("choices":[],)";
        append_usage(reply, out);
        out += "}\n\n";
    }
    out += "data: [DONE]\n\n";
}

void completions_plain(const Reply& reply, Body& body) {
    std::string& out = body.text;
    append_start(reply, out, "cmpl-mock-", "text_completion");
    out += R"("choices":[)";
    for (std::uint64_t choice = 0; choice < reply.call.choices; ++choice) {
        append(out, choice == 0 ? "" : ",", R"({"index":)", choice, R"(,"text":")");
        append_tokens(out, reply.tokens);
        remember_pad(body, choice, out.size());
        append(out, R"(","logprobs":null,"finish_reason":")", finish_reason(reply), "\"}");
    }
    out += ']';
    if (reports_on_top(reply)) {
        out += ',';
        append_usage(reply, out);
    }
    out += '}';
}

void append_completion(const Reply& reply, std::string& out, std::uint64_t choice, std::string_view text,
                       std::string_view finish) {
    out += "data: ";
    append_start(reply, out, "cmpl-mock-", "text_completion");
    append(out, R"("choices":[{"index":)", choice, R"(,"text":)");
    text::append_json_string(out, text);
    append(out, R"(,"logprobs":null,"finish_reason":)", finish, "}]",
           streams_usage(reply) ? R"(,"usage":null)" : "", "}\n\n");
}

void completions_stream_open(Reply&, std::string&) {}

void completions_stream_delta(Reply& reply, std::string& out, std::uint64_t choice, std::string_view text) {
    append_completion(reply, out, choice, text, "null");
}

void completions_stream_close(Reply& reply, std::string& out) {
    for (std::uint64_t choice = 0; choice < reply.call.choices; ++choice) {
        append_completion(reply, out, choice, "", reply.cut_by_limit ? R"("length")" : R"("stop")");
    }
    if (streams_usage(reply)) {
        out += "data: ";
        append_start(reply, out, "cmpl-mock-", "text_completion");
        out += R"("choices":[],)";
        append_usage(reply, out);
        out += "}\n\n";
    }
    out += "data: [DONE]\n\n";
}

}  // namespace

const Dialect chat_dialect{.plain = chat_plain,
                           .stream_open = chat_stream_open,
                           .stream_delta = chat_stream_delta,
                           .stream_close = chat_stream_close,
                           .has_end_mark = true};
const Dialect completions_dialect{.plain = completions_plain,
                                  .stream_open = completions_stream_open,
                                  .stream_delta = completions_stream_delta,
                                  .stream_close = completions_stream_close,
                                  .has_end_mark = true};

}  // namespace weir::mock
