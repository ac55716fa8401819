// What images, audio and files cost in tokens, by model.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "llm/image_size.hpp"

namespace weir::llm {

struct MediaCost {
    std::int64_t likely = 0;
    std::int64_t most = 0;  ///< what no provider known charges more than
    bool is_guess = false;  ///< `likely` is no more than what is usual: the size, or the price, can't be seen
};

/// `size` where it can be seen; without it a usual one is taken. Tokens of an image sent to an OpenAI-style
/// model.
MediaCost openai_image_cost(std::string_view model, std::optional<ImageSize> size, bool low_detail) noexcept;
MediaCost anthropic_image_cost(std::optional<ImageSize> size) noexcept;
/// Images of any size; Gemini cuts large ones into tiles.
MediaCost gemini_image_cost() noexcept;
/// Audio by the length of its base64; compressed formats hold more seconds in a byte.
MediaCost audio_cost(std::size_t base64_bytes, std::string_view format) noexcept;
MediaCost gemini_audio_cost(std::size_t base64_bytes, std::string_view format) noexcept;
/// A document by the length of its base64.
MediaCost file_cost(std::size_t base64_bytes) noexcept;
/// Audio given by id or URL.
MediaCost unseen_audio_cost() noexcept;
/// A document given by id or URL, whose size can't be seen.
MediaCost unseen_file_cost() noexcept;

/// The base64 of "data:image/png;base64,…"; nullopt for other URLs.
std::optional<std::string_view> data_url_base64(std::string_view url) noexcept;

}  // namespace weir::llm
