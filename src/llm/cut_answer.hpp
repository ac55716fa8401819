// What an answer of the Responses API says of itself that broke off in the middle. Inside the room alone.
#pragma once

#include <string_view>

namespace weir::llm {

/// The id of the response, in the document that was not closed, reduced by JsonDigest or as it came: its own,
/// or that of the `response` in an event. A view into `json`; empty where it was not read to its end, or has
/// an escape in it.
std::string_view id_of_cut_response(std::string_view json) noexcept;

}  // namespace weir::llm
