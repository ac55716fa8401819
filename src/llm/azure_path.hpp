// OpenAI's paths as Azure wants them. Pure.
//
// Azure serves models as deployments, which stand in the path, and wants the version of its API in the query
// (https://learn.microsoft.com/azure/ai-services/openai/reference):
//   /openai/deployments/{deployment}/chat/completions?api-version=2024-10-21
// What no deployment serves stands directly below /openai: responses, models, files, batches, … Its newer API
// below /openai/v1 needs no version.
#pragma once

#include <string>
#include <string_view>

namespace weir::llm {

struct AzureRequest {
    std::string_view path_and_query;  ///< as the client sent it, the path in normal form (http_guard)
    std::string_view deployment;      ///< what the upstream calls the model; empty: none is known
    std::string_view api_version;     ///< "2024-10-21"; not empty
    std::string_view base_path;       ///< of the upstream's URL; what is returned goes behind it
};

/// Paths below /v1 become Azure's, with the version in place of any that the client gave. Paths that are
/// Azure's already (/openai/…) stay, but for the deployment that they name; the version is added where there
/// is none. Any other path stays as it is. Where the base path ends with /openai, that is not said again.
///
/// What the body says of the model is not looked at; Azure ignores it where the path names a deployment.
std::string azure_path(const AzureRequest& request);

}  // namespace weir::llm
