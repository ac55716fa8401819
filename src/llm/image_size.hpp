// Width and height of an image from the first bytes of its base64, without decoding it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::llm {

struct ImageSize {
    std::int64_t width = 0;
    std::int64_t height = 0;
};

/// PNG, JPEG, GIF and WebP; nullopt for anything else, and for base64 with line breaks in it.
std::optional<ImageSize> image_size(std::string_view base64) noexcept;

}  // namespace weir::llm
