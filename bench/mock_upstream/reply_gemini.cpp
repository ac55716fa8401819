// Gemini's own API: generateContent, its stream as events or as one JSON array, embeddings.
#include "mock_upstream/json_text.hpp"
#include "mock_upstream/reply.hpp"
#include "text/json_text.hpp"

namespace weir::mock {
namespace {

/// Half of the output are thoughts where reasoning is reported apart.
void append_usage(const Reply& reply, std::string& out, bool done) {
    if (!reply.reports_usage || reply.usage_form == UsageForm::null) return;
    const std::uint64_t output = done ? reply.output_tokens() : 0;
    const std::uint64_t thoughts = reply.usage_form == UsageForm::reasoning_apart ? output / 2 : 0;
    append(out, R"(,"usageMetadata":{"promptTokenCount":)", reply.input_tokens);
    if (done) append(out, R"(,"candidatesTokenCount":)", output - thoughts);
    if (thoughts > 0) append(out, R"(,"thoughtsTokenCount":)", thoughts);
    append(out, R"(,"totalTokenCount":)", reply.input_tokens + output, "}");
}

/// One GenerateContentResponse.
void append_response(const Reply& reply, std::string& out, std::string_view text, bool done) {
    out += R"({"candidates":[{"content":{"parts":[{"text":)";
    text::append_json_string(out, text);
    out += R"(}],"role":"model"})";
    if (done) append(out, R"(,"finishReason":")", reply.cut_by_limit ? "MAX_TOKENS" : "STOP", "\"");
    out += R"(,"index":0}])";
    append_usage(reply, out, done);
    out += R"(,"modelVersion":)";
    text::append_json_string(out, reply.call.model);
    append(out, R"(,"responseId":"mock-)", reply.number, "\"}");
}

void gemini_plain(const Reply& reply, Body& body) {
    std::string text;
    append_tokens(text, reply.tokens);
    append_response(reply, body.text, text, true);
    const std::size_t end = body.text.find("\"}],\"role\"");
    body.pad_at = end;
}

void events_open(Reply&, std::string&) {}

void events_delta(Reply& reply, std::string& out, std::uint64_t, std::string_view text) {
    out += "data: ";
    append_response(reply, out, text, false);
    out += "\r\n\r\n";
}

void events_close(Reply& reply, std::string& out) {
    out += "data: ";
    append_response(reply, out, "", true);
    out += "\r\n\r\n";
}

void array_open(Reply&, std::string& out) {
    out += '[';
}

void array_delta(Reply& reply, std::string& out, std::uint64_t, std::string_view text) {
    if (reply.next_sequence++ > 0) out += "\n,\r\n";
    append_response(reply, out, text, false);
}

void array_close(Reply& reply, std::string& out) {
    if (reply.next_sequence++ > 0) out += "\n,\r\n";
    append_response(reply, out, "", true);
    out += "\n]";
}

void embed_plain(const Reply& reply, Body& body) {
    std::string& out = body.text;
    out += R"({"embeddings":[)";
    for (std::uint64_t input = 0; input < reply.call.inputs; ++input) {
        out += input > 0 ? R"(,{"values":)" : R"({"values":)";
        append_vector(out, input, reply.dimensions);
        out += '}';
    }
    out += "]}";
    body.pad_at = out.size();
}

}  // namespace

const Dialect gemini_dialect{gemini_plain, events_open, events_delta, events_close};
const Dialect gemini_array_dialect{gemini_plain, array_open, array_delta, array_close, "application/json"};
const Dialect gemini_embed_dialect{embed_plain, nullptr, nullptr, nullptr};

}  // namespace weir::mock
