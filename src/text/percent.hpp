// Percent-encoding (RFC 3986, 2.1).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::text {

/// The byte that "%41" stands for, where `text` holds such three characters at `at`; otherwise -1.
int percent_encoded_byte(std::string_view text, std::size_t at) noexcept;

enum class Plus { itself, blank };  ///< a blank, where forms and queries write it so

/// nullopt where a percent sign is not followed by two digits.
std::optional<std::string> percent_decoded(std::string_view text, Plus plus = Plus::itself);

/// Everything but letters, digits and "-._~".
std::string percent_encoded(std::string_view text);

}  // namespace weir::text
