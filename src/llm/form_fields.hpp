// The fields of a multipart/form-data body (RFC 7578), as far as weir reads them. Inside the room alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir::llm {

struct FormField {
    std::string_view name;
    std::string_view value;
    bool is_file = false;  ///< has a file name
};

inline constexpr std::size_t form_fields_max = 256;

bool is_form(std::string_view content_type) noexcept;

/// Views into `body`, in order. Throws a CallError for a body that does not follow its boundary, or has more
/// than form_fields_max fields.
std::vector<FormField> form_fields(std::string_view content_type, std::string_view body);

}  // namespace weir::llm
