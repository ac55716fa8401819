// `other_paths`: what weir can't meter is refused, or only what is listed passes.
#include "wire/answers.hpp"
#include "wire/request_rows.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

WireRow row(std::string name, const std::string& bytes, int status, const std::string& other_paths) {
    const bool passes = status == 200;
    return {.name = std::move(name),
            .asks = {{.bytes = bytes, .status = status}},
            .replies = {reply({.body = R"({"id":"x","usage":{"prompt_tokens":12,"completion_tokens":34}})"})},
            .config = R"({"other_paths": )" + other_paths + "}",
            .reached = passes ? 1 : 0};
}

}  // namespace

WireRows other_path_rows() {
    const std::string reject = "\"reject\"";
    const std::string pass = "\"pass\"";
    const std::string list = R"({"allow": ["/v1/models", "/v1/files*"]})";
    const std::string no_list = R"({"allow": []})";
    const auto post_of = [](const std::string& path) { return request({.path = path, .body = "{}"}); };
    WireRows rows{
        row("passes", get_of("/anything"), 200, pass),
        row("rejects_models", get_of("/v1/models"), 404, reject),
        row("rejects_an_unknown_post", post_of("/v1/something"), 404, reject),
        row("rejects_stored_responses", get_of("/v1/responses/r1"), 404, reject),
        row("meters_chat_all_the_same", plain_chat(), 200, reject),
        row("meters_a_deployment_all_the_same",
            request({.path = "/openai/deployments/d/chat/completions?api-version=1",
                     .body = "{" + messages_member + "}"}),
            200, reject),
        row("meters_ollama_all_the_same",
            request({.path = "/api/chat", .body = R"({"model":"m","messages":[],"stream":false})"}), 200,
            reject),
        row("allows_what_is_listed", get_of("/v1/models"), 200, list),
        row("allows_it_with_a_query", get_of("/v1/models?limit=5"), 200, list),
        row("allows_it_whatever_its_case", get_of("/V1/Models"), 200, list),
        row("allows_by_a_prefix", get_of("/v1/files/f1/content"), 200, list),
        row("allows_by_a_prefix_of_nothing_more", post_of("/v1/files"), 200, list),
        row("rejects_below_what_is_listed", get_of("/v1/models/m"), 404, list),
        row("rejects_what_begins_like_it", get_of("/v1/modelsx"), 404, list),
        row("rejects_the_rest", get_of("/v1/batches"), 404, list),
        row("meters_chat_beside_a_list", plain_chat(), 200, list),
        row("rejects_all_with_an_empty_list", get_of("/v1/models"), 404, no_list),
    };
    rows[8].charge = Charge{.requests = 1};
    rows[14].charge = Charge{.requests = 0};
    rows[15].charge = Charge{.input = 12, .output = 34};
    // weir's own answers: not the provider's business.
    for (const std::string method : {"GET", "HEAD"}) {
        for (const std::string path : {"/", "/favicon.ico"}) {
            rows.push_back(
                {.name = "own_" + method + path,
                 .asks = {{.bytes = request({.path = path, .key = "", .method = method}), .status = 200}},
                 .replies = {reply({.body = "the provider's page"})},
                 .reached = 0});
        }
    }
    return rows;
}

}  // namespace weir::testing
