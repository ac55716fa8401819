// Image sizes from the first bytes, and what images, audio and files cost.
#include <gtest/gtest.h>

#include "llm/media_cost.hpp"

namespace weir::llm {
namespace {

std::string base64(std::string_view bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            text += i + k > bytes.size() ? '=' : alphabet[group >> (18 - 6 * k) & 63];
        }
    }
    return text;
}

void expect_size(std::string_view bytes, std::int64_t width, std::int64_t height) {
    const auto size = image_size(base64(bytes));
    ASSERT_TRUE(size);
    EXPECT_EQ(size->width, width);
    EXPECT_EQ(size->height, height);
}

using namespace std::string_literals;

TEST(ImageSizeTest, Png) {
    expect_size("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x02\x80\x08\x06"s, 1024, 640);
}
TEST(ImageSizeTest, Gif) {
    expect_size("GIF89a\x40\x01\xf0\0\xff"s, 320, 240);
}
TEST(ImageSizeTest, JpegBehindALongProfile) {
    const std::string profile(40'000, 'p');
    expect_size(
        "\xff\xd8\xff\xe1\x9c\x42"s + profile + "\xff\xff\xc4\0\x02\xff\xc2\0\x11\x08\x03\0\x04\0\x03"s, 1024,
        768);
}
TEST(ImageSizeTest, WebP) {
    expect_size("RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0\x30\x01\0\x9d\x01\x2a\x40\x01\xf0\0"s, 320, 240);
    expect_size("RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\x3f\x01\0\xef\0\0"s, 320, 240);
    expect_size("RIFF\x24\0\0\0WEBPVP8L\x0a\0\0\0\x2f\x3f\xc1\x3b\0\0"s, 320, 240);
}
TEST(ImageSizeTest, AnythingElseIsUnknown) {
    for (const std::string& bytes : {""s, "\x89PNG"s, "\xff\xd8"s, "\xff\xd8\xff\xe1\0\0"s, "BM"s, "GIF89a"s,
                                     "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0\0\0"s}) {
        EXPECT_FALSE(image_size(base64(bytes)));
    }
    EXPECT_FALSE(image_size("iVBO\nRw0KGgoAAAANSUhEUgAABAAAAAKA"));
    EXPECT_FALSE(image_size("!!!!"));
}

std::int64_t openai(std::string_view model, std::optional<ImageSize> size, bool low = false) {
    return openai_image_cost(model, size, low).likely;
}

TEST(MediaCostTest, TilesAsDocumented) {
    // https://platform.openai.com/docs/guides/images-vision#calculating-costs
    EXPECT_EQ(openai("gpt-4o", ImageSize{1024, 1024}), 765);
    EXPECT_EQ(openai("gpt-4o", ImageSize{2048, 4096}), 1105);
    EXPECT_EQ(openai("gpt-4o", ImageSize{4096, 8192}, true), 85);
    EXPECT_EQ(openai("gpt-4o-2024-11-20", ImageSize{512, 512}), 255);
    EXPECT_EQ(openai("openai/gpt-4o-mini", ImageSize{512, 512}), 2833 + 5667);
    EXPECT_EQ(openai("gpt-5", ImageSize{1, 1}), 210);
    EXPECT_EQ(openai("o3", std::nullopt), 75 + 4 * 150);  // 1024 x 1024 px is usual
    EXPECT_EQ(openai("gpt-4o", ImageSize{4'000'000'000, 1}), 85 + 4 * 170);
    EXPECT_EQ(openai_image_cost("gpt-4o", std::nullopt, false).most, 85 + 8 * 170);
    EXPECT_GT(openai_image_cost("llava", std::nullopt, false).most, 10'000);
}

TEST(MediaCostTest, PatchesAsDocumented) {
    EXPECT_EQ(openai("gpt-4.1-mini", ImageSize{1024, 1024}), 1659);                // 1024 patches x 1.62
    EXPECT_EQ(openai("gpt-5-nano", ImageSize{64, 33}), 10);                        // 4 x 2.46
    EXPECT_EQ(openai("gpt-4.1-nano", std::nullopt), 2520);                         // 1024 x 2.46
    EXPECT_EQ(openai_image_cost("gpt-4.1-nano", std::nullopt, false).most, 3779);  // 1536 x 2.46
    EXPECT_EQ(openai("gpt-5-mini", ImageSize{4'000'000'000, 4'000'000'000}), 2489);
}

TEST(MediaCostTest, WhatCannotBeSeenIsAGuess) {
    const MediaCost mini = openai_image_cost("gpt-4o-mini", std::nullopt, false);
    EXPECT_EQ(mini.likely, 8'500);
    EXPECT_EQ(mini.most, 2833 + 8 * 5667);
    EXPECT_TRUE(mini.is_guess);
    EXPECT_FALSE(openai_image_cost("gpt-4o-mini", std::nullopt, true).is_guess);
    EXPECT_FALSE(openai_image_cost("gpt-4o-mini", ImageSize{10, 10}, false).is_guess);
    EXPECT_TRUE(openai_image_cost("llava", ImageSize{10, 10}, false).is_guess);
    EXPECT_TRUE(anthropic_image_cost(std::nullopt).is_guess);
    EXPECT_FALSE(anthropic_image_cost(ImageSize{10, 10}).is_guess);
    EXPECT_TRUE(file_cost(1'000).is_guess);
    EXPECT_TRUE(unseen_file_cost().is_guess);
    EXPECT_TRUE(audio_cost(1'000, "wav").is_guess);
}

TEST(MediaCostTest, AnthropicByArea) {
    EXPECT_EQ(anthropic_image_cost(ImageSize{200, 200}).likely, 54);
    EXPECT_EQ(anthropic_image_cost(ImageSize{1000, 1000}).likely, 1334);
    EXPECT_EQ(anthropic_image_cost(ImageSize{4'000'000'000, 4'000'000'000}).likely, 1600);
    EXPECT_EQ(anthropic_image_cost(std::nullopt).most, 4784);
}

TEST(MediaCostTest, AudioAndFilesByLength) {
    constexpr std::size_t minute_in_base64_bytes = 32'000UL * 60 / 3 * 4;
    EXPECT_NEAR(static_cast<double>(audio_cost(minute_in_base64_bytes, "wav").likely), 600, 1);
    EXPECT_GT(audio_cost(100'000, "mp3").likely, audio_cost(100'000, "wav").likely);
    EXPECT_GE(file_cost(1'000'000).most, 750'000);
    EXPECT_GT(unseen_file_cost().most, 0);
}

TEST(MediaCostTest, DataUrls) {
    EXPECT_EQ(data_url_base64("data:image/png;base64,AAAA"), "AAAA");
    EXPECT_EQ(data_url_base64("data:image/png;charset=x;base64,"), "");
    EXPECT_EQ(data_url_base64("https://example.com/a;base64,AAAA"), std::nullopt);
    EXPECT_EQ(data_url_base64("data:text/plain,AAAA"), std::nullopt);
}

TEST(MediaTest, GeminiCountsThirtyTwoTokensForASecondOfSound) {
    const std::size_t bytes = 40'000;
    EXPECT_NEAR(static_cast<double>(gemini_audio_cost(bytes, "wav").most),
                3.2 * static_cast<double>(audio_cost(bytes, "wav").most), 4);
    EXPECT_NEAR(static_cast<double>(gemini_audio_cost(bytes, "mp3").likely),
                3.2 * static_cast<double>(audio_cost(bytes, "mp3").likely), 4);
}

}  // namespace
}  // namespace weir::llm
