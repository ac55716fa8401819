// The document and the table agree; and a client that knows the document alone finds nothing that it does not
// say.
#include "admin/openapi.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "calls.hpp"

namespace weir::admin {
namespace {

const Json& document() {
    static const Json parsed = Json::parse(openapi_text(endpoints()));
    return parsed;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return result;
}

void each_reference(const Json& value, const std::function<void(const std::string&)>& visit) {
    if (value.is_object() && value.contains("$ref")) visit(value["$ref"]);
    if (!value.is_structured()) return;
    for (const auto& [name, member] : value.items()) each_reference(member, visit);
}

TEST(OpenApi, DescribesWhatTheTableHoldsAndNothingElse) {
    std::size_t operations = 0;
    for (const auto& [path, methods] : document()["paths"].items()) operations += methods.size();
    EXPECT_EQ(operations, endpoints().size());
    for (const Endpoint& endpoint : endpoints()) {
        const Json& operation = document()["paths"][std::string(endpoint.path)][lower(endpoint.method)];
        ASSERT_TRUE(operation.is_object()) << endpoint.path;
        EXPECT_NE(endpoint.handler, nullptr) << endpoint.path;
        EXPECT_EQ(operation.contains("security"), endpoint.access == Access::open) << endpoint.path;
        EXPECT_EQ(operation.contains("requestBody"), !endpoint.body.schema.empty()) << endpoint.path;
        const std::size_t if_match = endpoint.access == Access::write ? 1 : 0;
        const std::size_t parameters = operation.contains("parameters") ? operation["parameters"].size() : 0;
        EXPECT_EQ(parameters, endpoint.parameters.size() + if_match) << endpoint.path;
        for (const int status : statuses_of(endpoint)) {
            EXPECT_TRUE(operation["responses"].contains(std::to_string(status))) << endpoint.path << status;
        }
    }
}

TEST(OpenApi, EveryPlaceholderOfAPathIsAParameter) {
    for (const Endpoint& endpoint : endpoints()) {
        for (const Parameter& parameter : endpoint.parameters) {
            if (parameter.place != Place::path) continue;
            EXPECT_NE(endpoint.path.find("{" + std::string(parameter.name) + "}"), std::string_view::npos)
                << endpoint.path;
        }
    }
}

TEST(OpenApi, EveryReferenceLeadsSomewhere) {
    each_reference(document(), [](const std::string& reference) {
        ASSERT_TRUE(reference.starts_with("#/"));
        EXPECT_TRUE(document().contains(Json::json_pointer(reference.substr(1)))) << reference;
    });
    EXPECT_EQ(document()["openapi"], "3.1.0");
}

// ---- the client that knows the document alone

struct Tried {
    std::string method;
    std::string target;
    std::string body;
};

/// Values for one parameter: those that fit and those that don't, as they stand in a URL.
std::vector<std::string> values_of(const Json& parameter) {
    std::vector<std::string> values{"",
                                    "0",
                                    "-1",
                                    "1",
                                    "501",
                                    "99999999999999999999",
                                    "1e3",
                                    "null",
                                    "true",
                                    "%",
                                    "%zz",
                                    "%00",
                                    "%F0%9F%98%80",
                                    "%FF",
                                    "..",
                                    "%2e%2e",
                                    "a%2Fb",
                                    "a%252Fb",
                                    "%20",
                                    "%22",
                                    "acme-web",
                                    "trial",
                                    "acme",
                                    "mock",
                                    "default",
                                    "2026-02-30",
                                    "2023-11-14",
                                    "key",
                                    "key,day",
                                    "tier",
                                    std::string(128, 'a'),
                                    std::string(129, 'a'),
                                    std::string(5000, 'x'),
                                    "'%3Bdrop",
                                    "{id}"};
    const Json& schema = parameter["schema"];
    if (schema.contains("enum")) {
        for (const Json& choice : schema["enum"]) values.push_back(choice);
    }
    for (const char* bound : {"minimum", "maximum"}) {
        if (schema.contains(bound)) values.push_back(schema[bound].dump());
    }
    return values;
}

std::string with_path(std::string path, const std::string& name, const std::string& value) {
    const std::string place = "{" + name + "}";
    if (const auto at = path.find(place); at != std::string::npos) path.replace(at, place.size(), value);
    return path;
}

std::string filled(std::string path, const Json& operation) {
    for (const auto& parameter : operation.value("parameters", Json::array())) {
        const bool is_choice = parameter["schema"].contains("enum");
        if (parameter["in"] == "path")
            path = with_path(path, parameter["name"], is_choice ? "key" : "acme-web");
    }
    return path;
}

std::vector<std::string> bodies_of(const Json& operation) {
    std::vector<std::string> bodies{
        "", "{}", "{", "[]", "null", "1", "\"x\"", std::string(3000, '['), R"({"":""})"};
    if (!operation.contains("requestBody")) return bodies;
    const std::string reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    const Json& schema = document()[Json::json_pointer(reference.substr(1))];
    const std::vector<Json> odd{nullptr,
                                true,
                                0,
                                -1,
                                1.5,
                                1e300,
                                9007199254740993,
                                "",
                                "x",
                                "\xf0\x9f\x98\x80",
                                std::string(10'000, 'y'),
                                Json::array(),
                                Json::array({1}),
                                Json::object(),
                                Json{{"a", 1}},
                                Json{{"rpm", 5}},
                                Json{{"rpm", -5}},
                                Json{{"more", {1, "x"}}},
                                "acme-web",
                                "key/acme-web",
                                "/v1/chat/completions",
                                "2030-01-01T00:00:00Z",
                                std::string(64, 'e')};
    Json base = Json::object();
    for (const auto& required : schema.value("required", Json::array())) {
        base[required.get<std::string>()] = required == "target" ? "key/acme-web"
                                            : required == "path" ? "/v1/x"
                                                                 : "made";
    }
    bodies.push_back(base.dump());
    for (const auto& [name, member] : schema["properties"].items()) {
        for (const Json& value : odd) {
            Json body = base;
            body[name] = value;
            bodies.push_back(body.dump());
            if (reference.ends_with("NewOverride") && name != "factor") {
                body["factor"] = 2;
                bodies.push_back(body.dump());
            }
        }
    }
    return bodies;
}

std::vector<Tried> tries_of(const std::string& path, const std::string& method, const Json& operation) {
    std::vector<Tried> tries;
    for (const auto& parameter : operation.value("parameters", Json::array())) {
        if (parameter["in"] == "header") continue;
        const std::string name = parameter["name"];
        for (const std::string& value : values_of(parameter)) {
            const std::string target = parameter["in"] == "path"
                                           ? filled(with_path(path, name, value), operation)
                                           : filled(path, operation) + "?" + name + "=" + value;
            tries.push_back({method, target, operation.contains("requestBody") ? "{}" : ""});
        }
    }
    for (const std::string& body : bodies_of(operation))
        tries.push_back({method, filled(path, operation), body});
    return tries;
}

/// What the operation does not document, if anything.
std::string surprise(const Json& operation, const Reply& reply) {
    const std::string status = std::to_string(reply.status);
    if (!operation["responses"].contains(status)) return "undocumented status " + status;
    if (reply.status >= 500 && reply.status != 503) return "status " + status;
    const bool declares_etag = operation["responses"][status].contains("headers");
    if (reply.fields.contains("etag") != declares_etag) return "an ETag, or none, against what is declared";
    if (reply.status < 400) return "";
    if (!reply.json.is_object() || !reply.json.contains("error")) return "no error object";
    const Json& error = reply.json["error"];
    const bool fits = error["code"].is_string() && error["message"].is_string() && !error["code"].empty();
    return fits ? "" : "an error of another shape";
}

TEST(OpenApi, AClientThatTriesEverythingFindsNothingUndocumented) {
    std::size_t count = 0;
    for (const auto& [path, methods] : document()["paths"].items()) {
        for (const auto& [method, operation] : methods.items()) {
            std::string upper = method;
            for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            for (const Tried& tried : tries_of(path, upper, operation)) {
                Calls calls;
                const Reply reply = calls.ask(tried.method, tried.target, tried.body);
                // A path that no client of this operation could have meant is another's, or nobody's.
                const bool is_elsewhere = reply.status == 405 || reply.status == 404;
                if (is_elsewhere && tried.target.find("//") != std::string::npos) continue;
                if (is_elsewhere && tried.target.ends_with("/")) continue;
                ++count;
                const std::string why = surprise(operation, reply);
                ASSERT_EQ(why, "") << tried.method << " " << tried.target.substr(0, 200) << "\n"
                                   << tried.body.substr(0, 300) << "\n"
                                   << reply.text;
            }
        }
    }
    EXPECT_GT(count, 1000U);
}

}  // namespace
}  // namespace weir::admin
