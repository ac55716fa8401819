// A limit on a model holds however a client spells the model, and wherever it names it.
#include "wire/answers.hpp"
#include "wire/request_rows.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

/// With `pattern` blocked, a request that names `model` (as JSON writes it) is refused or served.
WireRow spelt(const std::string& pattern, const std::string& model, bool blocked) {
    const std::string body = R"({"model":")" + model + "\"," + messages_member + "}";
    return {.name = (blocked ? "blocks_" : "lets_pass_") + pattern + "__" + model,
            .asks = {{.bytes = request({.body = body}), .status = blocked ? 403 : 200}},
            .replies = {chat_reply(R"({"prompt_tokens":12,"completion_tokens":34})")},
            .charge = blocked ? Charge{.requests = 0} : Charge{.input = 12, .output = 34},
            .config = R"({"tiers": {"default": {"models": {")" + pattern + R"(": {"otpm": 0}}}}})",
            .reached = blocked ? 0 : 1};
}

WireRow in_path(const std::string& name, const std::string& path, const std::string& body, bool blocked) {
    WireRow row = spelt("gpt-4o*", "unused", blocked);
    row.name = "in_the_path_" + name;
    row.asks[0].bytes = request({.path = path, .body = body});
    row.charge.reset();
    return row;
}

}  // namespace

WireRows model_rows() {
    WireRows rows;
    for (const char* model :
         {"gpt-4o", "GPT-4o", "Gpt-4O-Mini", " gpt-4o", "gpt-4o ", "\\tgpt-4o\\n", "openai/gpt-4o",
          "OpenAI/GPT-4o", "azure/openai/gpt-4o", "gpt-4o-2024-08-06", "gpt\\u002d4o"})
        rows.push_back(spelt("gpt-4o*", model, true));
    for (const char* model : {"gpt-4", "o1", "gpt-4.1", "openai/gpt-4", "my-gpt-4o-of-mine"})
        rows.push_back(spelt("gpt-4o*", model, false));
    rows.push_back(spelt("GPT-4O", "gpt-4o", true));
    WireRow none_in_flight = spelt("gpt-4o", "gpt-4o", true);
    none_in_flight.name = "none_in_flight";
    none_in_flight.config = R"({"tiers": {"default": {"models": {"gpt-4o": {"max_in_flight": 0}}}}})";
    none_in_flight.asks[0].fields = {"x-weir-limit= model/in_flight"};
    rows.push_back(none_in_flight);
    rows.push_back(spelt("gpt-4o", "gpt-4o-mini", false));
    rows.push_back(spelt("*gpt-4o", "openai/gpt-4o", true));
    rows.push_back(spelt("*gpt-4o", "my-gpt-4o", true));
    rows.push_back(spelt("*gpt-4o", "gpt-4o-mini", false));
    rows.push_back(spelt("*gpt-4o*", "x/gpt-4o-mini", true));
    rows.push_back(spelt("*", "anything", true));
    rows.push_back(spelt("openai/*", "openai/gpt-4o", true));
    rows.push_back(spelt("openai/*", "other/gpt-4o", false));
    const std::string no_model = "{" + messages_member + "}";
    rows.push_back(
        in_path("deployment", "/openai/deployments/gpt-4o/chat/completions?api-version=1", no_model, true));
    rows.push_back(
        in_path("deployment_capitals", "/openai/deployments/GPT-4o/chat/completions", no_model, true));
    rows.push_back(
        in_path("other_deployment", "/openai/deployments/other/chat/completions", no_model, false));
    rows.push_back(in_path("engine", "/v1/engines/gpt-4o/completions", R"({"prompt":"hi"})", true));
    rows.push_back(in_path("generate_content", "/v1beta/models/gpt-4o:generateContent",
                           R"({"contents":[{"parts":[{"text":"hi"}]}]})", true));
    const Form form = transcription_form();
    WireRow transcription = spelt("gpt-4o*", "in a form", true);
    transcription.asks[0].bytes =
        request({.path = "/v1/audio/transcriptions", .body = form.body, .content_type = form.content_type});
    rows.push_back(transcription);
    return rows;
}

}  // namespace weir::testing
