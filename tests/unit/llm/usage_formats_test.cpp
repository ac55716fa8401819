// What an answer is, by type and first bytes; answers that come compressed.
#include "unit/llm/encode.hpp"
#include "unit/llm/tap.hpp"

namespace weir::llm {
namespace {

constexpr std::string_view json_text =
    R"({"choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10}})";
constexpr std::string_view event_text =
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10}}\n\ndata: [DONE]\n\n";
constexpr std::string_view kept_text =
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\ndata: "
    "[DONE]\n\n";

AnswerDescription described(std::string_view type, std::string_view encoding = {}, bool drops = false) {
    return {.api = Api::chat_completions,
            .content_type = type,
            .content_encoding = encoding,
            .drop_usage_chunk = drops};
}

TEST(AnswerFormatTest, IsJudgedByTheFirstBytesWhereTheTypeDoesNotFit) {
    for (const std::string_view type :
         {"application/json", "Application/JSON; charset=utf-8", "application/problem+json",
          "text/event-stream", "text/event-stream;charset=utf-8", "text/plain", "text/html; charset=utf-8",
          "", "application/x-ndjson", "binary/whatever", "image/png", "audio/event-stream", "multipart/mixed",
          "application/pdf", "audio/mpeg"}) {
        SCOPED_TRACE(type);
        for (const std::string_view before : {"", "\n\n", " \r\n\t", "\xef\xbb\xbf"}) {
            const std::string json = std::string(before).append(json_text);
            EXPECT_EQ(usage_of(described(type), json).output_tokens, 10) << before;
            const std::string events = std::string(before).append(event_text);
            EXPECT_EQ(usage_of(described(type), events).output_tokens, 10) << before;
            const TappedAnswer dropped = pass(described(type, {}, true), events, 1);
            EXPECT_EQ(dropped.bytes, std::string(before).append(kept_text)) << before;
            EXPECT_EQ(dropped.usage.output_tokens, 10) << before;
        }
    }
    for (const std::string_view first : {": ping\n\n", "event: x\n", "id: 1\n", "retry: 1\n\n", ":\n"}) {
        const std::string events = std::string(first).append(event_text);
        EXPECT_EQ(usage_of(described("text/plain"), events).output_tokens, 10) << first;
        EXPECT_EQ(usage_of(described("application/json"), events).output_tokens, 10) << first;
    }
}

TEST(AnswerFormatTest, IsAStreamByTypeUntilTheFirstBytesSayOtherwise) {
    EXPECT_TRUE(UsageTap(described("text/event-stream")).is_stream());
    EXPECT_TRUE(UsageTap(described("application/x-ndjson")).is_stream());
    EXPECT_FALSE(UsageTap(described("application/json")).is_stream());
    EXPECT_FALSE(UsageTap(described("text/plain")).is_stream());
    UsageTap error(described("text/event-stream"));
    feed(error, R"({"error":{"message":"m"}})");
    EXPECT_FALSE(error.is_stream());
    EXPECT_TRUE(error.usage().failed);
    UsageTap plain(described("text/plain"));
    feed(plain, "da");
    EXPECT_FALSE(plain.is_stream());
    feed(plain, "ta: x\n\n");
    EXPECT_TRUE(plain.is_stream());
}

TEST(AnswerFormatTest, OtherTextAndBinariesPassUnread) {
    for (const std::string_view text :
         {"transcribed text", "1\n00:00 --> 00:01\nhi\n", "WEBVTT", "d", "dat", "<html>", "\"x\""}) {
        EXPECT_EQ(usage_of(described("text/plain", {}, true), text).input_tokens, std::nullopt);
        EXPECT_EQ(pass(described("text/plain", {}, true), text, 1).bytes, text);
        EXPECT_EQ(pass(described("application/json", {}, true), text, 1).bytes, text);
    }
    for (const std::string_view type : {"audio/mpeg", "image/png", "video/mp4", "application/zip"}) {
        for (const std::string_view begin : {"\x89PNG\r\n", "ID3", "{\x01", "[\x7f", "dat", "dash", ": "}) {
            const std::string body = std::string(begin).append("\n").append(event_text);
            EXPECT_EQ(usage_of(described(type), body).input_tokens, std::nullopt) << type << begin;
            EXPECT_EQ(pass(described(type, {}, true), body, 10).bytes, body) << type << begin;
        }
    }
}

struct Encoded {
    std::string_view name;
    std::string (*encode)(std::string_view);
};
const std::vector<Encoded> encodings{
    {"gzip", gzip_encoded},
    {"X-GZIP", gzip_encoded},
    {"deflate", [](std::string_view text) { return zlib_encoded(text, ZlibFormat::zlib); }},
    {"zstd", zstd_encoded},
    {"br", brotli_encoded},
    {"gzip, zstd", [](std::string_view text) { return zstd_encoded(gzip_encoded(text)); }},
};

TEST(EncodedAnswerTest, IsReadAndPassesAsItCame) {
    for (const Encoded& encoding : encodings) {
        SCOPED_TRACE(encoding.name);
        for (const std::string_view type : {"application/json", "text/event-stream", "text/plain"}) {
            const bool is_json = type == "application/json";
            const std::string text = encoding.encode(is_json ? json_text : event_text);
            const auto usage = usage_of(described(type, encoding.name), text);
            EXPECT_EQ(usage.input_tokens, 19);
            EXPECT_EQ(usage.output_tokens, 10);
            EXPECT_TRUE(usage.ended);
            EXPECT_FALSE(UsageTap(described(type, encoding.name)).decodes());
        }
    }
}

TEST(EncodedAnswerTest, IsDecodedWhereAChunkMustBeDropped) {
    for (const Encoded& encoding : encodings) {
        SCOPED_TRACE(encoding.name);
        for (const std::size_t step : {1U, 10U, 1000U}) {
            const auto answer = described("text/event-stream", encoding.name, true);
            EXPECT_TRUE(UsageTap(answer).decodes());
            const TappedAnswer passed = pass(answer, encoding.encode(event_text), step);
            EXPECT_EQ(passed.bytes, kept_text) << step;
            EXPECT_EQ(passed.usage.output_tokens, 10);
        }
    }
    EXPECT_FALSE(UsageTap(described("application/json", "gzip", true)).decodes());
    EXPECT_FALSE(UsageTap(described("text/event-stream", "identity", true)).decodes());
    EXPECT_FALSE(UsageTap(described("text/event-stream", "compress", true)).decodes());
}

TEST(EncodedAnswerTest, WhatCannotBeDecodedPassesUnread) {
    for (const std::string_view encoding : {"gzip", "br", "compress", "gzip, gzip, gzip"}) {
        const TappedAnswer passed = pass(described("application/json", encoding), json_text, 9);
        EXPECT_EQ(passed.bytes, json_text);
        EXPECT_EQ(passed.usage.input_tokens, std::nullopt);
        EXPECT_FALSE(passed.usage.ended);
    }
    EXPECT_EQ(pass(described("text/event-stream", "compress", true), event_text, 9).bytes, event_text);
    const std::string half = gzip_encoded(event_text).substr(0, 60);
    UsageTap cut(described("text/event-stream", "gzip", true));
    feed(cut, half);
    finish(cut, true);
    EXPECT_TRUE(cut.is_broken()) << "its framing is whole, and yet it is cut short";
    UsageTap corrupt(described("text/event-stream", "gzip", true));
    EXPECT_EQ(feed(corrupt, "garbage"), "");
    EXPECT_TRUE(corrupt.is_broken());
    EXPECT_EQ(feed(corrupt, "more"), "");
}

TEST(EncodedAnswerTest, IsReadHoweverMuchItRepeatsItself) {
    for (const Encoded& encoding : encodings) {
        SCOPED_TRACE(encoding.name);
        const std::string content(20'000'000, 'a');
        const std::string json =
            R"({"choices":[{"message":{"content":")" + content + R"("}}],"usage":{"prompt_tokens":19}})";
        const auto read = described("application/json", encoding.name);
        EXPECT_EQ(pass(read, encoding.encode(json), 4096).usage.input_tokens, 19);
        const std::string first = R"(data: {"choices":[{"delta":{"content":")" + content + "\"}}]}\n\n";
        const auto decoded = described("text/event-stream", encoding.name, true);
        const TappedAnswer passed =
            pass(decoded, encoding.encode(std::string(first).append(event_text)), 64 << 10);
        EXPECT_EQ(passed.bytes, std::string(first).append(kept_text));
        EXPECT_EQ(passed.usage.output_tokens, 10);
    }
}

TEST(EncodedAnswerTest, OnePieceOfItIsNotKeptAtAnySize) {
    const std::string encoded = zstd_encoded(std::string(256 << 20, ' '));
    UsageTap decoding(described("text/event-stream", "zstd", true));
    EXPECT_LE(feed(decoding, encoded).size(), 65U << 20);
    EXPECT_TRUE(decoding.is_broken());
}

}  // namespace
}  // namespace weir::llm
