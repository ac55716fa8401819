// Which requests make a provider produce something, and which only ask after what it has produced already.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::llm {

/// The usage that an answer to this request reports is new: true of POSTs, but for those that cancel, change
/// or label something stored (responses, completions, runs, batches), whose answers repeat its usage.
bool may_report_new_usage(std::string_view method, std::string_view path) noexcept;

/// The answer depends on nothing that one provider keeps for its caller: the list of its models, tokens
/// counted.
bool is_of_any_provider(std::string_view path) noexcept;

/// The ids of the stored response (Responses API) that a request may read, delete or cancel: GET or DELETE
/// <prefix>/responses/{id}, POST <prefix>/responses/{id}/cancel, names in any case. The first is the id as it
/// stands there; the others are what servers make of other spellings, which decode it, or take off its end a
/// blank, a format (.json), `;parameters` and the like. Each once; none for every other request.
std::vector<std::string> stored_response_ids(std::string_view method, std::string_view path);

}  // namespace weir::llm
