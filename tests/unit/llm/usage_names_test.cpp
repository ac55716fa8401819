// Counts under other names and at other places; several results in one answer; usage with odd numbers in it.
#include "unit/llm/tap.hpp"

namespace weir::llm {
namespace {

struct Row {
    std::string_view text;
    std::int64_t input;
    std::int64_t output;
    std::int64_t cached = 0;
};

void expect_row(Api api, const Row& row) {
    const auto plain = usage_of_json(api, row.text);
    EXPECT_EQ(plain.input_tokens, row.input) << row.text;
    EXPECT_EQ(plain.output_tokens, row.output) << row.text;
    EXPECT_EQ(plain.cached_input_tokens, row.cached) << row.text;
    // Long ones are read in another way.
    std::string longer = std::string("{\"zz\":\"").append(5000, 'z').append("\",").append(row.text.substr(1));
    if (row.text.front() == '[') longer = std::string(5000, ' ').append(row.text);
    const auto digest = usage_of_json(api, longer);
    EXPECT_EQ(digest.input_tokens, row.input) << row.text;
    EXPECT_EQ(digest.output_tokens, row.output) << row.text;
    EXPECT_EQ(digest.cached_input_tokens, row.cached) << row.text;
}

TEST(UsageNamesTest, AreReadWhereverTheyStand) {
    for (
        const Row& row : std::vector<Row>{
            {R"({"text":"a","meta_info":{"prompt_tokens":19,"completion_tokens":21,"cached_tokens":8,"finish_reason":{"type":"stop"}}})",
             19, 21, 8},
            {R"({"text":"a","meta_info":{"prompt_tokens":19,"completion_tokens":21,"prompt_tokens_details":{"cached_tokens":8}}})",
             19, 21, 8},
            {R"({"text":"a","meta_info":{"prompt_tokens":19,"completion_tokens_details":{"reasoning_tokens":21}}})",
             19, 21},
            {R"({"text":"a","meta_info":{"tokens":{"input_tokens":19,"output_tokens":21}}})", 19, 21},
            {R"({"generated_text":"a","details":{"input_length":19,"generated_tokens":21,"cached_tokens":8,"tokens":[{"id":1,"text":"a"}]}})",
             19, 21, 8},
            {R"({"results":[{"generated_text":"a","input_token_count":19,"generated_token_count":21,"stop_reason":"eos_token","prompt_tokens_details":{"cached_tokens":8}}]})",
             19, 21, 8},
            {R"({"results":[{"generated_text":"a","generated_token_count":20,"input_token_count":10,"stop_reason":"eos_token"},{"generated_text":"b","generated_token_count":1,"input_token_count":9,"stop_reason":"eos_token"}]})",
             19, 21},
            {R"({"candidates":[],"usage_metadata":{"prompt_token_count":19,"candidates_token_count":20,"thoughts_token_count":1,"cached_content_token_count":8,"total_token_count":40}})",
             19, 21, 8},
            {R"({"usageMetadata":{"promptTokenCount":19,"responseTokenCount":21}})", 19, 21},
            {R"({"usage":{"input_tokens":10,"output_tokens":21,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":5}}})",
             19, 21},
            {R"({"usage":{"input_tokens":10,"output_tokens":21,"cache_creation_input_tokens":9,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":5}}})",
             19, 21},
            {R"({"usage":{"promptTokens":19,"completionTokens":21,"totalTokens":40}})", 19, 21},
            {R"({"usage":{"inputTokens":19,"outputTokens":21,"totalTokens":40,"cachedInputTokens":8}})", 19,
             21, 8},
            {R"({"result":{"response":"a","usage":{"prompt_tokens":19,"completion_tokens":21}},"success":true,"errors":[]})",
             19, 21},
            {R"({"generation":"a","prompt_token_count":19,"generation_token_count":21,"stop_reason":"stop"})",
             19, 21},
            {R"({"usage":{"prompt_tokens":"19.0","completion_tokens":" 21 "}})", 19, 21},
            {R"({"usage":{"prompt_tokens":19,"completion_tokens":21,"cached_prompt_text_tokens":8}})", 19, 21,
             8},
            {R"({"usage":{"prompt_tokens":19,"completion_tokens":21,"cached_input_tokens":8}})", 19, 21, 8},
            {R"({"usage":{"prompt_tokens":19,"completion_tokens":21,"cached_prompt_tokens":8}})", 19, 21, 8},
            {R"({"usage":{"prompt_tokens":19,"completion_tokens":21,"prompt_cached_tokens":8}})", 19, 21, 8},
            {R"({"usage":{"prompt_tokens":19,"completion_tokens":21,"prompt_tokens_details":{"cache_read_tokens":8}}})",
             19, 21, 8},
            {R"({"usage":{"prompt_tokens":19,"completion_tokens":21,"prompt_tokens_details":{"cache_read_input_tokens":8}}})",
             19, 21, 8},
            // Several prompts, each with its own counts.
            {R"([{"index":0,"content":"a","tokens_predicted":21,"tokens_evaluated":19,"stop":true},{"index":1,"content":"b","tokens_predicted":10,"tokens_evaluated":9,"stop":true}])",
             28, 31},
            {R"([{"text":"a","meta_info":{"prompt_tokens":19,"completion_tokens":21,"finish_reason":{"type":"stop"}}},{"text":"b","meta_info":{"prompt_tokens":9,"completion_tokens":10,"finish_reason":{"type":"length"}}}])",
             28, 31},
        }) {
        expect_row(Api::completions, row);
    }
    expect_row(Api::rerank,
               {R"({"results":[{"index":0}],"tokens":{"input_tokens":90,"output_tokens":0}})", 90, 0});
}

TEST(UsageNamesTest, AddUpOverTheResultsOfAStream) {
    const auto llama = usage_of_events(
        Api::llama_completion,
        {R"({"index":0,"content":"a","tokens_predicted":1,"tokens_evaluated":19,"stop":false})",
         R"({"index":1,"content":"b","tokens_predicted":1,"tokens_evaluated":9,"stop":false})",
         R"({"index":0,"content":"","tokens_predicted":21,"tokens_evaluated":19,"stop":true})",
         R"({"index":1,"content":"","tokens_predicted":10,"tokens_evaluated":9,"stop":true})"});
    EXPECT_EQ(llama.input_tokens, 28);
    EXPECT_EQ(llama.output_tokens, 31);
    EXPECT_TRUE(llama.ended);
    const auto half = usage_of_events(
        Api::llama_completion,
        {R"({"index":0,"content":"a","tokens_predicted":1,"tokens_evaluated":19,"stop":false})",
         R"({"index":1,"content":"b","tokens_predicted":7,"tokens_evaluated":9,"stop":false})",
         R"({"index":0,"content":"","tokens_predicted":21,"tokens_evaluated":19,"stop":true})"});
    EXPECT_EQ(half.output_seen, 28);
    EXPECT_FALSE(half.ended);
    const auto sglang = usage_of_events(
        Api::llama_completion,
        {R"({"text":"a","meta_info":{"prompt_tokens":19,"completion_tokens":1,"finish_reason":null}})",
         R"({"text":"ab","meta_info":{"prompt_tokens":19,"completion_tokens":21,"finish_reason":{"type":"stop"}}})",
         "[DONE]"});
    EXPECT_EQ(sglang.input_tokens, 19);
    EXPECT_EQ(sglang.output_tokens, 21);
    const auto elements = usage_of_json(
        Api::gemini_generate,
        R"([{"usageMetadata":{"promptTokenCount":19,"candidatesTokenCount":1}},{"usageMetadata":{"promptTokenCount":19,"candidatesTokenCount":21}}])");
    EXPECT_EQ(elements.input_tokens, 19) << "pieces of one result are no results";
    EXPECT_EQ(elements.output_tokens, 21);
}

TEST(UsageNamesTest, StandBesideNumbersThatAreNone) {
    for (const std::string_view odd :
         {"NaN", "Infinity", "-Infinity", "1e400", "-1e400", "123456789012345678901234567890", "01", "-",
          "1.", "nan", "undefined", "None", "+1", ".5"}) {
        const std::string json = std::string(R"({"usage":{"cost":)")
                                     .append(odd)
                                     .append(R"(,"prompt_tokens":19,"completion_tokens":21,"z":[)")
                                     .append(odd)
                                     .append("]}}");
        const auto plain = usage_of_json(Api::chat_completions, json);
        EXPECT_EQ(plain.input_tokens, 19) << json;
        EXPECT_EQ(plain.output_tokens, 21) << json;
        const auto stream = usage_of_events(Api::chat_completions, {json});
        EXPECT_EQ(stream.input_tokens, 19) << json;
        EXPECT_EQ(stream.output_tokens, 21) << json;
        const auto own = usage_of_json(
            Api::chat_completions,
            std::string(R"({"usage":{"prompt_tokens":)").append(odd).append(R"(,"completion_tokens":21}})"));
        EXPECT_EQ(own.input_tokens, std::nullopt) << odd;
        EXPECT_EQ(own.output_tokens, 21) << odd;
    }
}

}  // namespace
}  // namespace weir::llm
