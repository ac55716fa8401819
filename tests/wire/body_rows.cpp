// Bodies that providers take, or judge themselves: weir counts the text that it finds, and passes the bytes
// on.
#include <array>

#include "wire/answers.hpp"
#include "wire/request_rows.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

struct BodyForm {
    const char* name;
    const char* path;
    const char* body;
    /// Charged where the provider reports nothing; at most 500 of output are asked for where there is any.
    Amount input = {1, 200};
    Amount output = {1, 1024};
};

constexpr const char* chat = "/v1/chat/completions";
constexpr const char* embeddings = "/v1/embeddings";
constexpr Amount none{0};

constexpr std::array numbers{
    BodyForm{
        "an_integer_of_80_digits", chat,
        R"({"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":)"
        R"({"name":"f","parameters":{"type":"object","properties":{"a":{"type":"integer","maximum":)"
        R"(115792089237316195423570985008687907853269984665640564039457584007913129639935}}}}}],"max_tokens":500})"},
    BodyForm{"a_negative_integer_of_40_digits", chat,
             R"({"model":"m","messages":[{"role":"user","content":"hi"}],"metadata":)"
             R"({"a":-9999999999999999999999999999999999999999},"max_tokens":500})"},
    BodyForm{
        "a_number_beyond_doubles", chat,
        R"({"model":"m","messages":[{"role":"user","content":"hi"}],"metadata":{"a":1e400,"b":-1E+999},"max_tokens":500})"},
    BodyForm{
        "a_number_below_doubles", chat,
        R"({"model":"m","messages":[{"role":"user","content":"hi"}],"metadata":{"a":1e-400},"max_tokens":500})"},
    BodyForm{
        "uint64_and_more", chat,
        R"({"model":"m","messages":[{"role":"user","content":"hi"}],"seed":18446744073709551616,"max_tokens":500})"},
    BodyForm{
        "temperature_beyond_doubles", chat,
        R"({"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":1e999,"max_tokens":500})"},
    BodyForm{"max_tokens_float",
             chat,
             R"({"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":500.0})",
             {1, 60},
             500},
    BodyForm{"max_tokens_exponent",
             chat,
             R"({"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":5e2})",
             {1, 60},
             500},
    BodyForm{"max_tokens_small_exponent",
             chat,
             R"({"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":50.0E+1})",
             {1, 60},
             500},
    BodyForm{"max_completion_tokens_float",
             chat,
             R"({"model":"m","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":500.0})",
             {1, 60},
             500},
    BodyForm{"n_float",
             chat,
             R"({"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":250,"n":2.0})",
             {1, 60},
             500},
    BodyForm{"max_output_tokens_float",
             "/v1/responses",
             R"({"model":"m","input":"hi","max_output_tokens":5.0e2})",
             {1, 60},
             500},
    BodyForm{"messages_max_tokens_float",
             "/v1/messages",
             R"({"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":500.0})",
             {1, 60},
             500},
    BodyForm{"max_tokens_null", chat,
             R"({"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":null})"},
    BodyForm{"n_null",
             chat,
             R"({"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":500,"n":null})",
             {1, 60},
             500},
    BodyForm{"completions_best_of_float",
             "/v1/completions",
             R"({"model":"m","prompt":"hi","max_tokens":250,"best_of":2.0})",
             {1, 60},
             500},
};

constexpr std::array texts{
    BodyForm{"a_lone_high_surrogate", chat,
             R"({"model":"m","messages":[{"role":"user","content":"hi \ud83d"}],"max_tokens":500})"},
    BodyForm{"a_lone_low_surrogate", chat,
             R"({"model":"m","messages":[{"role":"user","content":"\ude00 hi"}],"max_tokens":500})"},
    BodyForm{"surrogates_in_the_wrong_order", chat,
             R"({"model":"m","messages":[{"role":"user","content":"\ude00\ud83d"}],"max_tokens":500})"},
    BodyForm{
        "a_lone_surrogate_in_a_name", chat,
        R"({"model":"m","messages":[{"role":"user","content":"hi"}],"metadata":{"\ud83d":"a"},"max_tokens":500})"},
    BodyForm{
        "a_lone_surrogate_in_a_tool", chat,
        R"({"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":)"
        R"({"name":"f","description":"\ud83d"}}],"max_tokens":500})"},
    BodyForm{"a_lone_surrogate_in_an_input", embeddings, R"({"model":"m","input":"\udfff"})", {1, 60}, none},
    BodyForm{"a_lone_surrogate_in_a_response", "/v1/responses",
             R"({"model":"m","input":"\ud800","max_output_tokens":500})"},
    BodyForm{"an_escaped_null", chat,
             R"({"model":"m","messages":[{"role":"user","content":"a\u0000b"}],"max_tokens":500})"},
    BodyForm{"a_byte_order_mark", chat,
             "\xEF\xBB\xBF{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_"
             "tokens\":500}"},
    BodyForm{"a_byte_order_mark_and_blanks",
             embeddings,
             "\xEF\xBB\xBF \r\n{\"model\":\"m\",\"input\":\"hi\"}",
             {1, 60},
             none},
    BodyForm{
        "blanks_around", chat,
        "\n\t {\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":500} "
        "\r\n"},
};

constexpr std::array shapes{
    BodyForm{"no_messages", chat, R"({"model":"m","messages":[],"max_tokens":500})", {0, 60}},
    BodyForm{"messages_missing", chat, R"({"model":"m","max_tokens":500})", {0, 60}},
    BodyForm{"messages_null", chat, R"({"model":"m","messages":null,"max_tokens":500})", {0, 60}},
    BodyForm{"messages_a_text", chat, R"({"model":"m","messages":"hello there","max_tokens":500})"},
    BodyForm{
        "content_an_object", chat,
        R"({"model":"m","messages":[{"role":"user","content":{"type":"text","text":"hi"}}],"max_tokens":500})"},
    BodyForm{"content_a_number", chat,
             R"({"model":"m","messages":[{"role":"user","content":5}],"max_tokens":500})"},
    BodyForm{"content_null", chat,
             R"({"model":"m","messages":[{"role":"user","content":null}],"max_tokens":500})"},
    BodyForm{
        "text_null", chat,
        R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":null}]}],"max_tokens":500})"},
    BodyForm{"part_a_text", chat,
             R"({"model":"m","messages":[{"role":"user","content":["hi"]}],"max_tokens":500})"},
    BodyForm{
        "part_of_an_unknown_type",
        chat,
        R"({"model":"m","messages":[{"role":"user","content":[{"type":"video_url","video_url":{"url":"https://a/b"}}]}],"max_tokens":500})",
        {1, 100'000}},
    BodyForm{"message_a_text", chat, R"({"model":"m","messages":["hi"],"max_tokens":500})"},
    BodyForm{"message_null", chat, R"({"model":"m","messages":[null],"max_tokens":500})", {0, 60}},
    BodyForm{"role_missing", chat, R"({"model":"m","messages":[{"content":"hi"}],"max_tokens":500})"},
    BodyForm{"role_a_number", chat,
             R"({"model":"m","messages":[{"role":1,"content":"hi"}],"max_tokens":500})"},
    BodyForm{
        "tool_calls_an_object", chat,
        R"({"model":"m","messages":[{"role":"assistant","content":"hi","tool_calls":{}}],"max_tokens":500})"},
    BodyForm{
        "tool_calls_null", chat,
        R"({"model":"m","messages":[{"role":"assistant","content":"hi","tool_calls":null}],"max_tokens":500})"},
    BodyForm{
        "arguments_an_object", chat,
        R"({"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":)"
        R"({"name":"f","arguments":{"a":1}}}]}],"max_tokens":500})"},
    BodyForm{"tools_null", chat,
             R"({"model":"m","messages":[{"role":"user","content":"hi"}],"tools":null,"max_tokens":500})"},
    BodyForm{"tools_an_object", chat,
             R"({"model":"m","messages":[{"role":"user","content":"hi"}],"tools":{},"max_tokens":500})"},
    BodyForm{
        "response_format_a_text", chat,
        R"({"model":"m","messages":[{"role":"user","content":"hi"}],"response_format":"json","max_tokens":500})"},
    BodyForm{
        "image_url_a_text",
        chat,
        R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":"https://a/b.png"}]}],"max_tokens":500})",
        {1, 100'000}},
    BodyForm{"embeddings_messages",
             embeddings,
             R"({"model":"m","messages":[{"role":"user","content":"hello there"}]})",
             {1, 60},
             none},
    BodyForm{
        "embeddings_objects",
        embeddings,
        R"({"model":"m","input":[{"type":"text","text":"hello there"},{"type":"image_url","image_url":"https://a/b"}]})",
        {1, 100'000},
        none},
    BodyForm{"embeddings_nested_content",
             embeddings,
             R"({"model":"m","inputs":[{"content":[{"type":"text","text":"hello there"}]}]})",
             {1, 60},
             none},
    BodyForm{"embeddings_content", embeddings, R"({"content":"hello there"})", {1, 60}, none},
    BodyForm{
        "embeddings_object", embeddings, R"({"model":"m","input":{"text":"hello there"}})", {1, 60}, none},
    BodyForm{"embeddings_nothing", embeddings, R"({"model":"m"})", {0, 60}, none},
    BodyForm{"embeddings_empty", embeddings, R"({"model":"m","input":[]})", {0, 60}, none},
    BodyForm{"embeddings_mixed", embeddings, R"({"model":"m","input":["hi",[1,2,3]]})", {1, 60}, none},
    BodyForm{"prompt_mixed",
             "/v1/completions",
             R"({"model":"m","prompt":[12,"text",56],"max_tokens":100})",
             {1, 60},
             {1, 500}},
    BodyForm{"prompt_an_object",
             "/v1/completions",
             R"({"model":"m","prompt":{"prompt_string":"hi"},"max_tokens":500})",
             {1, 60},
             500},
    BodyForm{"prompt_missing", "/v1/completions", R"({"model":"m","max_tokens":500})", {0, 60}, 500},
    BodyForm{
        "prompt_null", "/v1/completions", R"({"model":"m","prompt":null,"max_tokens":500})", {0, 60}, 500},
    BodyForm{"input_missing",
             "/v1/responses",
             R"({"model":"m","prompt":{"id":"p"},"max_output_tokens":500})",
             {0, 60}},
    BodyForm{"input_an_object", "/v1/responses",
             R"({"model":"m","input":{"role":"user","content":"hi"},"max_output_tokens":500})"},
    BodyForm{
        "input_of_unknown_items",
        "/v1/responses",
        R"({"model":"m","input":[{"type":"mcp_approval_response","approve":true},{"type":"item_reference","id":"i"}],)"
        R"("max_output_tokens":500})",
        {0, 100'000}},
    BodyForm{
        "system_an_object", "/v1/messages",
        R"({"model":"m","system":{"text":"hi"},"messages":[{"role":"user","content":"hi"}],"max_tokens":500})"},
    BodyForm{"model_missing", chat, R"({"messages":[{"role":"user","content":"hi"}],"max_tokens":500})"},
    BodyForm{"model_missing_in_completions",
             "/v1/completions",
             R"({"prompt":"hi","max_tokens":500})",
             {1, 60},
             500},
};

template <typename Forms>
void add(WireRows& rows, const Forms& forms) {
    for (const BodyForm& form : forms) {
        rows.push_back({.name = form.name,
                        .asks = {{.bytes = request({.path = form.path, .body = form.body})}},
                        .replies = {reply({.body = R"({"id":"x","choices":[]})"})},
                        .charge = Charge{.input = form.input, .output = form.output},
                        .upstream_body = form.body});
    }
}

}  // namespace

WireRows body_rows() {
    WireRows rows;
    add(rows, numbers);
    add(rows, texts);
    add(rows, shapes);
    return rows;
}

}  // namespace weir::testing
