// What can't be metered safely is refused, with the field's name, and neither charged nor passed on.
#include <array>

#include "wire/answers.hpp"
#include "wire/request_rows.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

struct BadBody {
    const char* name;
    const char* body;
    const char* said = "";
};

constexpr std::array bodies{
    BadBody{"empty", ""},
    BadBody{"no_json", "hello"},
    BadBody{"cut", R"({"model":"m","messages":[)"},
    BadBody{"an_array", R"([{"model":"m"}])"},
    BadBody{"two_documents", R"({"model":"m","messages":[]}{"model":"m","messages":[]})"},
    BadBody{"a_byte_order_mark_alone", "\xEF\xBB\xBF"},
    BadBody{"two_byte_order_marks", "\xEF\xBB\xBF\xEF\xBB\xBF{\"model\":\"m\",\"messages\":[]}"},
    BadBody{"utf_16", "\xFF\xFE{\x00}\x00"},
    BadBody{"bytes_that_are_no_utf_8", "{\"model\":\"m\",\"messages\":[{\"content\":\"\xC3\x28\"}]}"},
    BadBody{"max_tokens_a_text", R"({"model":"m","messages":[],"max_tokens":"many"})", "max_tokens"},
    BadBody{"max_tokens_a_fraction", R"({"model":"m","messages":[],"max_tokens":1.5})", "max_tokens"},
    BadBody{"max_tokens_negative", R"({"model":"m","messages":[],"max_tokens":-5})", "max_tokens"},
    BadBody{"max_tokens_negative_float", R"({"model":"m","messages":[],"max_tokens":-5.0})", "max_tokens"},
    BadBody{"max_tokens_twice", R"({"model":"m","messages":[],"max_tokens":1,"max_tokens":5000})",
            "max_tokens"},
    BadBody{"max_tokens_twice_escaped",
            R"({"model":"m","messages":[],"max_tokens":1,"max\u005ftokens":5000})", "max_tokens"},
    BadBody{"max_tokens_an_object", R"({"model":"m","messages":[],"max_tokens":{}})", "max_tokens"},
    BadBody{"n_zero", R"({"model":"m","messages":[],"n":0})", "n"},
    BadBody{"n_a_fraction", R"({"model":"m","messages":[],"n":1.5})", "n"},
    BadBody{"n_a_text", R"({"model":"m","messages":[],"n":"2"})", "n"},
    BadBody{"stream_a_text", R"({"model":"m","messages":[],"stream":"true"})", "stream"},
    BadBody{"stream_twice", R"({"model":"m","messages":[],"stream":false,"stream":true})", "stream"},
    BadBody{"model_a_number", R"({"model":5,"messages":[]})", "model"},
    BadBody{"model_twice", R"({"model":"m","messages":[],"model":"n"})", "model"},
    BadBody{"stream_options_a_text", R"({"model":"m","messages":[],"stream":true,"stream_options":"x"})",
            "stream_options"},
};

}  // namespace

WireRows refused_body_rows() {
    WireRows rows;
    for (const BadBody& bad : bodies) {
        rows.push_back({.name = bad.name,
                        .asks = {{.bytes = request({.body = bad.body}),
                                  .status = 400,
                                  .contains = {R"("type":"invalid_request_error")", bad.said}}},
                        .replies = {chat_reply({})},
                        .charge = Charge{.requests = 0},
                        .reached = 0});
    }
    const std::string deep = std::string(100, '[') + std::string(100, ']');
    rows.push_back({.name = "too_deep",
                    .asks = {{.bytes = request({.body = body_of(messages_member + ",\"metadata\":" + deep)}),
                              .status = 400}},
                    .replies = {chat_reply({})},
                    .charge = Charge{.requests = 0},
                    .reached = 0});
    return rows;
}

}  // namespace weir::testing
