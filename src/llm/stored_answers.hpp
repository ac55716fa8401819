// Which requests make a provider produce something, and which only ask after what it has produced already.
#pragma once

#include <string_view>

namespace weir::llm {

/// The usage that an answer to this request reports is new: true of POSTs, but for those that cancel, change
/// or label something stored (responses, completions, runs, batches), whose answers repeat its usage.
bool may_report_new_usage(std::string_view method, std::string_view path) noexcept;

/// The answer depends on nothing that one provider keeps for its caller: the list of its models, tokens
/// counted.
bool is_of_any_provider(std::string_view path) noexcept;

/// The id of the stored response (Responses API) that a request reads, deletes or cancels: GET or DELETE
/// <prefix>/responses/{id}, POST <prefix>/responses/{id}/cancel, names in any case. Empty for every other
/// request.
std::string_view stored_response_id(std::string_view method, std::string_view path) noexcept;

}  // namespace weir::llm
