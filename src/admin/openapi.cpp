// Paths from the table; schemas from schemas.cpp; what every answer has in common once.
#include "admin/openapi.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "text/ascii.hpp"

namespace weir::admin {

namespace {

Json reference(std::string_view schema) {
    return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

Json list_of(std::string_view choices) {
    Json list = Json::array();
    for (std::size_t i = 0; !choice_at(choices, i).empty(); ++i) list.push_back(choice_at(choices, i));
    return list;
}

/// "^(key|model)(,(key|model))*$"
std::string pattern_of(std::string_view choices) {
    const std::string one = "(" + std::string(choices) + ")";
    return "^" + one + "(," + one + ")*$";
}

Json schema_of(const Parameter& parameter) {
    Json schema{{"type", parameter.type == Type::integer ? "integer" : "string"}};
    switch (parameter.type) {
        case Type::integer:
            schema["minimum"] = parameter.min;
            schema["maximum"] = parameter.max;
            break;
        case Type::choice:
            schema["enum"] = list_of(parameter.choices);
            break;
        case Type::choices:
            schema["pattern"] = pattern_of(parameter.choices);
            break;
        case Type::day:
            schema["format"] = "date";
            break;
        case Type::name:
            schema["minLength"] = 1;
            schema["maxLength"] = parameter.max;
            schema["pattern"] = R"(^[!#$%&()*+,\-.0-9;<=>?@A-Z\[\]^_a-z|]+$)";
            break;
        case Type::text:
            schema["maxLength"] = parameter.max;
    }
    if (parameter.usual.empty()) return schema;
    schema["default"] = parameter.usual;
    if (parameter.type == Type::integer) schema["default"] = std::stoi(std::string(parameter.usual));
    return schema;
}

Json parameters_of(const Endpoint& endpoint) {
    Json list = Json::array();
    for (const Parameter& parameter : endpoint.parameters) {
        const bool is_in_path = parameter.place == Place::path;
        list.push_back({{"name", parameter.name},
                        {"in", is_in_path ? "path" : "query"},
                        {"required", is_in_path},
                        {"description", parameter.about},
                        {"schema", schema_of(parameter)}});
    }
    if (endpoint.access == Access::write) {
        list.push_back(
            {{"name", "if-match"},
             {"in", "header"},
             {"required", false},
             {"description", "the version that is to be changed, as an ETag had it; 412 at any other"},
             {"schema", {{"type", "string"}, {"pattern", R"(^("[0-9]{1,15}"|\*)$)"}}}});
    }
    return list;
}

std::string_view about(int status) noexcept {
    switch (status) {
        case 400:
            return "the request, a parameter or the body's JSON is malformed";
        case 401:
            return "a token is needed, or the one that was sent is wrong";
        case 403:
            return "the token may only read, no token is set, or a page of another origin asks";
        case 404:
            return "there is no such object";
        case 408:
            return "the request came too slowly";
        case 409:
            return "it is there already, still in use, or stands in the file";
        case 411:
            return "the body's length is not given";
        case 412:
            return "the version is another one by now";
        case 413:
            return "the body is larger than 1 MiB";
        case 414:
            return "the path is too long";
        case 415:
            return "the body is not application/json";
        case 417:
            return "an expectation other than 100-continue";
        case 421:
            return "without a token only this machine's own names are served";
        case 422:
            return "the document can't be used: see the mistakes";
        case 429:
            return "too many wrong tokens from this address";
        case 431:
            return "the header is too large";
        case 500:
            return "something that weir did not foresee";
        case 503:
            return "the store can't be asked, or too much is open here";
        case 507:
            return "the runtime layer is full";
        default:
            return "";
    }
}

/// How a success and, where `endpoint.refusals` has it, a refusal can be written.
Json content_of(const Endpoint& endpoint, int status) {
    const Json string{{"schema", {{"type", "string"}}}};
    const Success& success = endpoint.success;
    Json content = Json::object();
    if (status != success.status) {
        content["application/json"] = {{"schema", reference("Error")}};
        const auto& refusals = endpoint.refusals;
        const bool is_own = std::find(refusals.begin(), refusals.end(), status) != refusals.end();
        if (is_own && !endpoint.refusal_type.empty())
            content[std::string(endpoint.refusal_type)] = Json::object();
        return content;
    }
    content[std::string(success.content_type)] =
        success.schema.empty() ? string : Json{{"schema", reference(success.schema)}};
    if (!success.other_type.empty()) content[std::string(success.other_type)] = string;
    return content;
}

Json responses_of(const Endpoint& endpoint) {
    Json responses = Json::object();
    for (const int status : statuses_of(endpoint)) {
        Json& response = responses[std::to_string(status)];
        const bool is_success = status == endpoint.success.status;
        response["description"] = is_success ? endpoint.summary : about(status);
        if (is_success && endpoint.success.has_version) {
            response["headers"]["ETag"] = {
                {"description", "the version of the runtime layer, for If-Match"},
                {"schema", {{"type", "string"}, {"pattern", R"(^"[0-9]{1,16}"$)"}}}};
        }
        response["content"] = content_of(endpoint, status);
    }
    return responses;
}

Json operation_of(const Endpoint& endpoint) {
    Json operation{{"summary", endpoint.summary}};
    if (endpoint.access == Access::open) operation["security"] = Json::array();
    const Json parameters = parameters_of(endpoint);
    if (!parameters.empty()) operation["parameters"] = parameters;
    if (!endpoint.body.schema.empty()) {
        const Json schema{{"schema", reference(endpoint.body.schema)}};
        operation["requestBody"] = {{"required", endpoint.body.required},
                                    {"content", {{"application/json", schema}}}};
        if (endpoint.method == "PATCH") {
            operation["requestBody"]["content"]["application/merge-patch+json"] = schema;
        }
    }
    operation["responses"] = responses_of(endpoint);
    return operation;
}

}  // namespace

std::set<int> statuses_of(const Endpoint& endpoint) {
    std::set<int> statuses{endpoint.success.status, 400, 408, 414, 417, 431, 500, 503};
    if (endpoint.access != Access::open) statuses.insert({401, 403, 421, 429});
    if (endpoint.access == Access::write) statuses.insert({412, 422});
    statuses.insert({413, 415});  // of a body, even where none is wanted
    if (!endpoint.body.schema.empty()) statuses.insert({411, 422});
    if (endpoint.method != "GET") statuses.insert(403);
    statuses.insert(endpoint.refusals.begin(), endpoint.refusals.end());
    return statuses;
}

std::string openapi_text(std::span<const Endpoint> table) {
    Json paths = Json::object();
    for (const Endpoint& endpoint : table) {
        paths[std::string(endpoint.path)][text::to_lower(endpoint.method)] = operation_of(endpoint);
    }
    Json components{{"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}};
    components["schemas"] = Json::parse(schemas_text());
    Json security = Json::array();
    security.push_back({{"token", Json::array()}});
    const Json document{
        {"openapi", "3.1.0"},
        {"info",
         {{"title", "weir admin API"},
          {"version", "1"},
          {"description",
           "Keys, tiers, limits and figures of a running weir. HEAD is answered wherever GET is. "
           "Answers carry the runtime layer's version as ETag; changes take it as If-Match."}}},
        {"security", security},
        {"paths", paths},
        {"components", components}};
    return to_text(document) + "\n";
}

}  // namespace weir::admin
