// Bounds on the output under all the names that servers read, and all the text that is input: seen in what
// can never fit, and in what is charged where the provider reports nothing.
#include <array>

#include "wire/answers.hpp"
#include "wire/request_rows.hpp"
#include "wire/requests.hpp"
#include "wire/wire_config.hpp"

namespace weir::testing {

namespace {

const std::string bounded_tier = tier_with(R"("otpm": 3000, "itpm": 10000)", R"("estimate": "bound")");

/// 413, at once and for good; nothing reaches the upstream.
WireRow never_fits(std::string name, const std::string& path, const std::string& body) {
    return {.name = std::move(name),
            .asks = {{.bytes = request({.path = path, .body = body}),
                      .status = 413,
                      .fields = {"x-should-retry: false"}}},
            .replies = {reply({.body = "{}"})},
            .charge = Charge{.requests = 0},
            .config = bounded_tier,
            .reached = 0};
}

WireRow charged(std::string name, const std::string& path, const std::string& body, Amount input,
                Amount output, std::string config = "{}") {
    return {.name = std::move(name),
            .asks = {{.bytes = request({.path = path, .body = body})}},
            .replies = {reply({.body = R"({"id":"x"})"})},
            .charge = Charge{.input = input, .output = output},
            .config = std::move(config)};
}

/// 400 where the key requires a bound: the request gives none.
WireRow unbounded(std::string name, const std::string& path, const std::string& body) {
    return {.name = std::move(name),
            .asks = {{.bytes = request({.path = path, .body = body}), .status = 400}},
            .replies = {reply({.body = "{}"})},
            .charge = Charge{.requests = 0},
            .config = bounded_tier,
            .reached = 0};
}

WireRows no_bounds() {
    const std::string chat = R"({"model":"m",)" + messages_member;
    return {
        unbounded("zero_is_no_bound", "/v1/chat/completions", chat + R"(,"max_tokens":0})"),
        unbounded("zero_beside_a_bound", "/v1/chat/completions",
                  chat + R"(,"max_tokens":0,"max_completion_tokens":5})"),
        unbounded("minus_one_is_no_bound", "/v1/chat/completions", chat + R"(,"max_tokens":-1})"),
        unbounded("zero_of_responses", "/v1/responses",
                  R"({"model":"m","input":"hi","max_output_tokens":0})"),
        unbounded("zero_of_ollama", "/api/chat", chat + R"(,"options":{"num_predict":0}})"),
        unbounded("zero_of_llama", "/completion", R"({"prompt":"hi","n_predict":0})"),
        unbounded("completions_go_on_to_the_end", "/v1/completions", R"({"model":"m","prompt":"hi"})"),
        unbounded("predictions_of_text", "/v1/publishers/p/models/llama:predict",
                  R"({"instances":[{"prompt":"hi"}]})"),
        never_fits("bound_beside_ollamas", "/api/chat",
                   chat + R"(,"options":{"num_predict":1},"max_tokens":5000})"),
        never_fits("bound_of_each_conversation", "/v1/chat/completions/batch",
                   R"({"model":"m","messages":[[{"content":"a"}],[{"content":"b"}]],"max_tokens":1600})"),
        never_fits("bound_of_many_choices", "/v1/chat/completions", chat + R"(,"max_tokens":20,"n":256})"),
        never_fits("bound_beyond_all", "/v1/chat/completions",
                   chat + R"(,"max_tokens":9223372036854775807})"),
    };
}

WireRows output_names() {
    constexpr std::array names{
        "max_tokens", "max_completion_tokens", "max_output_tokens",
        "n_predict",  "max_new_tokens",        "num_predict",
    };
    WireRows rows;
    for (const std::string name : names) {
        if (name != "max_completion_tokens") {
            const std::string both =
                R"({"model":"m",)" + messages_member + R"(,"max_completion_tokens":1,")" + name + "\":5000}";
            rows.push_back(never_fits("bound_beside_a_small_one_" + name, "/v1/chat/completions", both));
        }
        if (name == "max_tokens") continue;
        const std::string first =
            R"({"model":"m",")" + name + R"(":5000,)" + messages_member + R"(,"max_tokens":1})";
        rows.push_back(never_fits("bound_before_a_small_one_" + name, "/v1/chat/completions", first));
    }
    rows.push_back(never_fits("bound_times_n", "/v1/chat/completions",
                              R"({"model":"m",)" + messages_member + R"(,"max_tokens":1600,"n":2})"));
    rows.push_back(never_fits("bound_of_ollama", "/api/chat",
                              R"({"model":"m",)" + messages_member + R"(,"options":{"num_predict":5000}})"));
    rows.push_back(never_fits(
        "bound_of_gemini", "/v1beta/models/m:generateContent",
        R"({"contents":[{"parts":[{"text":"hi"}]}],"generationConfig":{"maxOutputTokens":5000}})"));
    rows.push_back(never_fits("bound_of_completions", "/v1/completions",
                              R"({"model":"m","prompt":["a","b"],"max_tokens":1600})"));
    rows.push_back(never_fits("bound_of_responses", "/v1/responses",
                              R"({"model":"m","input":"hi","max_output_tokens":1,"max_tokens":5000})"));
    rows.push_back(
        charged("largest_name_is_reserved", "/v1/chat/completions",
                R"({"model":"m",)" + messages_member + R"(,"max_completion_tokens":1,"max_tokens":500})",
                estimated(), 500));
    return rows;
}

std::string words(std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += "hello there ";
    return text;
}

WireRows input_places() {
    const std::string text = words(15'000);
    const std::string chat = R"({"model":"m",)" + messages_member + R"(,"max_tokens":5,)";
    const std::array<std::pair<const char*, std::string>, 9> places{{
        {"prediction", R"("prediction":{"type":"content","content":")" + text + "\"}"},
        {"documents", R"("documents":[{"title":"t","text":")" + text + "\"}]"},
        {"chat_template", R"("chat_template":")" + text + "\""},
        {"tools", R"("tools":[{"type":"function","function":{"name":"f","description":")" + text + "\"}}]"},
        {"guided_grammar", R"("guided_grammar":")" + text + "\""},
        {"chat_template_kwargs", R"("chat_template_kwargs":{"system":")" + text + "\"}"},
        {"an_unknown_member", R"("whatever":{"deep":[{"er":")" + text + "\"}]}"},
        {"names_of_a_schema",
         R"("tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{")" + text +
             R"(":{}}}}}])"},
        {"web_search_options", R"("web_search_options":{"user_location":")" + text + "\"}"},
    }};
    WireRows rows;
    for (const auto& [name, member] : places)
        rows.push_back(never_fits(std::string("all_text_counts_in_") + name, "/v1/chat/completions",
                                  chat + member + "}"));
    // What servers put into the prompt counts in `fitted` too: 15,000 bytes are some 2,500 tokens.
    for (const std::size_t place : {1U, 2U, 3U}) {
        rows.push_back(charged(std::string("fitted_counts_") + places.at(place).first, "/v1/chat/completions",
                               chat + places.at(place).second + "}", {1500, 15'100}, 5));
    }
    rows.push_back(
        charged("fitted_counts_rerank_documents", "/v1/rerank",
                R"({"model":"m","query":"q","documents":[")" + text + R"(",{"text":")" + text + "\"}]}",
                {3000, 30'200}, 0));
    rows.push_back(charged(
        "fitted_counts_gemini_system", "/v1beta/models/m:generateContent",
        R"({"systemInstruction":{"parts":[{"text":")" + text +
            R"("}]},"contents":[{"parts":[{"text":"hi"}]}],"generationConfig":{"maxOutputTokens":5}})",
        {1500, 15'100}, 5));
    rows.push_back(charged("fitted_counts_ollama_system", "/api/generate",
                           R"({"model":"m","prompt":"hi","system":")" + text +
                               R"(","stream":false,"options":{"num_predict":5}})",
                           {1500, 15'100}, 5));
    rows.push_back(
        charged("fitted_counts_infill", "/infill",
                R"({"input_prefix":"hi","input_extra":[{"text":")" + text + R"("}],"n_predict":5})",
                {1500, 15'100}, 5));
    return rows;
}

/// A guess is never given as a certainty.
WireRows images() {
    const auto with_images = [](const std::string& model, int count) {
        std::string parts;
        for (int i = 0; i < count; ++i)
            parts += R"(,{"type":"image_url","image_url":{"url":"https://a.example/b.png"}})";
        return R"({"model":")" + model +
               R"(","messages":[{"role":"user","content":[{"type":"text","text":"hi"})" + parts +
               R"(]}],"max_tokens":5})";
    };
    const std::string tier = tier_with(R"("itpm": 30000)");
    return {
        charged("one_image_by_url", "/v1/chat/completions", with_images("gpt-4o-mini", 1), {8000, 9000}, 5,
                tier),
        charged("one_image_by_url_4o", "/v1/chat/completions", with_images("gpt-4o", 1), {80, 2000}, 5, tier),
        charged("more_guesses_than_the_limit", "/v1/chat/completions", with_images("gpt-4o-mini", 5),
                {8000, 50'000}, 5, tier),
        charged(
            "a_file_by_id", "/v1/responses",
            R"({"model":"gpt-4o-mini","input":[{"role":"user","content":[{"type":"input_file","file_id":"f"}]}],)"
            R"("max_output_tokens":5})",
            {1, 30'000}, 5, tier),
        {.name = "certain_text_above_the_limit",
         .asks = {{.bytes = request({.body = R"({"model":"m","messages":[{"role":"user","content":")" +
                                             words(400'000) + R"("}],"max_tokens":5})"}),
                   .status = 413}},
         .replies = {chat_reply({})},
         .charge = Charge{.requests = 0},
         .config = tier,
         .reached = 0},
    };
}

/// A bound above the limit: reserved as usual, or refused where the tier says so.
WireRows reserve_setting() {
    const std::string body = R"({"model":"m",)" + messages_member + R"(,"max_tokens":5000})";
    const auto tier = [](const std::string& more) { return tier_with(R"("otpm": 3000)", more); };
    WireRow usual = charged("a_bound_above_the_limit", "/v1/chat/completions", body, 12, 34,
                            tier(R"("reserve": "output_default")"));
    usual.replies = {chat_reply(R"({"prompt_tokens":12,"completion_tokens":34})")};
    WireRow promised = usual;
    promised.name = "a_bound_below_the_limit_is_reserved";
    promised.asks[0].bytes =
        request({.body = R"({"model":"m",)" + messages_member + R"(,"max_tokens":2500})"});
    promised.config = tier(R"("reserve": "max_tokens")");
    promised.replies = {chat_reply({})};
    promised.charge = Charge{.input = estimated(), .output = 2500};
    WireRow refused = promised;
    refused.name = "a_bound_above_the_limit_is_refused";
    refused.asks = {{.bytes = request({.body = body}), .status = 413}};
    refused.charge = Charge{.requests = 0};
    refused.reached = 0;
    return {usual, promised, refused};
}

}  // namespace

WireRows bound_rows() {
    return no_bounds() + output_names() + input_places() + images() + reserve_setting();
}

}  // namespace weir::testing
