// Usage as the other APIs report it: embeddings, rerankers, images, audio, Ollama, llama.cpp, TGI, Gemini.
#include <array>

#include "wire/answer_rows.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

struct ApiForm {
    const char* name;
    const char* path;
    const char* body;
    const char* answer;
    Amount input;
    Amount output;
    const char* type = "application/json";
};

constexpr const char* embed_body = R"({"model":"m","input":"hello there"})";
constexpr const char* rerank_body = R"({"model":"m","query":"hello","documents":["one","two"]})";
constexpr const char* image_body = R"({"model":"gpt-image-1","prompt":"a weir"})";

constexpr std::array vector_forms{
    ApiForm{"embeddings", "/v1/embeddings", embed_body,
            R"({"object":"list","data":[],"usage":{"prompt_tokens":777,"total_tokens":777}})", 777, 0},
    ApiForm{"embeddings_total_only", "/v1/embeddings", embed_body,
            R"({"object":"list","data":[],"usage":{"total_tokens":777}})", 777, 0},
    ApiForm{"embeddings_zero_prompt", "/v1/embeddings", embed_body,
            R"({"object":"list","data":[],"usage":{"prompt_tokens":0,"total_tokens":777}})", 777, 0},
    ApiForm{"embeddings_zero", "/v1/embeddings", embed_body,
            R"({"object":"list","data":[],"usage":{"prompt_tokens":0,"total_tokens":0}})", estimated(), 0},
    ApiForm{"embeddings_float", "/v1/embeddings", embed_body,
            R"({"object":"list","data":[],"usage":{"prompt_tokens":777.0}})", 777, 0},
    ApiForm{"embeddings_absent", "/v1/embeddings", embed_body, R"({"object":"list","data":[]})", estimated(),
            0},
    ApiForm{"embeddings_under_base", "/openai/deployments/d/embeddings?api-version=1",
            R"({"input":"hello there"})", R"({"data":[],"usage":{"prompt_tokens":777,"total_tokens":777}})",
            777, 0},
    ApiForm{"rerank_total_only", "/v1/rerank", rerank_body,
            R"({"results":[{"index":0,"relevance_score":0.5}],"usage":{"total_tokens":815}})", 815, 0},
    ApiForm{"rerank_jina", "/v1/rerank", rerank_body,
            R"({"results":[],"usage":{"prompt_tokens":815,"total_tokens":815}})", 815, 0},
    ApiForm{"rerank_cohere_tokens", "/v2/rerank", rerank_body,
            R"({"results":[],"meta":{"billed_units":{"search_units":1},"tokens":{"input_tokens":815}}})", 815,
            0},
    ApiForm{"rerank_search_units_only", "/v2/rerank", rerank_body,
            R"({"results":[],"meta":{"billed_units":{"search_units":1}}})", estimated(), 0},
    ApiForm{"embed_cohere_units", "/v1/rerank", rerank_body,
            R"({"results":[],"meta":{"billed_units":{"input_tokens":55}}})", 55, 0},
};

constexpr std::array image_forms{
    ApiForm{"image", "/v1/images/generations", image_body,
            R"({"created":1,"data":[{"b64_json":"AAAA"}],"usage":{"input_tokens":50,"output_tokens":4160,)"
            R"("total_tokens":4210,"input_tokens_details":{"text_tokens":10,"image_tokens":40}}})",
            50, 4160},
    ApiForm{"image_usage_first", "/v1/images/generations", image_body,
            R"({"usage":{"input_tokens":50,"output_tokens":4160},"data":[{"b64_json":"AAAA"}]})", 50, 4160},
    ApiForm{"image_absent",
            "/v1/images/generations",
            image_body,
            R"({"created":1,"data":[{"url":"u"}]})",
            estimated(),
            {0, 20'000}},
    ApiForm{"speech",
            "/v1/audio/speech",
            R"({"model":"tts-1","input":"hello there","voice":"alloy"})",
            "ID3 binary",
            estimated(),
            {0, 20'000},
            "audio/mpeg"},
    ApiForm{"moderations",
            "/v1/moderations",
            embed_body,
            R"({"id":"m","results":[{"flagged":false}]})",
            {0, 60},
            0},
};

constexpr const char* ollama_chat =
    R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":false})";
constexpr const char* ollama_stream = R"({"model":"m","messages":[{"role":"user","content":"hi"}]})";
constexpr const char* ndjson = "application/x-ndjson";

constexpr std::array ollama_forms{
    ApiForm{
        "ollama_chat", "/api/chat", ollama_chat,
        R"({"model":"m","message":{"role":"assistant","content":"one two"},"done":true,"done_reason":"stop",)"
        R"("total_duration":5,"prompt_eval_count":26,"eval_count":298})",
        26, 298},
    ApiForm{"ollama_chat_cached_prompt", "/api/chat", ollama_chat,
            R"({"model":"m","message":{"content":"one two"},"done":true,"eval_count":298})", estimated(),
            298},
    ApiForm{"ollama_chat_stream", "/api/chat", ollama_stream,
            "{\"model\":\"m\",\"message\":{\"content\":\"one\"},\"done\":false}\n"
            "{\"model\":\"m\",\"message\":{\"content\":\" two\"},\"done\":false}\n"
            "{\"model\":\"m\",\"message\":{\"content\":\"\"},\"done\":true,\"prompt_eval_count\":26,\"eval_"
            "count\":298}\n",
            26, 298, ndjson},
    ApiForm{"ollama_chat_stream_without_last_line_end", "/api/chat", ollama_stream,
            "{\"model\":\"m\",\"message\":{\"content\":\"one\"},\"done\":false}\n"
            "{\"model\":\"m\",\"message\":{\"content\":\"\"},\"done\":true,\"prompt_eval_count\":26,\"eval_"
            "count\":298}",
            26, 298, ndjson},
    ApiForm{"ollama_chat_stream_as_json", "/api/chat", ollama_stream,
            "{\"message\":{\"content\":\"one\"},\"done\":false}\n"
            "{\"message\":{\"content\":\"\"},\"done\":true,\"prompt_eval_count\":26,\"eval_count\":298}\n",
            26, 298},
    ApiForm{"ollama_generate", "/api/generate", R"({"model":"m","prompt":"hi","stream":false})",
            R"({"model":"m","response":"one two","done":true,"prompt_eval_count":26,"eval_count":298})", 26,
            298},
    ApiForm{"ollama_generate_stream", "/api/generate", R"({"model":"m","prompt":"hi"})",
            "{\"response\":\"one\",\"done\":false}\n"
            "{\"response\":\"\",\"done\":true,\"prompt_eval_count\":26,\"eval_count\":298}\n",
            26, 298, ndjson},
    ApiForm{"ollama_embed", "/api/embed", embed_body,
            R"({"model":"m","embeddings":[[0.1]],"prompt_eval_count":8})", 8, 0},
    ApiForm{"ollama_embeddings", "/api/embeddings", R"({"model":"m","prompt":"hi"})",
            R"({"embedding":[0.1]})", estimated(), 0},
    ApiForm{"llama_completion", "/completion", R"({"prompt":"hi","n_predict":77})",
            R"({"content":"one two","stop":true,"tokens_predicted":12,"tokens_evaluated":34})", 34, 12},
    ApiForm{"llama_completion_stream", "/completion", R"({"prompt":"hi","n_predict":77,"stream":true})",
            "data: {\"content\":\"one\",\"stop\":false}\n\n"
            "data: {\"content\":\"\",\"stop\":true,\"tokens_predicted\":12,\"tokens_evaluated\":34}\n\n",
            34, 12, "text/event-stream"},
    ApiForm{"llama_infill", "/infill", R"({"input_prefix":"hi","input_suffix":"there","n_predict":77})",
            R"({"content":"one two","stop":true,"tokens_predicted":12,"tokens_evaluated":34})", 34, 12},
};

constexpr const char* gemini_body = R"({"contents":[{"parts":[{"text":"hello there"}]}]})";
constexpr const char* gemini_path = "/v1beta/models/gemini-2.5-flash:generateContent";
constexpr const char* gemini_stream = "/v1beta/models/gemini-2.5-flash:streamGenerateContent";

constexpr std::array gemini_forms{
    ApiForm{"gemini", gemini_path, gemini_body,
            R"({"candidates":[{"content":{"parts":[{"text":"one"}]},"finishReason":"STOP"}],"usageMetadata":)"
            R"({"promptTokenCount":10,"candidatesTokenCount":20,"totalTokenCount":30}})",
            10, 20},
    ApiForm{
        "gemini_thoughts", gemini_path, gemini_body,
        R"({"candidates":[{"content":{"parts":[{"text":"one"}]},"finishReason":"STOP"}],"usageMetadata":)"
        R"({"promptTokenCount":10,"candidatesTokenCount":20,"thoughtsTokenCount":30,"totalTokenCount":60}})",
        10, 50},
    ApiForm{
        "gemini_tools", gemini_path, gemini_body,
        R"({"candidates":[{"content":{"parts":[{"text":"one"}]},"finishReason":"STOP"}],"usageMetadata":)"
        R"({"promptTokenCount":10,"toolUsePromptTokenCount":5,"candidatesTokenCount":20,"totalTokenCount":35}})",
        15, 20},
    ApiForm{"gemini_thoughts_alone", gemini_path, gemini_body,
            R"({"candidates":[{"finishReason":"MAX_TOKENS"}],"usageMetadata":)"
            R"({"promptTokenCount":10,"thoughtsTokenCount":30,"totalTokenCount":40}})",
            10, 30},
    ApiForm{
        "gemini_sse", "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", gemini_body,
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"one\"}]}}],\"usageMetadata\":"
        "{\"promptTokenCount\":10,\"totalTokenCount\":10}}\r\n\r\n"
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"two\"}]},\"finishReason\":\"STOP\"}],"
        "\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":20,\"totalTokenCount\":30}}"
        "\r\n\r\n",
        10, 20, "text/event-stream"},
    ApiForm{
        "gemini_array", gemini_stream, gemini_body,
        "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"one\"}]}}],\"usageMetadata\":"
        "{\"promptTokenCount\":10,\"totalTokenCount\":10}}\n,\r\n"
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"two\"}]},\"finishReason\":\"STOP\"}],"
        "\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":20,\"totalTokenCount\":30}}\n]",
        10, 20},
    ApiForm{
        "vertex", "/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:generateContent",
        gemini_body,
        R"({"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":20}})",
        10, 20},
    ApiForm{
        "gemini_blocked",
        gemini_path,
        gemini_body,
        R"({"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":10,"totalTokenCount":10}})",
        10,
        {0, 1024}},
    ApiForm{"gemini_embed", "/v1beta/models/text-embedding-004:embedContent",
            R"({"content":{"parts":[{"text":"hi"}]}})", R"({"embedding":{"values":[0.1]}})", estimated(), 0},
    ApiForm{"gemini_batch_embed", "/v1beta/models/text-embedding-004:batchEmbedContents",
            R"({"requests":[{"content":{"parts":[{"text":"hi"}]}}]})", R"({"embeddings":[{"values":[0.1]}]})",
            estimated(), 0},
};

WireRow row_of(const ApiForm& form, Framing framing) {
    return {.name = form.name,
            .asks = {{.bytes = request({.path = form.path, .body = form.body}), .body = form.answer}},
            .replies = {reply({.body = form.answer, .type = form.type, .framing = framing})},
            .charge = Charge{.input = form.input, .output = form.output},
            .upstream_body = form.body};
}

template <typename Forms>
void add(WireRows& rows, const Forms& forms) {
    for (const ApiForm& form : forms) {
        rows.push_back(row_of(form, Framing::length));
        WireRow chunked = row_of(form, Framing::chunked);
        chunked.name += "_chunked";
        chunked.replies[0].piece_bytes = 11;
        rows.push_back(std::move(chunked));
    }
}

}  // namespace

WireRows other_api_rows() {
    WireRows rows;
    add(rows, vector_forms);
    add(rows, image_forms);
    add(rows, ollama_forms);
    add(rows, gemini_forms);
    const auto transcription = [&](std::string name, const std::string& answer, Amount input, Amount output) {
        const Form form = transcription_form();
        rows.push_back({.name = std::move(name),
                        .asks = {{.bytes = request({.path = "/v1/audio/transcriptions",
                                                    .body = form.body,
                                                    .content_type = form.content_type}),
                                  .body = answer}},
                        .replies = {reply({.body = answer})},
                        .charge = Charge{.input = input, .output = output},
                        .upstream_body = form.body});
    };
    transcription(
        "transcription_tokens",
        R"({"text":"one","usage":{"type":"tokens","input_tokens":14,"output_tokens":45,"total_tokens":59}})",
        14, 45);
    transcription("transcription_duration", R"({"text":"one","usage":{"type":"duration","seconds":9}})",
                  {0, 2000}, {0, 2000});
    return rows;
}

}  // namespace weir::testing
