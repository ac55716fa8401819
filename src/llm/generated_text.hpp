// Whether something was generated in a part of an answer. Inside the room alone.
#pragma once

#include "llm/json_document.hpp"

namespace weir::llm {

/// `value` is a string that is not empty, or holds one at any depth under a name that generated text stands
/// under.
bool has_generated_text(dom::element value) noexcept;

}  // namespace weir::llm
