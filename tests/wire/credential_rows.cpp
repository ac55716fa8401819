// Which of several keys counts, and what the upstream gets of them.
#include <array>

#include "wire/answers.hpp"
#include "wire/request_rows.hpp"
#include "wire/requests.hpp"
#include "wire/wire_config.hpp"

namespace weir::testing {

namespace {

constexpr const char* chat = "/v1/chat/completions";
constexpr const char* messages = "/v1/messages";
constexpr const char* gemini = "/v1beta/models/gemini-2.5-flash:generateContent";

std::string body_for(const std::string& path) {
    if (path == gemini) return R"({"contents":[{"parts":[{"text":"hi"}]}]})";
    return body_of(messages_member + R"(,"max_tokens":5)");
}

const char* const answer =
    R"({"usage":{"prompt_tokens":12,"completion_tokens":5,"input_tokens":12,"output_tokens":5},)"
    R"("usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":5}})";

/// Credentials as lines; `key` names whose charge grows. Empty: 401.
WireRow row(std::string name, const std::string& path, const std::string& fields, const std::string& key,
            std::vector<std::string> upstream_has = {}, std::vector<std::string> upstream_lacks = {}) {
    const bool known = !key.empty();
    WireRow made{
        .name = std::move(name),
        .asks = {{.bytes = request({.path = path, .body = body_for(path), .fields = fields, .key = ""}),
                  .status = known ? 200 : 401}},
        .replies = {reply({.body = answer})},
        .config = keys_required,
        .key = known ? key : "test-key",
        .reached = known ? 1 : 0,
        .upstream_has = std::move(upstream_has),
        .upstream_lacks = std::move(upstream_lacks)};
    made.charge = known ? Charge{.input = 12, .output = 5} : Charge{.requests = 0};
    return made;
}

const std::string bearer_known = "Authorization: Bearer test-key\r\n";
const std::string bearer_dummy = "Authorization: Bearer dummy\r\n";

WireRows several() {
    WireRows rows;
    for (const std::string path : {chat, messages, gemini}) {
        const std::string at = path == chat ? "chat_" : path == messages ? "messages_" : "gemini_";
        for (const std::string name : {"x-api-key", "api-key", "x-goog-api-key"}) {
            const std::string dummy = name + ": dummy\r\n";
            const std::string known = name + ": test-key\r\n";
            const std::string passed = "authorization: bearer test-key";
            rows.push_back(row(at + name + "_dummy_and_bearer_known", path, dummy + bearer_known, "test-key",
                               {passed}, {"dummy"}));
            rows.push_back(row(at + "bearer_known_and_" + name + "_dummy", path, bearer_known + dummy,
                               "test-key", {passed}, {"dummy"}));
            rows.push_back(row(at + name + "_known_and_bearer_dummy", path, bearer_dummy + known, "test-key",
                               {name + ": test-key"}, {"dummy"}));
            rows.push_back(row(at + name + "_known", path, known, "test-key", {name + ": test-key"}));
            rows.push_back(row(at + name + "_and_bearer_dummy", path, dummy + bearer_dummy, ""));
            rows.push_back(row(at + name + "_and_bearer_the_same", path, known + bearer_known, "test-key"));
        }
        rows.push_back(
            row(at + "bearer_known", path, bearer_known, "test-key", {"authorization: bearer test-key"}));
        rows.push_back(
            row(at + "bearer_in_capitals", path, "AUTHORIZATION: BEARER test-key\r\n", "test-key"));
        rows.push_back(
            row(at + "bearer_with_spaces", path, "Authorization:   Bearer   test-key  \r\n", "test-key"));
        rows.push_back(row(at + "none", path, "", ""));
        rows.push_back(row(at + "bearer_dummy", path, bearer_dummy, ""));
        rows.push_back(row(at + "empty_bearer_and_x_api_key_known", path,
                           "Authorization: Bearer \r\nx-api-key: test-key\r\n", "test-key"));
    }
    WireRow unknown = row("no_key_says_so", chat, "", "");
    unknown.asks[0].lacks = {"Incorrect API key"};
    rows.push_back(unknown);
    WireRow wrong = row("a_wrong_key_says_so", chat, bearer_dummy, "");
    wrong.asks[0].contains = {"Incorrect API key", "invalid_api_key"};
    rows.push_back(wrong);
    return rows;
}

/// How an injected key is sent belongs to the upstream, not to the request's path.
WireRows injected() {
    WireRows rows;
    constexpr std::array<std::pair<const char*, const char*>, 4> headers{
        {{"authorization", "authorization: bearer injected-key"},
         {"x-api-key", "x-api-key: injected-key"},
         {"api-key", "api-key: injected-key"},
         {"x-goog-api-key", "x-goog-api-key: injected-key"}}};
    for (const auto& [setting, line] : headers) {
        for (const std::string path : {"/v1/chat/completions", "/v1/messages", "/v1/models", "/v1/files"}) {
            const bool posts = path == chat || path == messages;
            std::string config = key_injected;
            const std::string mark = R"("api_key_env")";
            config.insert(config.find(mark), std::string(R"("key_header": ")") + setting + "\", ");
            rows.push_back({.name = std::string("injected_as_") + setting + path,
                            .asks = {{.bytes = posts ? request({.path = path,
                                                                .body = body_for(path),
                                                                .fields = "x-api-key: dummy\r\n"})
                                                     : get_of(path)}},
                            .replies = {reply({.body = answer})},
                            .config = config,
                            .upstream_has = {line},
                            .upstream_lacks = {"test-key", "dummy"}});
        }
    }
    rows.push_back({.name = "injected_automatically_elsewhere",
                    .asks = {{.bytes = get_of("/v1/models")}},
                    .replies = {reply({.body = answer})},
                    .config = key_injected,
                    .upstream_has = {"authorization: bearer injected-key"},
                    .upstream_lacks = {"test-key"}});
    return rows;
}

}  // namespace

WireRows credential_rows() {
    WireRows rows = several() + injected();
    // Keys are not required: the first one of the dialect counts, and it goes on as it came.
    rows.push_back({.name = "any_key_passes_on",
                    .asks = {{.bytes = request({.body = body_for(chat), .key = "whatever"})}},
                    .replies = {reply({.body = answer})},
                    .charge = Charge{.input = 12, .output = 5},
                    .key = "whatever",
                    .upstream_has = {"authorization: bearer whatever"}});
    // Gemini's other way of giving a key.
    WireRow in_query =
        row("gemini_key_in_the_query_known", std::string(gemini) + "?key=test-key", "", "test-key");
    in_query.asks[0].bytes =
        request({.path = std::string(gemini) + "?key=test-key", .body = body_for(gemini), .key = ""});
    rows.push_back(in_query);
    WireRow unknown_in_query = row("gemini_key_in_the_query_unknown", gemini, "", "");
    unknown_in_query.asks[0].bytes =
        request({.path = std::string(gemini) + "?key=dummy", .body = body_for(gemini), .key = ""});
    rows.push_back(unknown_in_query);
    WireRow not_passed_on = in_query;
    not_passed_on.name = "gemini_key_in_the_query_is_not_passed_on_beside_an_injected_one";
    not_passed_on.config = key_injected;
    not_passed_on.upstream_lacks = {"test-key"};
    not_passed_on.upstream_has = {"injected-key"};
    rows.push_back(not_passed_on);
    rows.push_back({.name = "googs_key_is_somebody",
                    .asks = {{.bytes = request({.path = gemini,
                                                .body = body_for(gemini),
                                                .fields = "x-goog-api-key: goog\r\n",
                                                .key = ""})}},
                    .replies = {reply({.body = answer})},
                    .charge = Charge{.input = 12, .output = 5},
                    .key = "goog"});
    return rows;
}

}  // namespace weir::testing
