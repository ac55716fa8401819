// Ollama's own API: /api/chat and /api/generate, plain or as JSON lines, and /api/embed.
#include "mock_upstream/json_text.hpp"
#include "mock_upstream/reply.hpp"
#include "text/json_text.hpp"

namespace weir::mock {
namespace {

constexpr std::string_view lines_type = "application/x-ndjson";

void append_start(const Reply& reply, std::string& out) {
    out += "{\"model\":";
    text::append_json_string(out, reply.call.model);
    out += R"(,"created_at":"2026-01-01T00:00:00.000000Z",)";
}

void append_text(const Reply& reply, std::string& out, std::string_view text) {
    const bool chats = reply.call.kind == Kind::ollama_chat;
    out += chats ? R"("message":{"role":"assistant","content":)" : "\"response\":";
    text::append_json_string(out, text);
    if (chats) out += '}';
}

/// What stands behind the text of the last object.
void append_end(const Reply& reply, std::string& out) {
    append(out, R"(,"done":true,"done_reason":")", reply.cut_by_limit ? "length" : "stop",
           R"(","total_duration":3000,"load_duration":1000)");
    if (reply.reports_usage && reply.usage_form != UsageForm::null) {
        append(out, R"(,"prompt_eval_count":)", reply.input_tokens,
               R"(,"prompt_eval_duration":1000,"eval_count":)", reply.output_tokens(),
               R"(,"eval_duration":1000)");
    }
    out += '}';
}

void ollama_plain(const Reply& reply, Body& body) {
    std::string text;
    append_tokens(text, reply.tokens);
    append_start(reply, body.text);
    append_text(reply, body.text, text);
    body.pad_at = body.text.rfind('"');
    append_end(reply, body.text);
}

void ollama_stream_open(Reply&, std::string&) {}

void ollama_stream_delta(Reply& reply, std::string& out, std::uint64_t, std::string_view text) {
    append_start(reply, out);
    append_text(reply, out, text);
    out += ",\"done\":false}\n";
}

void ollama_stream_close(Reply& reply, std::string& out) {
    append_start(reply, out);
    append_text(reply, out, "");
    append_end(reply, out);
    out += '\n';
}

void embed_plain(const Reply& reply, Body& body) {
    std::string& out = body.text;
    out += "{\"model\":";
    text::append_json_string(out, reply.call.model);
    out += R"(,"embeddings":[)";
    for (std::uint64_t input = 0; input < reply.call.inputs; ++input) {
        if (input > 0) out += ',';
        append_vector(out, input, reply.dimensions);
    }
    out += R"(],"total_duration":2000,"load_duration":1000)";
    if (reply.reports_usage) append(out, R"(,"prompt_eval_count":)", reply.input_tokens);
    out += '}';
    body.pad_at = out.size();
}

}  // namespace

const Dialect ollama_chat_dialect{ollama_plain, ollama_stream_open, ollama_stream_delta, ollama_stream_close,
                                  lines_type};
const Dialect ollama_generate_dialect{ollama_plain, ollama_stream_open, ollama_stream_delta,
                                      ollama_stream_close, lines_type};
const Dialect ollama_embed_dialect{embed_plain, nullptr, nullptr, nullptr};

}  // namespace weir::mock
