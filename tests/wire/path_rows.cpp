// What is metered, judged by how the path ends, whatever stands before; and what only looks like it.
#include <array>

#include "wire/answers.hpp"
#include "wire/request_rows.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

/// Where the provider reports nothing, the input as estimated and the bound of 77 are charged: so it was
/// metered.
struct MeteredPath {
    const char* path;
    const char* body;
    Amount output = 77;
    const char* answer = R"({"id":"x"})";
};

constexpr const char* chat =
    R"({"model":"m","messages":[{"role":"user","content":"hello there"}],"max_tokens":77})";
constexpr const char* no_model = R"({"messages":[{"role":"user","content":"hello there"}],"max_tokens":77})";
constexpr const char* batch =
    R"({"model":"m","messages":[[{"role":"user","content":"hello there"}],[{"role":"user","content":"hi"}]],"max_tokens":77})";
constexpr const char* wrapped =
    R"({"request":{"model":"m","messages":[{"role":"user","content":"hello there"}],"max_tokens":77}})";
constexpr const char* prompt = R"({"model":"m","prompt":"hello there","max_tokens":77})";
constexpr const char* prompt_alone = R"({"prompt":"hello there","max_tokens":77})";
constexpr const char* input = R"({"model":"m","input":"hello there"})";
constexpr const char* response = R"({"model":"m","input":"hello there","max_output_tokens":77})";
constexpr const char* ollama =
    R"({"model":"m","messages":[{"role":"user","content":"hello there"}],"stream":false,"options":{"num_predict":77}})";
constexpr const char* ollama_prompt =
    R"({"model":"m","prompt":"hello there","stream":false,"options":{"num_predict":77}})";
constexpr const char* llama = R"({"prompt":"hello there","n_predict":77})";
constexpr const char* infill = R"({"input_prefix":"hello","input_suffix":"there","n_predict":77})";
constexpr const char* gemini =
    R"({"contents":[{"role":"user","parts":[{"text":"hello there"}]}],"generationConfig":{"maxOutputTokens":77}})";
constexpr const char* rerank = R"({"model":"m","query":"hello","documents":["hello","there"]})";
constexpr Amount none{0};
constexpr Amount some{0, 20'000};

constexpr std::array openai_paths{
    MeteredPath{"/v1/chat/completions", chat},
    MeteredPath{"/chat/completions", chat},
    MeteredPath{"/V1/Chat/Completions", chat},
    MeteredPath{"/v1/CHAT/completions", chat},
    MeteredPath{"/v1/chat/completions;x", chat},
    MeteredPath{"/v1/chat/completions;v=1;w=2", chat},
    MeteredPath{"/v1/chat/completions%20", chat},
    MeteredPath{"/v1/chat/completions/", chat},
    MeteredPath{"/v1/chat/completions?a=b", chat},
    MeteredPath{"/v1/chat/completions/batch", batch, 154},
    MeteredPath{"/async/chat/completions", wrapped},
    MeteredPath{"/v1/threads/t/runs", R"({"instructions":"hello there","max_completion_tokens":77})"},
    MeteredPath{
        "/model/m/converse",
        R"({"messages":[{"role":"user","content":[{"text":"hello there"}]}],"inferenceConfig":{"maxTokens":77}})"},
    MeteredPath{"/model/m/invoke", no_model},
    MeteredPath{
        "/api/v1/services/aigc/text-generation/generation",
        R"({"model":"m","input":{"messages":[{"role":"user","content":"hello there"}]},"parameters":{"max_tokens":77}})"},
    MeteredPath{"/v2/models/m/generate", R"({"text_input":"hello there","max_tokens":77})"},
    MeteredPath{"/api/latest/generate", R"({"prompt":"hello there","max_length":77})"},
    MeteredPath{"/gateway/messages", chat},
    MeteredPath{"/v1/chat/completions?x=/v1/models", chat},
    MeteredPath{"/v1beta/openai/chat/completions", chat},
    MeteredPath{"/v1/projects/p/locations/l/endpoints/openapi/chat/completions", chat},
    MeteredPath{"/openai/deployments/d/chat/completions?api-version=2024-10-21", no_model},
    MeteredPath{"/openai/v1/chat/completions", chat},
    MeteredPath{"/api/v1/chat/completions", chat},
    MeteredPath{"/inference/v1/chat/completions", chat},
    MeteredPath{"/v1/fim/completions", prompt},
    MeteredPath{"/v1/completions", prompt},
    MeteredPath{"/v1/engines/e/completions", prompt_alone},
    MeteredPath{"/openai/deployments/d/completions?api-version=1", prompt_alone},
    MeteredPath{"/beta/completions", prompt},
    MeteredPath{"/v1/responses", response},
    MeteredPath{"/v1/responses/", response},
    MeteredPath{"/openai/v1/responses", response},
    MeteredPath{"/openai/responses?api-version=preview", response},
    MeteredPath{"/v1/messages", chat},
    MeteredPath{"/v1/messages?beta=true", chat},
    MeteredPath{"/anthropic/v1/messages", chat},
    MeteredPath{"/v1/embeddings", input, none},
    MeteredPath{"/v1/engines/e/embeddings", R"({"input":"hello there"})", none},
    MeteredPath{"/openai/deployments/d/embeddings?api-version=1", R"({"input":"hello there"})", none},
};

constexpr std::array other_paths{
    MeteredPath{"/api/chat", ollama},
    MeteredPath{"/api/generate", ollama_prompt},
    MeteredPath{"/api/embed", input, none},
    MeteredPath{"/api/embeddings", R"({"model":"m","prompt":"hello there"})", none},
    MeteredPath{"/ollama/api/chat", ollama},
    MeteredPath{"/completion", llama},
    MeteredPath{"/infill", infill},
    MeteredPath{"/v1beta/models/gemini-2.5-flash:generateContent", gemini},
    MeteredPath{"/v1/models/gemini-2.5-flash:generateContent", gemini},
    MeteredPath{"/v1beta/models/gemini-2.5-flash%3AgenerateContent", gemini},
    MeteredPath{"/v1beta/models/gemini-2.5-flash:generateContent?alt=json", gemini},
    MeteredPath{"/v1beta/tunedModels/t:generateContent", gemini},
    MeteredPath{"/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:generateContent", gemini},
    MeteredPath{"/v1beta/models/text-embedding-004:embedContent",
                R"({"content":{"parts":[{"text":"hello there"}]}})", none},
    MeteredPath{"/v1beta/models/e:batchEmbedContents",
                R"({"requests":[{"content":{"parts":[{"text":"hello there"}]}}]})", none},
    MeteredPath{"/v1/rerank", rerank, none},
    MeteredPath{"/v2/rerank", rerank, none},
    MeteredPath{"/rerank", rerank, none},
    MeteredPath{"/v1/images/generations", R"({"model":"m","prompt":"hello there"})", some},
    MeteredPath{"/v1/audio/speech", input, some},
};

/// One request, and no token.
struct OtherRequest {
    const char* method;
    const char* path;
    const char* body = "";
    const char* answer = R"({"id":"x"})";
};

constexpr const char* with_usage =
    R"({"id":"x","usage":{"prompt_tokens":50,"completion_tokens":60,"input_tokens":50,"output_tokens":60,"total_tokens":110}})";

constexpr std::array false_friends{
    OtherRequest{"POST", "/v1/threads/t/messages", R"({"role":"user","content":"hello there"})"},
    OtherRequest{"POST", "/v1/messages/batches", R"({"requests":[]})"},
    OtherRequest{"POST", "/v1/messages/count_tokens", chat, R"({"input_tokens":2095})"},
    OtherRequest{"POST", "/v1/chat/completions/c1", R"({"metadata":{"a":"b"}})", with_usage},
    OtherRequest{"POST", "/v1/responses/r1/cancel", "", with_usage},
    OtherRequest{"POST", "/v1/threads/t/runs/r/cancel", "", with_usage},
    OtherRequest{"POST", "/v1/conversations/c/messages", R"({"role":"user","content":"hello there"})"},
    OtherRequest{"POST", "/v1/batches/b/cancel", "", with_usage},
    OtherRequest{"POST", "/v1/conversations/c/items", R"({"items":[]})"},
    OtherRequest{"POST", "/v1/files", "any"},
    OtherRequest{"POST", "/v1/responses/input_tokens", response,
                 R"({"object":"response.input_tokens","input_tokens":11})"},
    OtherRequest{"POST", "/v1beta/models/m:countTokens", gemini, R"({"totalTokens":31})"},
    OtherRequest{"GET", "/v1/chat/completions", "", with_usage},
    OtherRequest{"GET", "/v1/chat/completions/c1", "", with_usage},
    OtherRequest{"GET", "/v1/responses/r1", "", with_usage},
    OtherRequest{"GET", "/v1/responses/r1/input_items", "", with_usage},
    OtherRequest{"GET", "/v1/batches/b1", "", with_usage},
    OtherRequest{"GET", "/v1/batches", "", with_usage},
    OtherRequest{"GET", "/v1/threads/t/runs/r", "", with_usage},
    OtherRequest{"GET", "/v1/threads/t/runs/r/steps", "", with_usage},
    OtherRequest{"GET", "/v1/messages/batches/b/results", "", with_usage},
    OtherRequest{"GET", "/v1/organization/usage/completions", "", with_usage},
    OtherRequest{"GET", "/v1/videos/v", "", with_usage},
    OtherRequest{"GET", "/anything/else", "", with_usage},
    OtherRequest{"DELETE", "/v1/responses/r1", "", with_usage},
    OtherRequest{"DELETE", "/v1/chat/completions/c1", "", with_usage},
    OtherRequest{"GET", "/api/tags"},
    OtherRequest{"POST", "/api/show", R"({"model":"m"})"},
};

}  // namespace

WireRows path_rows() {
    WireRows rows;
    const auto add = [&](const auto& paths) {
        for (const MeteredPath& metered : paths) {
            rows.push_back({.name = std::string("metered") + metered.path,
                            .asks = {{.bytes = request({.path = metered.path, .body = metered.body}),
                                      .body = metered.answer}},
                            .replies = {reply({.body = metered.answer})},
                            .charge = Charge{.input = {1, 60}, .output = metered.output},
                            .upstream_body = metered.body});
        }
    };
    add(openai_paths);
    add(other_paths);
    for (const char* path : {"/v1/audio/transcriptions", "/v1/audio/translations", "/v1/images/edits"}) {
        const Form form = transcription_form();
        rows.push_back(
            {.name = std::string("metered") + path,
             .asks = {{.bytes =
                           request({.path = path, .body = form.body, .content_type = form.content_type})}},
             .replies = {reply({.body = R"({"text":"one","usage":{"input_tokens":14,"output_tokens":45}})"})},
             .charge = Charge{.input = 14, .output = 45},
             .upstream_body = form.body});
    }
    for (const OtherRequest& other : false_friends) {
        rows.push_back(
            {.name = std::string("unmetered_") + other.method + other.path,
             .asks = {{.bytes = request({.path = other.path, .body = other.body, .method = other.method}),
                       .body = other.answer}},
             .replies = {reply({.body = other.answer})},
             .charge = Charge{.requests = 1}});
    }
    // Five polls of a batch of 120,000 tokens cost nothing but five requests.
    const Ask poll{.bytes = get_of("/v1/batches/b1")};
    rows.push_back({.name = "five_polls_of_a_batch",
                    .asks = {poll, poll, poll, poll, poll},
                    .replies = {reply(
                        {.body = R"({"id":"b1","object":"batch","status":"completed","usage":)"
                                 R"({"input_tokens":100000,"output_tokens":20000,"total_tokens":120000}})"})},
                    .charge = Charge{.requests = 5}});
    // An unknown POST is work all the same: what it reports is charged.
    rows.push_back({.name = "usage_of_an_unknown_post",
                    .asks = {{.bytes = request({.path = "/v1/something/new", .body = "{}"})}},
                    .replies = {reply({.body = with_usage})},
                    .charge = Charge{.input = 50, .output = 60}});
    return rows;
}

}  // namespace weir::testing
