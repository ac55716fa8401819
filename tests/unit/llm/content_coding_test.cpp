// Every coding split anywhere; what is cut, corrupt, too large, or in two layers.
#include "llm/content_coding.hpp"

#include <gtest/gtest.h>

#include "unit/llm/encode.hpp"

namespace weir::llm {
namespace {

using State = ContentDecoder::State;
using Codings = std::vector<ContentCoding>;

constexpr ContentDecoder::Bounds bounds{.decoded_bytes_max = 4 << 20};

struct Decoded {
    State state;
    std::string text;
};

Decoded decode(const Codings& codings, std::string_view bytes, std::size_t step,
               const ContentDecoder::Bounds& limits = bounds) {
    ContentDecoder decoder(codings, limits);
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += step) decoder.feed(bytes.substr(at, step), text);
    const State state = decoder.finish();
    return {state, text};
}

/// Compresses well, but not to nothing.
std::string prose(std::size_t size) {
    std::string text;
    for (unsigned i = 1; text.size() < size; i = i * 1103515245 + 12345)
        text += std::to_string(i >> 8) + " words ";
    text.resize(size);
    return text;
}

struct Row {
    std::string name;
    Codings codings;
    std::string (*encode)(std::string_view);
};

const std::vector<Row> rows{
    {"gzip", {ContentCoding::gzip}, gzip_encoded},
    {"zlib", {ContentCoding::deflate}, [](std::string_view t) { return zlib_encoded(t, ZlibFormat::zlib); }},
    {"raw", {ContentCoding::deflate}, [](std::string_view t) { return zlib_encoded(t, ZlibFormat::raw); }},
    {"zstd", {ContentCoding::zstd}, zstd_encoded},
    {"br", {ContentCoding::br}, brotli_encoded},
    {"gzip_zstd",
     {ContentCoding::gzip, ContentCoding::zstd},
     [](std::string_view t) { return zstd_encoded(gzip_encoded(t)); }},
    {"br_gzip",
     {ContentCoding::br, ContentCoding::gzip},
     [](std::string_view t) { return gzip_encoded(brotli_encoded(t)); }},
};

class ContentCodings : public testing::TestWithParam<Row> {};

TEST_P(ContentCodings, DecodeWhereverTheyAreSplit) {
    const std::string text = R"({"usage":{"prompt_tokens":7}} )" + prose(300);
    const std::string encoded = GetParam().encode(text);
    for (std::size_t split = 0; split <= encoded.size(); ++split) {
        ContentDecoder decoder(GetParam().codings, bounds);
        std::string out;
        const State first = decoder.feed(std::string_view(encoded).substr(0, split), out);
        ASSERT_EQ(first, split == encoded.size() ? State::done : State::more) << split;
        ASSERT_EQ(decoder.feed(std::string_view(encoded).substr(split), out), State::done) << split;
        ASSERT_EQ(decoder.finish(), State::done);
        ASSERT_EQ(out, text) << split;
    }
    const std::string large = prose(300'000);
    for (const std::size_t step : {1U, 1000U, 100'000U}) {
        const Decoded decoded = decode(GetParam().codings, GetParam().encode(large), step);
        EXPECT_EQ(decoded.state, State::done);
        EXPECT_EQ(decoded.text, large) << step;
    }
}

TEST_P(ContentCodings, CutShortIsCorrupt) {
    const std::string encoded = GetParam().encode(prose(300));
    for (std::size_t size = 1; size < encoded.size(); ++size) {
        ASSERT_EQ(decode(GetParam().codings, encoded.substr(0, size), 64).state, State::corrupt) << size;
    }
}

TEST_P(ContentCodings, WhatIsNotEncodedIsCorrupt) {
    EXPECT_EQ(decode(GetParam().codings, R"({"model":"m","messages":[]})", 3).state, State::corrupt);
    EXPECT_EQ(decode(GetParam().codings, std::string(100, '\xff'), 100).state, State::corrupt);
    ContentDecoder decoder(GetParam().codings, bounds);
    std::string out;
    EXPECT_EQ(decoder.feed(std::string(100, '\xff'), out), State::corrupt);
    EXPECT_EQ(decoder.feed(GetParam().encode("x"), out), State::corrupt) << "it stays so";
}

TEST_P(ContentCodings, TextBehindTheEndIsCorrupt) {
    EXPECT_EQ(decode(GetParam().codings, GetParam().encode("text") + "garbage", 1000).state, State::corrupt);
}

TEST_P(ContentCodings, EmptyBodies) {
    EXPECT_EQ(decode(GetParam().codings, "", 1).state, State::done);
    const Decoded decoded = decode(GetParam().codings, GetParam().encode(""), 1);
    EXPECT_EQ(decoded.state, State::done);
    EXPECT_EQ(decoded.text, "");
}

TEST_P(ContentCodings, ABombGoesOffWithinItsBounds) {
    const std::string encoded = GetParam().encode(std::string(64 << 20, ' '));
    const Decoded by_ratio = decode(GetParam().codings, encoded, 4096, {.decoded_bytes_max = 64 << 20});
    EXPECT_EQ(by_ratio.state, State::too_large);
    EXPECT_LT(by_ratio.text.size(), 3U << 20);
    const Decoded by_size =
        decode(GetParam().codings, encoded, 4096, {.decoded_bytes_max = 100'000, .ratio_max = 1 << 30});
    EXPECT_EQ(by_size.state, State::too_large);
    EXPECT_LE(by_size.text.size(), 100'000U);
}

TEST_P(ContentCodings, TheBoundItselfIsAllowed) {
    const std::string encoded = GetParam().encode(std::string(100'000, 'a'));
    EXPECT_EQ(decode(GetParam().codings, encoded, 7, {.decoded_bytes_max = 100'000}).state, State::done);
    EXPECT_EQ(decode(GetParam().codings, encoded, 7, {.decoded_bytes_max = 99'999}).state, State::too_large);
}

INSTANTIATE_TEST_SUITE_P(All, ContentCodings, testing::ValuesIn(rows),
                         [](const auto& row) { return row.param.name; });

TEST(ContentCodingTest, SeveralMembersAndFramesFollowOneAnother) {
    for (const std::size_t step : {1U, 7U, 1000U}) {
        const Decoded members = decode({ContentCoding::gzip},
                                       gzip_encoded("one ") + gzip_encoded("") + gzip_encoded("two"), step);
        EXPECT_EQ(members.state, State::done);
        EXPECT_EQ(members.text, "one two");
        const std::string skippable("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
        const Decoded frames =
            decode({ContentCoding::zstd}, zstd_encoded("one ") + skippable + zstd_encoded("two"), step);
        EXPECT_EQ(frames.state, State::done);
        EXPECT_EQ(frames.text, "one two");
    }
    const Decoded padded = decode({ContentCoding::gzip}, gzip_encoded("x") + std::string(9, '\0'), 4);
    EXPECT_EQ(padded.state, State::done);
    EXPECT_EQ(padded.text, "x");
}

TEST(ContentCodingTest, AZstdWindowAboveEightMebibytesIsTooLarge) {
    const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
    const auto encoded = [&](int window_log) {
        ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, window_log);
        ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
        std::string out(1000, '\0');
        ZSTD_inBuffer in{"text", 4, 0};
        ZSTD_outBuffer written{out.data(), out.size(), 0};
        ZSTD_compressStream2(context.get(), &written, &in, ZSTD_e_continue);
        ZSTD_compressStream2(context.get(), &written, &in, ZSTD_e_end);
        out.resize(written.pos);
        return out;
    };
    EXPECT_EQ(decode({ContentCoding::zstd}, encoded(23), 100).text, "text");
    EXPECT_EQ(decode({ContentCoding::zstd}, encoded(24), 100).state, State::too_large);
}

TEST(ContentCodingTest, NamesAreReadInTheirOrder) {
    EXPECT_EQ(parse_content_codings("gzip"), Codings{ContentCoding::gzip});
    EXPECT_EQ(parse_content_codings(" X-GZip\t"), Codings{ContentCoding::gzip});
    EXPECT_EQ(parse_content_codings("Gzip , ZSTD"), (Codings{ContentCoding::gzip, ContentCoding::zstd}));
    EXPECT_EQ(parse_content_codings("deflate,br"), (Codings{ContentCoding::deflate, ContentCoding::br}));
    for (const std::string_view none : {"", "identity", "Identity, identity", " , ,"}) {
        EXPECT_EQ(parse_content_codings(none), Codings{}) << none;
    }
    EXPECT_EQ(parse_content_codings("identity, gzip"), Codings{ContentCoding::gzip});
    for (const std::string_view bad :
         {"compress", "gzip, gzip, gzip", "aws-chunked, gzip", "gzip;q=1", "*"}) {
        EXPECT_EQ(parse_content_codings(bad), std::nullopt) << bad;
    }
}

TEST(ContentCodingTest, NoCodingPassesWithinTheBound) {
    EXPECT_EQ(decode({}, "text", 3).text, "text");
    EXPECT_EQ(decode({}, "text", 3).state, State::done);
    EXPECT_EQ(decode({}, "text", 3, {.decoded_bytes_max = 3}).state, State::too_large);
}

}  // namespace
}  // namespace weir::llm
