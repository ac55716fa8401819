// JSON bodies on every metered path: what is no JSON, what could be read two ways, and members of wrong
// types: those that decide a charge or a route are refused, all else is the provider's to judge.
#include <array>

#include "hostile/request_row.hpp"
#include "support/raw_client.hpp"

namespace weir::testing {

using namespace std::string_literals;

namespace {

struct Metered {
    std::string name;
    std::string path;
    std::string members;  ///< what a sound body needs beside the model
    bool anthropic = false;
};

const std::array<Metered, 5> metered_paths{{
    {"chat", "/v1/chat/completions", R"("messages":[{"role":"user","content":"hi"}],"max_tokens":2)"},
    {"completions", "/v1/completions", R"("prompt":"hi","max_tokens":2)"},
    {"responses", "/v1/responses", R"("input":"hi","max_output_tokens":2)"},
    {"embeddings", "/v1/embeddings", R"("input":"hi")"},
    {"messages", "/v1/messages", R"("messages":[{"role":"user","content":"hi"}],"max_tokens":2)", true},
}};

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

/// A table of bodies for one path.
class Bodies {
public:
    explicit Bodies(const Metered& metered) : metered_(metered) {}

    void refuse(const std::string& name, const std::string& body, const std::string& param = {}) {
        rows_.push_back(answered(metered_.name + "_" + name, post(metered_.path, body), 400, param));
        rows_.back().anthropic = metered_.anthropic;
    }
    void serve(const std::string& name, const std::string& body) {
        rows_.push_back(served(metered_.name + "_" + name, post(metered_.path, body),
                               "POST " + metered_.path + " HTTP/1.1"));
    }
    /// Passed on as it is, for the upstream to judge.
    void pass(const std::string& name, const std::string& body) {
        serve(name, body);
        rows_.back().upstream_judges = true;
    }
    /// A body that is sound but for one more member.
    std::string with(const std::string& member) const {
        return R"({"model":"gpt-4o",)" + metered_.members + (member.empty() ? "" : ",") + member + "}";
    }
    /// A body with nothing but these members and the model.
    static std::string only(const std::string& members) { return R"({"model":"gpt-4o",)" + members + "}"; }
    std::vector<RequestRow> take() { return std::move(rows_); }

private:
    const Metered& metered_;
    std::vector<RequestRow> rows_;
};

void add_no_json(Bodies& bodies) {
    bodies.refuse("empty", "");
    bodies.refuse("space", "   ");
    bodies.refuse("null", "null");
    bodies.refuse("array", "[" + bodies.with("") + "]");
    bodies.refuse("string", "\"x\"");
    bodies.refuse("number", "1");
    bodies.refuse("unfinished", bodies.with("").substr(0, 20));
    bodies.refuse("garbage_behind", bodies.with("") + "x");
    bodies.refuse("two_documents", bodies.with("") + bodies.with(""));
    bodies.refuse("nul_behind", bodies.with("") + "\0"s);
    bodies.pass("byte_order_mark", "\xef\xbb\xbf" + bodies.with(""));
    bodies.refuse("single_quotes", "{'model':'gpt-4o'}");
    bodies.refuse("comma_behind", bodies.with("\"x\":[1,]"));
    bodies.refuse("comment", bodies.with("\"x\":1/*y*/"));
    bodies.refuse("not_a_number", bodies.with("\"x\":NaN"));
    bodies.refuse("leading_zero", bodies.with("\"x\":01"));
    bodies.pass("huge_number", bodies.with("\"x\":1e400"));
    bodies.pass("huge_integer", bodies.with("\"x\":" + std::string(80, '9')));
    bodies.refuse("huge_but_malformed_number", bodies.with("\"x\":0" + std::string(80, '9')));
    bodies.refuse("control_byte", bodies.with("\"x\":\"\x01\""));
    bodies.refuse("invalid_utf8", bodies.with("\"x\":\"\xff\""));
    bodies.refuse("overlong_utf8", bodies.with("\"x\":\"\xc0\xaf\""));
    bodies.refuse("surrogate_in_utf8", bodies.with("\"x\":\"\xed\xa0\x80\""));
    bodies.pass("lone_surrogate", bodies.with(R"("x":"\ud800")"));
    bodies.pass("lone_surrogate_in_a_name", bodies.with(R"("\udc00":"x")"));
    bodies.refuse("half_an_escape", bodies.with(R"("x":"\ud8")"));
    bodies.refuse("two_byte_order_marks", "\xef\xbb\xbf\xef\xbb\xbf" + bodies.with(""));
    bodies.refuse("bad_escape", bodies.with(R"("x":"\x41")"));
    bodies.refuse("utf16", "{\0\"\0m\0"s);
    bodies.refuse("gzip", "\x1f\x8b\x08\0\0\0\0\0\0\x03"s);
    bodies.refuse("form", "model=gpt-4o&prompt=hi");
    bodies.refuse("depth_65", bodies.with("\"x\":" + nested(64)));
    bodies.refuse("depth_100000", bodies.with("\"x\":" + nested(100'000)));
    bodies.refuse("depth_100000_unclosed", std::string(100'000, '['));
    bodies.refuse("objects_100000_deep", [] {
        std::string deep;
        for (int i = 0; i < 20'000; ++i) deep += "{\"a\":";
        return deep;
    }());
}

void add_common_members(Bodies& bodies) {
    bodies.serve("sound", bodies.with(""));
    bodies.serve("depth_64", bodies.with("\"x\":" + nested(63)));
    bodies.serve("unknown_members", bodies.with(R"("x":{"model":1,"model":2},"MODEL":5,"":null)"));
    bodies.serve("nulls", bodies.with(R"("stream":null,"stream_options":null)"));
    bodies.serve("big_but_sound_numbers",
                 bodies.with(R"("x":1e300,"y":-9223372036854775808,"z":18446744073709551615)"));
    bodies.refuse("model_twice", bodies.with(R"("model":"gpt-4o")"), "model");
    bodies.refuse("model_twice_escaped", bodies.with(R"("m\u006fdel":"o1")"), "model");
    bodies.refuse("model_twice_null", bodies.with(R"("model":null)"), "model");
    bodies.refuse("stream_twice", bodies.with(R"("stream":true,"stream":false)"), "stream");
    bodies.refuse("stream_twice_escaped", bodies.with(R"("stream":true,"\u0073tream":false)"), "stream");
    bodies.refuse("max_tokens_twice", bodies.with(R"("max_tokens":1,"max_tokens":2)"), "max_tokens");
    for (const auto& [name, value] : {std::pair{"string", "\"yes\""}, {"number", "1"}, {"object", "{}"}})
        bodies.refuse("stream_"s + name, bodies.with("\"stream\":"s + value), "stream");
    const std::string rest = bodies.with("").substr(R"({"model":"gpt-4o")"s.size());
    bodies.pass("model_empty_is_absent", "{\"model\":\"\"" + rest);
    for (const auto& [name, value] : {std::pair{"number"s, "5"s},
                                      {"object", "{}"},
                                      {"array", "[\"gpt-4o\"]"},
                                      {"true", "true"},
                                      {"huge", "\"" + std::string(257, 'm') + "\""}})
        bodies.refuse("model_" + name, "{\"model\":" + value + rest, "model");
}

void add_bound(Bodies& bodies, const std::string& member, const std::string& rest) {
    int number = 0;
    for (const char* value : {"\"x\"", "\"5\"", "-5", "1e30", "1.5", "true", "{}", "[]",
                              "99999999999999999999", "1e400", "-5.0"}) {
        bodies.refuse(member + "_" + std::to_string(number++),
                      Bodies::only(rest + ",\"" + member + "\":" + value), member);
    }
    for (const char* value : {"1e2", "-0.0", "1024.0", "1.024e3", "-1", "-1.0", "0", "2147483647",
                              "9223372036854775807", "18446744073709551615"})
        bodies.pass(member + "_integral_"s + value, Bodies::only(rest + ",\"" + member + "\":" + value));
    bodies.pass(member + "_null_is_absent", Bodies::only(rest + ",\"" + member + "\":null"));
    bodies.refuse(member + "_and_a_wrong_n_predict",
                  Bodies::only(rest + ",\"" + member + "\":1,\"n_predict\":\"x\""), "n_predict");
}

/// Shapes that are the provider's to judge.
void add_texts(Bodies& bodies, const std::string& member) {
    const auto serve = [&](const std::string& name, const std::string& value) {
        bodies.pass(member + "_" + name, Bodies::only("\"" + member + "\":" + value));
    };
    serve("object", "{}");
    serve("number", "5");
    serve("true", "true");
    serve("empty_array", "[]");
    serve("mixed", "[1,\"a\"]");
    serve("negative_token", "[-1]");
    serve("fraction", "[1.5]");
    serve("empty_tokens", "[[]]");
    serve("text_in_tokens", "[[\"a\"]]");
    serve("null_inside", "[null]");
    serve("object_inside", "[{}]");
    serve("twice", "\"x\",\"" + member + "\":\"y\"");
}

void add_messages(Bodies& bodies, const std::string& rest) {
    const auto serve = [&](const std::string& name, const std::string& value) {
        bodies.pass("messages_" + name, Bodies::only(rest + "\"messages\":" + value));
    };
    serve("object", "{}");
    serve("empty", "[]");
    serve("string", "\"x\"");
    serve("null", "null");
    serve("of_numbers", "[1]");
    serve("of_nulls", "[null]");
    serve("of_arrays", "[[]]");
    serve("content_number", R"([{"role":"user","content":5}])");
    serve("content_object", R"([{"role":"user","content":{}}])");
    serve("content_of_numbers", R"([{"role":"user","content":[5]}])");
    serve("text_number", R"([{"content":[{"type":"text","text":5}]}])");
    serve("text_null", R"([{"content":[{"type":"text","text":null}]}])");
    serve("role_number", R"([{"role":5,"content":"x"}])");
    serve("tool_calls_object", R"([{"role":"assistant","tool_calls":{}}])");
    serve("tools_object", R"([{"content":"x"}],"tools":{})");
    serve("tools_of_numbers", R"([{"content":"x"}],"tools":[1])");
    serve("twice", R"([{"content":"x"}],"messages":[{"content":"y"}])");
}

void add_choices(Bodies& bodies) {
    for (const char* value : {"1000000000", "0", "-1", "1.5", "\"2\"", "true", "1000001"})
        bodies.refuse("n_"s + value, bodies.with("\"n\":"s + value), "n");
    for (const char* value : {"129", "256"}) bodies.pass("n_"s + value, bodies.with("\"n\":"s + value));
    bodies.refuse("n_twice", bodies.with(R"("n":1,"n":1)"), "n");
    bodies.refuse("stream_options_string", bodies.with(R"("stream":true,"stream_options":"x")"),
                  "stream_options");
    bodies.refuse("include_usage_string",
                  bodies.with(R"("stream":true,"stream_options":{"include_usage":"x"})"),
                  "stream_options.include_usage");
    bodies.refuse(
        "include_usage_twice",
        bodies.with(R"("stream":true,"stream_options":{"include_usage":true,"include_usage":false})"),
        "stream_options.include_usage");
}

}  // namespace

std::vector<RequestRow> json_rows() {
    std::vector<RequestRow> rows;
    for (const Metered& metered : metered_paths) {
        Bodies bodies(metered);
        add_no_json(bodies);
        add_common_members(bodies);
        for (RequestRow& row : bodies.take()) rows.push_back(std::move(row));
        // Content-Type is the upstream's affair.
        const std::string body = bodies.with("");
        rows.push_back(served(metered.name + "_without_content_type",
                              "POST " + metered.path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                                  std::to_string(body.size()) + "\r\n\r\n" + body,
                              "POST " + metered.path + " HTTP/1.1"));
    }
    return rows;
}

std::vector<RequestRow> member_rows() {
    const std::string message = R"("messages":[{"role":"user","content":"hi"}])";
    std::vector<RequestRow> rows;
    for (const Metered& metered : metered_paths) {
        Bodies bodies(metered);
        if (metered.name == "chat") {
            add_messages(bodies, "");
            add_choices(bodies);
            add_bound(bodies, "max_tokens", message);
            add_bound(bodies, "max_completion_tokens", message);
            bodies.pass("messages_missing", Bodies::only("\"x\":1"));
            bodies.pass("model_missing", "{" + message + "}");
        } else if (metered.name == "completions") {
            add_texts(bodies, "prompt");
            add_choices(bodies);
            add_bound(bodies, "max_tokens", "\"prompt\":\"hi\"");
            bodies.refuse("best_of", bodies.with("\"best_of\":1000001"), "best_of");
            bodies.pass("best_of_1000", bodies.with("\"best_of\":1000"));
            bodies.pass("suffix", bodies.with("\"suffix\":5"));
            bodies.pass("model_missing", R"({"prompt":"hi"})");
        } else if (metered.name == "responses") {
            add_bound(bodies, "max_output_tokens", "\"input\":\"hi\"");
            bodies.pass("input_number", Bodies::only("\"input\":5"));
            bodies.pass("input_of_numbers", Bodies::only("\"input\":[5]"));
            bodies.pass("instructions_number", bodies.with("\"instructions\":5"));
            bodies.pass("text_string", bodies.with("\"text\":\"x\""));
            bodies.refuse("background_string", bodies.with("\"background\":\"yes\""), "background");
        } else if (metered.name == "embeddings") {
            add_texts(bodies, "input");
            bodies.pass("input_missing", Bodies::only("\"x\":1"));
            bodies.pass("input_null", Bodies::only("\"input\":null"));
            bodies.pass("model_missing", R"({"input":"hi"})");
        } else {
            add_messages(bodies, "\"max_tokens\":1,");
            add_bound(bodies, "max_tokens", message);
            bodies.pass("max_tokens_missing", Bodies::only(message));
            bodies.pass("max_tokens_null", Bodies::only(message + ",\"max_tokens\":null"));
            bodies.pass("system_number", bodies.with("\"system\":5"));
            bodies.pass("model_missing", "{\"max_tokens\":1," + message + "}");
        }
        for (RequestRow& row : bodies.take()) rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace weir::testing
