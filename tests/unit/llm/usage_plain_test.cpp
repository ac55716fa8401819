// Plain answers: usage in every vocabulary and place, row by row.
#include "unit/llm/tap.hpp"

namespace weir::llm {
namespace {

struct Row {
    std::string_view name;
    Api api;
    std::string_view text;
    std::optional<std::int64_t> input;
    std::optional<std::int64_t> output;
    std::int64_t cached = 0;
};

constexpr auto none = std::nullopt;

const std::vector<Row> totals{
    {"reasoning apart", Api::chat_completions,
     R"({"usage":{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}})",
     32, 103},
    {"reasoning apart, no total", Api::chat_completions,
     R"({"usage":{"prompt_tokens":32,"completion_tokens":9,"completion_tokens_details":{"reasoning_tokens":94}}})",
     32, 103},
    {"reasoning included", Api::chat_completions,
     R"({"usage":{"prompt_tokens":32,"completion_tokens":103,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}})",
     32, 103},
    {"reasoning included, no total", Api::responses,
     R"({"usage":{"input_tokens":32,"output_tokens":103,"output_tokens_details":{"reasoning_tokens":94}}})",
     32, 103},
    {"a total that is too small", Api::chat_completions,
     R"({"usage":{"prompt_tokens":32,"completion_tokens":9,"total_tokens":12}})", 32, 9},
    {"output left to the total", Api::chat_completions, R"({"usage":{"prompt_tokens":32,"total_tokens":50}})",
     32, 18},
    {"input left to the total", Api::chat_completions,
     R"({"usage":{"prompt_tokens":0,"completion_tokens":9,"total_tokens":41}})", 32, 9},
    {"total alone, with output", Api::chat_completions, R"({"usage":{"total_tokens":50}})", none, none},
    {"total alone, embeddings", Api::embeddings, R"({"data":[],"usage":{"total_tokens":777}})", 777, 0},
    {"total beside a zero", Api::embeddings, R"({"usage":{"prompt_tokens":0,"total_tokens":777}})", 777, 0},
    {"total alone, rerank", Api::rerank, R"({"usage":{"total_tokens":77}})", 77, 0},
    {"total alone, moderations", Api::moderations, R"({"usage":{"total_tokens":7}})", 7, 0},
    {"total with the cache, Anthropic's words", Api::anthropic_messages,
     R"({"usage":{"input_tokens":25,"output_tokens":15,"cache_read_input_tokens":1000,"total_tokens":1040}})",
     1025, 15, 1000},
};

const std::vector<Row> zeros{
    {"text was received", Api::chat_completions,
     R"({"choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}})",
     none, none},
    {"text was received, input known", Api::chat_completions,
     R"({"choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":9,"completion_tokens":0,"total_tokens":9}})",
     9, none},
    {"a tool was called", Api::chat_completions,
     R"({"choices":[{"message":{"content":null,"tool_calls":[{"function":{"name":"f","arguments":""}}]}}],"usage":{"prompt_tokens":9,"completion_tokens":0}})",
     9, none},
    {"no text", Api::chat_completions,
     R"({"choices":[{"message":{"role":"assistant","content":""},"finish_reason":"content_filter"}],"usage":{"prompt_tokens":9,"completion_tokens":0}})",
     9, 0},
    {"Responses", Api::responses,
     R"({"output":[{"type":"message","content":[{"type":"output_text","text":"hi"}]}],"usage":{"input_tokens":0,"output_tokens":0}})",
     none, none},
    {"Responses, no text", Api::responses,
     R"({"text":{"format":{"type":"json_schema","name":"x"}},"output":[],"usage":{"input_tokens":3,"output_tokens":0}})",
     3, 0},
    {"Anthropic", Api::anthropic_messages,
     R"({"type":"message","content":[{"type":"text","text":"hi"}],"usage":{"input_tokens":0,"output_tokens":0}})",
     none, none},
    {"Anthropic, all from a cache", Api::anthropic_messages,
     R"({"usage":{"input_tokens":0,"cache_read_input_tokens":50,"output_tokens":4}})", 50, 4, 50},
    {"Anthropic, max_tokens 0", Api::anthropic_messages,
     R"({"content":[],"usage":{"input_tokens":12,"output_tokens":0}})", 12, 0},
    {"legacy completions", Api::completions,
     R"({"choices":[{"text":"x"}],"usage":{"prompt_tokens":0,"completion_tokens":0}})", none, none},
    {"embeddings", Api::embeddings, R"({"usage":{"prompt_tokens":0,"total_tokens":0}})", none, 0},
};

const std::vector<Row> vocabularies{
    {"floats", Api::chat_completions, R"({"usage":{"prompt_tokens":1000.0,"completion_tokens":1e1}})", 1000,
     10},
    {"digit strings", Api::chat_completions, R"({"usage":{"prompt_tokens":"1000","completion_tokens":"10"}})",
     1000, 10},
    {"Anthropic's compaction", Api::anthropic_messages,
     R"({"usage":{"input_tokens":23000,"output_tokens":1000,"iterations":[{"type":"compaction","input_tokens":180000,"output_tokens":3500},{"type":"message","input_tokens":23000,"output_tokens":1000}]}})",
     203'000, 4500},
    {"iterations with caches", Api::anthropic_messages,
     R"({"usage":{"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":100,"iterations":[{"type":"message","input_tokens":7,"output_tokens":2,"cache_read_input_tokens":0,"cache_creation_input_tokens":100},{"type":"message","input_tokens":10,"output_tokens":5,"cache_read_input_tokens":100,"cache_creation_input_tokens":0}]}})",
     217, 7, 100},
    {"no iterations", Api::anthropic_messages,
     R"({"usage":{"input_tokens":10,"output_tokens":5,"iterations":[]}})", 10, 5},
    {"in a choice", Api::chat_completions,
     R"({"choices":[{"message":{"content":"x"},"usage":{"prompt_tokens":8,"completion_tokens":2}}]})", 8, 2},
    {"Groq's own", Api::chat_completions,
     R"({"x_groq":{"id":"r","usage":{"prompt_tokens":8,"completion_tokens":2}}})", 8, 2},
    {"Ollama", Api::ollama_chat,
     R"({"message":{"role":"assistant","content":"x"},"done":true,"prompt_eval_count":26,"eval_count":298})",
     26, 298},
    {"Ollama's embeddings", Api::ollama_embed, R"({"embeddings":[[0.1]],"prompt_eval_count":8})", 8, 0},
    {"Ollama, nothing to do", Api::ollama_chat,
     R"({"message":{"role":"assistant","content":""},"done_reason":"load","done":true})", none, 0},
    {"Ollama, a count left out", Api::ollama_generate, R"({"response":"x","done":true,"eval_count":3})", none,
     3},
    {"embeddings without usage", Api::gemini_embed, R"({"embedding":{"values":[0.1]}})", none, 0},
    {"Gemini", Api::gemini_generate,
     R"({"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":5,"thoughtsTokenCount":20,"toolUsePromptTokenCount":3,"cachedContentTokenCount":4,"totalTokenCount":36}})",
     11, 25, 4},
    {"Gemini, thoughts in the total alone", Api::gemini_generate,
     R"({"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":5,"totalTokenCount":33}})", 8, 25},
    {"llama.cpp", Api::llama_completion,
     R"({"content":"x","stop":true,"tokens":[1,2],"tokens_predicted":7,"tokens_evaluated":30,"timings":{"cache_n":12,"prompt_n":18,"predicted_n":7}})",
     30, 7, 12},
    {"llama.cpp's timings alone", Api::llama_completion,
     R"({"content":"x","timings":{"cache_n":12,"prompt_n":18,"predicted_n":7,"prompt_ms":1.5}})", 30, 7, 12},
    {"llama.cpp's chat", Api::chat_completions,
     R"({"choices":[],"usage":{"prompt_tokens":30,"completion_tokens":7},"timings":{"cache_n":12,"prompt_n":18}})",
     30, 7, 12},
    {"Cohere's chat", Api::chat_completions,
     R"({"message":{"content":[{"type":"text","text":"x"}]},"usage":{"billed_units":{"input_tokens":5,"output_tokens":18},"tokens":{"input_tokens":71,"output_tokens":18}}})",
     71, 18},
    {"Cohere's embeddings", Api::embeddings,
     R"({"embeddings":[],"meta":{"billed_units":{"input_tokens":5}}})", 5, 0},
    {"Cohere's tokens", Api::rerank,
     R"({"results":[],"meta":{"tokens":{"input_tokens":9},"billed_units":{"search_units":1}}})", 9, 0},
    {"a search unit is no token", Api::rerank, R"({"results":[],"meta":{"billed_units":{"search_units":1}}})",
     none, 0},
    {"TGI", Api::llama_completion,
     R"({"generated_text":"x","details":{"finish_reason":"length","generated_tokens":20,"prefill":[{"id":1,"text":"a"}],"tokens":[]}})",
     none, 20},
    {"TGI in an array", Api::llama_completion,
     R"([{"generated_text":"x","details":{"generated_tokens":20}}])", none, 20},
    {"images", Api::images,
     R"({"data":[{"b64_json":"AAAA"}],"usage":{"input_tokens":50,"output_tokens":272,"total_tokens":322}})",
     50, 272},
    {"audio by tokens", Api::audio_transcription,
     R"({"text":"x","usage":{"type":"tokens","input_tokens":14,"input_token_details":{"audio_tokens":14},"output_tokens":45,"total_tokens":59}})",
     14, 45},
    {"audio by seconds", Api::audio_transcription, R"({"text":"x","usage":{"type":"duration","seconds":12}})",
     0, 0},
};

const std::vector<Row> caches{
    {"OpenAI", Api::chat_completions,
     R"({"usage":{"prompt_tokens":90,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":64}}})",
     90, 1, 64},
    {"DeepSeek", Api::chat_completions,
     R"({"usage":{"prompt_tokens":90,"completion_tokens":1,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":26}})",
     90, 1, 64},
    {"Moonshot", Api::chat_completions,
     R"({"usage":{"prompt_tokens":90,"completion_tokens":1,"cached_tokens":64}})", 90, 1, 64},
    {"Anthropic", Api::anthropic_messages,
     R"({"usage":{"input_tokens":26,"output_tokens":1,"cache_read_input_tokens":64,"cache_creation_input_tokens":10}})",
     100, 1, 64},
    {"Anthropic's words within OpenAI's", Api::chat_completions,
     R"({"usage":{"prompt_tokens":90,"completion_tokens":1,"total_tokens":91,"cache_read_input_tokens":64}})",
     90, 1, 64},
    {"Responses", Api::responses,
     R"({"usage":{"input_tokens":90,"output_tokens":1,"input_tokens_details":{"cached_tokens":64}}})", 90, 1,
     64},
};

void expect_rows(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        const TappedUsage usage = usage_of_json(row.api, row.text);
        EXPECT_EQ(usage.input_tokens, row.input);
        EXPECT_EQ(usage.output_tokens, row.output);
        EXPECT_EQ(usage.cached_input_tokens, row.cached);
        EXPECT_TRUE(usage.ended);
        EXPECT_FALSE(usage.failed);
        EXPECT_FALSE(usage.unfinished);
    }
}

TEST(PlainUsageTest, TotalsSayWhatPartsLeaveOut) {
    expect_rows(totals);
}

TEST(PlainUsageTest, AZeroIsNoReportWhereSomethingWasSentOrReceived) {
    expect_rows(zeros);
    EXPECT_EQ(usage_of_json(Api::chat_completions, zeros[0].text).output_seen, 1);
}

TEST(PlainUsageTest, EveryVocabularyIsRead) {
    expect_rows(vocabularies);
}

TEST(PlainUsageTest, CachedInputHasManyNames) {
    expect_rows(caches);
}

}  // namespace
}  // namespace weir::llm
