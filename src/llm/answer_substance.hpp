// Whether an answer's document holds anything but usage, or nothing but an error. Inside the room alone.
#pragma once

#include "llm/json_document.hpp"

namespace weir::llm {

/// Empty where it is no string.
std::string_view text_of(dom::element value) noexcept;

/// null, false, "", 0, [] and {} say nothing, and no number says more.
bool is_blank(dom::element value) noexcept;

/// A client could not miss it: besides usage there are only members that every chunk has, or empty ones.
bool is_bare_usage_chunk(dom::object document) noexcept;

/// A member of an event that is no part of what it says: the like stands in every chunk.
bool is_neutral_name(std::string_view name) noexcept;

/// By other signs than a member `error`, which other answers have too: of meaning only where there is neither
/// text nor usage.
bool is_bare_error(dom::object document) noexcept;

/// The type names an event that ends a stream.
bool is_last_type(std::string_view type) noexcept;

}  // namespace weir::llm
