// Forms in which chat completions report usage: each plain, streamed where weir asked for it, and streamed
// where the client did.
#include <array>

#include "wire/answer_rows.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

struct UsageForm {
    const char* name;
    const char* usage;
    Amount input;
    Amount output;
};

/// At most 500 tokens were asked for and reserved; three were seen.
constexpr Amount reserved{1, 500};

constexpr std::array forms{
    UsageForm{"usual", R"({"prompt_tokens":12,"completion_tokens":34,"total_tokens":46})", 12, 34},
    UsageForm{"no_total", R"({"prompt_tokens":12,"completion_tokens":34})", 12, 34},
    UsageForm{"reasoning_apart",
              R"({"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,)"
              R"("completion_tokens_details":{"reasoning_tokens":94}})",
              32, 103},
    UsageForm{"reasoning_apart_unexplained",
              R"({"prompt_tokens":10,"completion_tokens":20,"total_tokens":130})", 10, 120},
    UsageForm{"reasoning_within",
              R"({"prompt_tokens":10,"completion_tokens":100,"total_tokens":110,)"
              R"("completion_tokens_details":{"reasoning_tokens":90}})",
              10, 100},
    UsageForm{"total_too_small", R"({"prompt_tokens":10,"completion_tokens":20,"total_tokens":15})", 10, 20},
    UsageForm{"total_zero", R"({"prompt_tokens":10,"completion_tokens":20,"total_tokens":0})", 10, 20},
    UsageForm{"total_null", R"({"prompt_tokens":10,"completion_tokens":20,"total_tokens":null})", 10, 20},
    UsageForm{"total_first", R"({"total_tokens":135,"completion_tokens":9,"prompt_tokens":32})", 32, 103},
    UsageForm{"zero", R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})", estimated(), reserved},
    UsageForm{"zero_input", R"({"prompt_tokens":0,"completion_tokens":34,"total_tokens":34})", estimated(),
              34},
    UsageForm{"zero_output", R"({"prompt_tokens":12,"completion_tokens":0,"total_tokens":12})", 12, reserved},
    UsageForm{"null_counts", R"({"prompt_tokens":null,"completion_tokens":null,"total_tokens":null})",
              estimated(), reserved},
    UsageForm{"empty", "{}", estimated(), reserved},
    UsageForm{"floats", R"({"prompt_tokens":1000.0,"completion_tokens":7.0,"total_tokens":1007.0})", 1000, 7},
    UsageForm{"exponents", R"({"prompt_tokens":1e3,"completion_tokens":7E0,"total_tokens":1.007e3})", 1000,
              7},
    UsageForm{"strings", R"({"prompt_tokens":"1000","completion_tokens":"7","total_tokens":"1007"})", 1000,
              7},
    UsageForm{"negative", R"({"prompt_tokens":-5,"completion_tokens":-7,"total_tokens":-12})", estimated(),
              reserved},
    UsageForm{"no_number", R"({"prompt_tokens":"many","completion_tokens":[1],"total_tokens":{}})",
              estimated(), reserved},
    UsageForm{"names_of_responses", R"({"input_tokens":11,"output_tokens":22,"total_tokens":33})", 11, 22},
    UsageForm{"spaced", "{ \"prompt_tokens\" : 12 , \"completion_tokens\" :\t34 }", 12, 34},
    UsageForm{"escaped_names", R"({"prompt_tokens":12,"completion\u005ftokens":34})", 12, 34},
    UsageForm{"nested_namesakes",
              R"({"details":{"prompt_tokens":1,"completion_tokens":1},"prompt_tokens":12,)"
              R"("completion_tokens":34,"more":[{"prompt_tokens":2,"completion_tokens":2}]})",
              12, 34},
    UsageForm{"audio_details",
              R"({"prompt_tokens":12,"completion_tokens":34,"total_tokens":46,"prompt_tokens_details":)"
              R"({"audio_tokens":5,"cached_tokens":0},"completion_tokens_details":{"audio_tokens":9}})",
              12, 34},
};

WireRows rows_of(const UsageForm& form) {
    const std::string name = form.name;
    const Charge charge{.input = form.input, .output = form.output};
    const std::string asking = body_of(
        messages_member + R"(,"max_tokens":500,"stream":true,"stream_options":{"include_usage":true})");
    return {{.name = name + "_plain",
             .asks = {{.bytes = plain_chat(), .body = chat_completion(form.usage)}},
             .replies = {chat_reply(form.usage)},
             .charge = charge},
            {.name = name + "_streamed",
             .asks = {{.bytes = streamed_chat(), .body = chat_events_without_usage()}},
             .replies = {stream_reply(chat_events(form.usage))},
             .charge = charge,
             .upstream_has = {"include_usage"}},
            {.name = name + "_asked_for",
             .asks = {{.bytes = request({.body = asking}), .body = chat_events(form.usage)}},
             .replies = {stream_reply(chat_events(form.usage))},
             .charge = charge,
             .upstream_body = asking}};
}

struct CachedForm {
    const char* name;
    const char* usage;
    Amount input;
};

/// Cached input weighs a tenth here.
constexpr std::array cached_forms{
    CachedForm{
        "openai",
        R"({"prompt_tokens":1000,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":800}})", 280},
    CachedForm{"deepseek",
               R"({"prompt_tokens":1000,"completion_tokens":5,"prompt_cache_hit_tokens":800,)"
               R"("prompt_cache_miss_tokens":200})",
               280},
    CachedForm{"top_level", R"({"prompt_tokens":1000,"completion_tokens":5,"cached_tokens":800})", 280},
    CachedForm{"responses_names",
               R"({"input_tokens":1000,"output_tokens":5,"input_tokens_details":{"cached_tokens":800}})",
               280},
    CachedForm{"named_twice",
               R"({"prompt_tokens":1000,"completion_tokens":5,"prompt_cache_hit_tokens":800,)"
               R"("prompt_tokens_details":{"cached_tokens":800}})",
               280},
    CachedForm{"more_than_all", R"({"prompt_tokens":1000,"completion_tokens":5,"cached_tokens":5000})", 100},
    CachedForm{"none", R"({"prompt_tokens":1000,"completion_tokens":5,"cached_tokens":0})", 1000},
    CachedForm{"null_details", R"({"prompt_tokens":1000,"completion_tokens":5,"prompt_tokens_details":null})",
               1000},
};

WireRows rows_of(const CachedForm& form) {
    const std::string weight = R"({"tiers": {"default": {"cached_input_weight": 0.1}}})";
    const Charge charge{.input = form.input, .output = 5};
    return {{.name = std::string("cached_") + form.name + "_plain",
             .asks = {{.bytes = plain_chat()}},
             .replies = {chat_reply(form.usage)},
             .charge = charge,
             .config = weight},
            {.name = std::string("cached_") + form.name + "_streamed",
             .asks = {{.bytes = streamed_chat(), .body = chat_events_without_usage()}},
             .replies = {stream_reply(chat_events(form.usage))},
             .charge = charge,
             .config = weight}};
}

}  // namespace

WireRows chat_usage_rows() {
    WireRows rows;
    for (const UsageForm& form : forms) rows = std::move(rows) + rows_of(form);
    for (const CachedForm& form : cached_forms) rows = std::move(rows) + rows_of(form);
    rows.push_back({.name = "absent_plain",
                    .asks = {{.bytes = plain_chat(), .body = chat_completion({})}},
                    .replies = {chat_reply({})},
                    .charge = Charge{.input = estimated(), .output = 500}});
    // No number that could be charged; what was reserved is.
    rows.push_back(
        {.name = "beyond_64_bits_plain",
         .asks = {{.bytes = plain_chat()}},
         .replies = {chat_reply(R"({"prompt_tokens":99999999999999999999999,"completion_tokens":7})")},
         .charge = Charge{.input = at_least(1), .output = {7, 500}}});
    rows.push_back({.name = "null_plain",
                    .asks = {{.bytes = plain_chat()}},
                    .replies = {chat_reply("null")},
                    .charge = Charge{.input = estimated(), .output = 500}});
    return rows;
}

}  // namespace weir::testing
