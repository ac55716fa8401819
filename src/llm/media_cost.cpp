// https://platform.openai.com/docs/guides/images-vision#calculating-costs (tiles and patches),
// https://docs.anthropic.com/en/docs/build-with-claude/vision#calculate-image-costs
#include "llm/media_cost.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace weir::llm {

namespace {

/// Tiles of 512 px: base + tile x tiles. Patches of 32 px: hundredths of a token each, at most 1,536 of them.
struct Rate {
    std::string_view model_prefix;
    std::int64_t base = 0;
    std::int64_t tile = 0;
    std::int64_t patch_hundredths = 0;  ///< not 0: counted in patches
    std::int64_t usual_tiles = 4;       ///< 1024 x 1024 px
};
// The first match counts, so longer names stand before their prefixes.
constexpr std::array<Rate, 14> rates{{
    {"gpt-4o-mini", 2833, 5667, 0, 1},
    {"gpt-4o", 85, 170, 0},
    {"gpt-4.1-mini", 0, 0, 162},
    {"gpt-4.1-nano", 0, 0, 246},
    {"gpt-4.1", 85, 170, 0},
    {"gpt-4.5", 85, 170, 0},
    {"gpt-5-mini", 0, 0, 162},
    {"gpt-5-nano", 0, 0, 246},
    {"gpt-5", 70, 140, 0},
    {"o4-mini", 0, 0, 172},
    {"o1", 75, 150, 0},
    {"o3", 75, 150, 0},
    {"gpt-4", 85, 170, 0},
    {"chatgpt-4o", 85, 170, 0},
}};
constexpr std::int64_t tiles_max = 8;  // 768 x 2048 px
constexpr std::int64_t patches_max = 1536;
constexpr std::int64_t usual_patches = 1024;      // 1024 x 1024 px
constexpr std::int64_t low_detail_patches = 256;  // 512 x 512 px
/// Models with patches of 28 px and no bound of their own (Qwen2-VL: at most 16,384 by default).
constexpr std::int64_t unknown_model_most = 16'384;

constexpr std::int64_t divide_rounding_up(std::int64_t value, std::int64_t by) noexcept {
    return (value + by - 1) / by;
}

/// After fitting into 2048 x 2048 and shrinking the short side to 768 px.
std::int64_t tiles_of(const ImageSize& size) noexcept {
    const auto width = static_cast<double>(size.width);
    const auto height = static_cast<double>(size.height);
    double scale = std::min(1.0, 2048.0 / std::max(width, height));
    scale = std::min(scale, 768.0 / std::min(width, height));
    const auto tiles_along = [&](double side) {
        return static_cast<std::int64_t>(std::ceil(side * scale / 512.0));
    };
    return std::clamp<std::int64_t>(tiles_along(width) * tiles_along(height), 1, tiles_max);
}

std::int64_t patches_of(const ImageSize& size) noexcept {
    // Sides of a header may be up to 2^32: their product in patches stays far below 2^63.
    return std::min(divide_rounding_up(size.width, 32) * divide_rounding_up(size.height, 32), patches_max);
}

std::int64_t tokens_by(const Rate& rate, std::int64_t tiles, std::int64_t patches, bool low_detail) noexcept {
    if (rate.patch_hundredths != 0) {
        if (low_detail) patches = std::min(patches, low_detail_patches);
        return divide_rounding_up(patches * rate.patch_hundredths, 100);
    }
    return low_detail ? rate.base : rate.base + rate.tile * tiles;
}

MediaCost cost_by(const Rate& rate, std::optional<ImageSize> size, bool low_detail) noexcept {
    if (size) {
        const std::int64_t tokens = tokens_by(rate, tiles_of(*size), patches_of(*size), low_detail);
        return {tokens, tokens, false};
    }
    const std::int64_t most = tokens_by(rate, tiles_max, patches_max, low_detail);
    return {tokens_by(rate, rate.usual_tiles, usual_patches, low_detail), most, !low_detail};
}

std::int64_t decoded_bytes(std::size_t base64_bytes) noexcept {
    return static_cast<std::int64_t>(base64_bytes / 4 * 3 + 3);
}

MediaCost audio_cost_at(std::int64_t tokens_per_second, std::size_t base64_bytes,
                        std::string_view format) noexcept {
    // Likely: 16 kHz PCM of 16 bits, or 64 kbit/s; at most: 8 kHz of 8 bits, or 8 kbit/s.
    const bool is_pcm = format == "wav" || format == "pcm16";
    const std::int64_t bytes = decoded_bytes(base64_bytes);
    const std::int64_t likely_rate = is_pcm ? 32'000 : 8'000;
    const std::int64_t least_rate = is_pcm ? 8'000 : 1'000;
    return {divide_rounding_up(bytes * tokens_per_second, likely_rate),
            divide_rounding_up(bytes * tokens_per_second, least_rate), true};
}

}  // namespace

MediaCost openai_image_cost(std::string_view model, std::optional<ImageSize> size, bool low_detail) noexcept {
    const std::string_view name = model.substr(model.rfind('/') + 1);  // "openai/gpt-4o"; npos + 1 is 0
    for (const Rate& rate : rates) {
        if (!name.starts_with(rate.model_prefix)) continue;
        return cost_by(rate, size, low_detail);
    }
    constexpr Rate usual{{}, 85, 170, 0};
    return {cost_by(usual, size, low_detail).likely, unknown_model_most, true};
}

MediaCost anthropic_image_cost(std::optional<ImageSize> size) noexcept {
    // 1,600 after the usual resizing; models with high resolution take up to 4,784.
    constexpr std::int64_t usual_max = 1'600;
    constexpr std::int64_t high_resolution_max = 4'784;
    if (!size) return {usual_max, high_resolution_max, true};
    const double area = static_cast<double>(size->width) * static_cast<double>(size->height);
    const auto tokens = static_cast<std::int64_t>(std::ceil(std::min(area / 750.0, 1e6)));
    return {std::min(tokens, usual_max), std::min(tokens + 16, high_resolution_max), false};
}

MediaCost gemini_image_cost() noexcept {
    // https://ai.google.dev/gemini-api/docs/tokens: 258 for a small image and for each tile of 768 px.
    constexpr std::int64_t tokens_per_tile = 258;
    constexpr std::int64_t tiles_most = 16;
    return {tokens_per_tile, tiles_most * tokens_per_tile, true};
}

MediaCost audio_cost(std::size_t base64_bytes, std::string_view format) noexcept {
    return audio_cost_at(10, base64_bytes, format);
}

MediaCost gemini_audio_cost(std::size_t base64_bytes, std::string_view format) noexcept {
    return audio_cost_at(32, base64_bytes, format);
}

MediaCost file_cost(std::size_t base64_bytes) noexcept {
    // A PDF's text is compressed among fonts and images: a token for some sixteen bytes is usual. At most: a
    // token a byte, as for plain text, and some pages as images.
    constexpr std::int64_t bytes_per_token = 16;
    constexpr std::int64_t pages_most = 16'000;
    const std::int64_t bytes = decoded_bytes(base64_bytes);
    return {divide_rounding_up(bytes, bytes_per_token), bytes + pages_most, true};
}

MediaCost unseen_audio_cost() noexcept {
    return {1'200, 100'000, true};  // two minutes
}

MediaCost unseen_file_cost() noexcept {
    return {4'000, 100'000, true};
}

std::optional<std::string_view> data_url_base64(std::string_view url) noexcept {
    constexpr std::string_view marker = ";base64,";
    constexpr std::size_t media_type_max = 256;
    if (!url.starts_with("data:")) return std::nullopt;
    const std::size_t at = url.substr(0, media_type_max).find(marker);
    if (at == std::string_view::npos) return std::nullopt;
    return url.substr(at + marker.size());
}

}  // namespace weir::llm
