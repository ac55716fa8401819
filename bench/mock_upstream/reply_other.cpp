// Rerankers, images, transcriptions, batches: plain answers with the usage that such providers report.
#include "mock_upstream/json_text.hpp"
#include "mock_upstream/reply.hpp"
#include "mock_upstream/usage_text.hpp"
#include "text/json_text.hpp"

namespace weir::mock {
namespace {

constexpr UsageNames token_names{.input = "input_tokens", .output = "output_tokens"};

void end_with_usage(const Reply& reply, const UsageNames& names, Body& body) {
    if (reply.reports_usage) {
        body.text += ",\"usage\":";
        append_usage_value(reply, names, body.text);
    }
    body.text += '}';
    body.pad_at = body.text.size();
}

void rerank_plain(const Reply& reply, Body& body) {
    body.text += "{\"model\":";
    text::append_json_string(body.text, reply.call.model);
    body.text += R"(,"results":[{"index":0,"relevance_score":0.5}])";
    end_with_usage(reply, {.output = {}}, body);
}

void images_plain(const Reply& reply, Body& body) {
    append(body.text, R"({"created":)", reply.created_s, R"(,"data":[)");
    for (std::uint64_t choice = 0; choice < reply.call.choices; ++choice)
        body.text += choice > 0 ? R"(,{"b64_json":"AAAA"})" : R"({"b64_json":"AAAA"})";
    body.text += ']';
    end_with_usage(reply, token_names, body);
}

void transcription_plain(const Reply& reply, Body& body) {
    body.text += "{\"text\":\"";
    append_tokens(body.text, reply.tokens);
    body.text += '"';
    UsageNames names = token_names;
    names.details = R"(,"type":"tokens")";
    end_with_usage(reply, names, body);
}

/// What it used is the sum of other requests; nobody is to pay for it again.
void batches_plain(const Reply&, Body& body) {
    body.text +=
        R"({"id":"batch_mock","object":"batch","endpoint":"/v1/chat/completions","status":"completed",)"
        R"("usage":{"input_tokens":100000,"output_tokens":20000,"total_tokens":120000}})";
    body.pad_at = body.text.size();
}

}  // namespace

const Dialect rerank_dialect{rerank_plain, nullptr, nullptr, nullptr};
const Dialect images_dialect{images_plain, nullptr, nullptr, nullptr};
const Dialect transcription_dialect{transcription_plain, nullptr, nullptr, nullptr};
const Dialect batches_dialect{batches_plain, nullptr, nullptr, nullptr};

}  // namespace weir::mock
