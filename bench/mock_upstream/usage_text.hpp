// The usage object of OpenAI's APIs and of those that took it over, in each of its forms.
#pragma once

#include <string>
#include <string_view>

#include "mock_upstream/reply.hpp"

namespace weir::mock {

struct UsageNames {
    std::string_view input = "prompt_tokens";
    std::string_view output = "completion_tokens";  ///< empty: an API without output
    std::string_view details{};  ///< further members of the usual form, with a comma in front
};

/// As JSON: an object, or null.
void append_usage_value(const Reply& reply, const UsageNames& names, std::string& out);

/// Whether usage stands where it usually does.
bool reports_on_top(const Reply& reply);

}  // namespace weir::mock
