// A call whose body is no JSON: a form with files, or a recording as it is. Inside the room alone.
#pragma once

#include "llm/call.hpp"

namespace weir::llm {

/// By API and type of content.
bool is_form_call(const CallText& text) noexcept;

/// REQUIRES: is_form_call(). Throws a CallError as read_call returns them.
Call read_form_call(const CallText& text);

}  // namespace weir::llm
