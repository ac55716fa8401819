// A path and a query, each put together anew.
#include "llm/azure_path.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "llm/model_place.hpp"
#include "text/ascii.hpp"
#include "text/percent.hpp"

namespace weir::llm {

namespace {

constexpr std::string_view openai_prefix = "/v1/";
constexpr std::string_view azure_prefix = "/openai";
constexpr std::string_view azure_folder = "/openai/";
constexpr std::string_view newer_azure_prefix = "/openai/v1/";
constexpr std::string_view version_name = "api-version";

/// What a deployment serves, below it.
constexpr std::array<std::string_view, 8> of_deployments{
    "chat/completions", "completions",          "embeddings",         "images/generations",
    "images/edits",     "audio/transcriptions", "audio/translations", "audio/speech"};

bool is_of_deployments(std::string_view rest) noexcept {
    return std::any_of(of_deployments.begin(), of_deployments.end(),
                       [&](std::string_view known) { return text::equals_ignoring_case(rest, known); });
}

bool is_version(std::string_view parameter) noexcept {
    return text::equals_ignoring_case(parameter.substr(0, parameter.find('=')), version_name);
}

/// The parameters of a query, without those that give a version; `has_version`: whether there was one.
std::string without_version(std::string_view query, bool& has_version) {
    std::string rest;
    has_version = false;
    while (!query.empty()) {
        const std::string_view parameter = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), parameter.size() + 1));
        if (is_version(parameter)) {
            has_version = true;
        } else if (!parameter.empty()) {
            rest.append("&").append(parameter);
        }
    }
    return rest;
}

std::string with_version(std::string path, std::string_view api_version, std::string_view others) {
    return path.append("?").append(version_name).append("=").append(api_version).append(others);
}

/// `rest`: of the path, behind /v1/.
std::string path_below_azure(std::string_view rest, std::string_view deployment) {
    while (rest.ends_with('/')) rest.remove_suffix(1);
    std::string path(azure_prefix);
    if (!deployment.empty() && is_of_deployments(rest)) {
        path.append("/deployments/").append(text::percent_encoded(deployment));
    }
    return path.append("/").append(rest);
}

std::string whole_azure_path(const AzureRequest& request) {
    const std::size_t end_of_path = std::min(request.path_and_query.find('?'), request.path_and_query.size());
    const std::string_view path = request.path_and_query.substr(0, end_of_path);
    const std::string_view query_with_mark = request.path_and_query.substr(end_of_path);
    const std::string_view query = query_with_mark.substr(query_with_mark.empty() ? 0 : 1);
    bool has_version = false;
    const std::string others = without_version(query, has_version);
    if (text::starts_with_ignoring_case(path, openai_prefix)) {
        return with_version(path_below_azure(path.substr(openai_prefix.size()), request.deployment),
                            request.api_version, others);
    }
    const bool is_azures = text::starts_with_ignoring_case(path, azure_folder);
    if (!is_azures) return std::string(request.path_and_query);
    std::optional<std::string> renamed;
    if (!request.deployment.empty()) renamed = path_with_model(path, request.deployment);
    std::string own = renamed ? *std::move(renamed) : std::string(path);
    const bool needs_none = text::starts_with_ignoring_case(path, newer_azure_prefix);
    if (has_version || needs_none) return own.append(query_with_mark);
    return with_version(std::move(own), request.api_version, others);
}

}  // namespace

std::string azure_path(const AzureRequest& request) {
    std::string path = whole_azure_path(request);
    const bool is_said_already = text::ends_with_ignoring_case(request.base_path, azure_prefix) &&
                                 text::starts_with_ignoring_case(path, azure_folder);
    if (is_said_already) path.erase(0, azure_prefix.size());
    return path;
}

}  // namespace weir::llm
