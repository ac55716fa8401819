// What an upstream is configured to serve, and what it calls things: names of models, Azure's paths,
// dialects.
#include "wire/answers.hpp"
#include "wire/request_rows.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

std::string upstream_with(const std::string& members) {
    return R"({"upstreams": [{"name": "mock", "url": "$URL", )" + members + "}]}";
}

const std::string renaming = upstream_with(R"("models": {"gpt-4o*": "my-deployment", "o3": true})");
const std::string azure = upstream_with(
    R"("azure": {"api_version": "2024-10-21"}, "models": {"gpt-4o": "my-deployment", "o3": true})");

WireRow served(const std::string& name, const std::string& config, const std::string& path,
               const std::string& body) {
    return {.name = name,
            .asks = {{.bytes = request({.path = path, .body = body}), .status = 200}},
            .replies = {chat_reply(R"({"prompt_tokens":12,"completion_tokens":34})")},
            .config = config};
}

WireRow not_served(const std::string& name, const std::string& config, const std::string& bytes,
                   std::vector<std::string> contains) {
    return {.name = name,
            .asks = {{.bytes = bytes, .status = 404, .contains = std::move(contains)}},
            .charge = Charge{.requests = 0},
            .config = config,
            .reached = 0};
}

void append_renamed(WireRows& rows) {
    WireRow row = served("model_renamed_in_place", renaming, "/v1/chat/completions",
                         R"({ "stop" : null,"model"  : "gpt-4o-mini", "x":1e2,)" + messages_member + "}");
    row.upstream_body = R"({ "stop" : null,"model"  : "my-deployment", "x":1e2,)" + messages_member + "}";
    rows.push_back(row);
    row = served("model_not_renamed", renaming, "/v1/chat/completions",
                 R"({"model":"o3",)" + messages_member + "}");
    row.upstream_body = R"({"model":"o3",)" + messages_member + "}";
    rows.push_back(row);
    row = served("model_renamed_and_usage_asked_for", renaming, "/v1/chat/completions",
                 R"({"model":"gpt-4o","stream":true,)" + messages_member + "}");
    row.upstream_has = {R"("model":"my-deployment")", R"("include_usage":true)"};
    rows.push_back(row);
    row =
        served("model_renamed_in_the_path", renaming, "/v1/engines/gpt-4o/completions", R"({"prompt":"hi"})");
    row.upstream_has = {"post /v1/engines/my-deployment/completions http/1.1"};
    rows.push_back(row);
    rows.push_back(not_served("model_of_nobody", renaming,
                              request({.body = R"({"model":"llama",)" + messages_member + "}"}),
                              {"model_not_found"}));
}

void append_azure(WireRows& rows) {
    WireRow row = served("azure_path_of_a_chat", azure, "/v1/chat/completions?trace=1",
                         R"({"model":"gpt-4o",)" + messages_member + "}");
    row.upstream_has = {
        "post /openai/deployments/my-deployment/chat/completions?api-version=2024-10-21&trace=1 http/1.1"};
    rows.push_back(row);
    row = served("azure_path_of_responses", azure, "/v1/responses", R"({"model":"o3","input":"hi"})");
    row.upstream_has = {"post /openai/responses?api-version=2024-10-21 http/1.1"};
    rows.push_back(row);
    row = served("azure_client_of_its_own", azure,
                 "/openai/deployments/gpt-4o/chat/completions?api-version=2023-05-15",
                 "{" + messages_member + "}");
    row.upstream_has = {
        "post /openai/deployments/my-deployment/chat/completions?api-version=2023-05-15 http/1.1"};
    rows.push_back(row);
}

void append_dialects(WireRows& rows) {
    const std::string openai_alone = upstream_with(R"("serves": ["openai"])");
    rows.push_back(not_served("anthropic_path_of_nobody", openai_alone,
                              request({.path = "/v1/messages",
                                       .body = R"({"model":"claude","max_tokens":5,)" + messages_member + "}",
                                       .fields = "anthropic-version: 2023-06-01\r\n"}),
                              {R"("type":"error")", "not_found_error"}));
    rows.push_back(not_served("gemini_path_of_nobody", openai_alone,
                              request({.path = "/v1beta/models/gemini-2.5-pro:generateContent",
                                       .body = R"({"contents":[{"parts":[{"text":"hi"}]}]})"}),
                              {"NOT_FOUND"}));
    rows.push_back(not_served("openai_path_of_nobody", upstream_with(R"("serves": ["anthropic"])"),
                              request({.body = body_of(messages_member)}), {"unknown_url"}));
    rows.push_back(served("openai_path", openai_alone, "/v1/chat/completions", body_of(messages_member)));
}

}  // namespace

WireRows route_rows() {
    WireRows rows;
    append_renamed(rows);
    append_azure(rows);
    append_dialects(rows);
    return rows;
}

}  // namespace weir::testing
