// What tests of the tap share: feeding, and one call for the usage of a whole answer.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "llm/usage_tap.hpp"

namespace weir::llm {

inline std::string joined(const std::vector<std::string_view>& views) {
    std::string all;
    for (const std::string_view view : views) all.append(view);
    return all;
}

inline std::string feed(UsageTap& tap, std::string_view bytes) {
    std::vector<std::string_view> forward;
    tap.feed(bytes, forward);
    return joined(forward);
}

inline std::string finish(UsageTap& tap, bool whole = true) {
    std::vector<std::string_view> forward;
    tap.finish(forward, whole);
    return joined(forward);
}

inline AnswerDescription json_answer(Api api) {
    return {.api = api, .content_type = "application/json", .content_encoding = {}};
}

inline AnswerDescription event_answer(Api api, bool drops = false) {
    return {
        .api = api, .content_type = "text/event-stream", .content_encoding = {}, .drop_usage_chunk = drops};
}

struct TappedAnswer {
    std::string bytes;
    TappedUsage usage;
};

inline TappedAnswer pass(const AnswerDescription& answer, std::string_view text, std::size_t step,
                         bool whole = true) {
    UsageTap tap(answer);
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); at += step) {
        // Its own memory, so that a view that is kept too long shows.
        const std::string piece(text.substr(at, step));
        bytes += feed(tap, piece);
    }
    bytes += finish(tap, whole);
    return {bytes, tap.usage()};
}

inline void expect_same(const TappedUsage& a, const TappedUsage& b) {
    EXPECT_EQ(a.input_tokens, b.input_tokens);
    EXPECT_EQ(a.cached_input_tokens, b.cached_input_tokens);
    EXPECT_EQ(a.output_tokens, b.output_tokens);
    EXPECT_EQ(a.output_seen, b.output_seen);
    EXPECT_EQ(a.ended, b.ended);
    EXPECT_EQ(a.failed, b.failed);
    EXPECT_EQ(a.response_id, b.response_id);
    EXPECT_EQ(a.unfinished, b.unfinished);
}

/// Usage of an answer, which must not depend on how it is split.
inline TappedUsage usage_of(const AnswerDescription& answer, std::string_view text, bool whole = true) {
    const TappedAnswer all = pass(answer, text, std::max<std::size_t>(text.size(), 1), whole);
    if (!answer.drop_usage_chunk) {
        EXPECT_EQ(all.bytes, text);
    }
    if (text.size() > 100'000) return all.usage;
    for (const std::size_t step : {1U, 7U, 64U}) {
        const TappedAnswer split = pass(answer, text, step, whole);
        EXPECT_EQ(split.bytes, all.bytes) << "in pieces of " << step;
        expect_same(split.usage, all.usage);
    }
    return all.usage;
}

inline TappedUsage usage_of_json(Api api, std::string_view text) {
    return usage_of(json_answer(api), text);
}

/// Each text is an event's data.
inline std::string events(std::initializer_list<std::string_view> data) {
    std::string text;
    for (const std::string_view one : data) text.append("data: ").append(one).append("\n\n");
    return text;
}

inline TappedUsage usage_of_events(Api api, std::initializer_list<std::string_view> data,
                                   bool whole = false) {
    return usage_of(event_answer(api), events(data), whole);
}

}  // namespace weir::llm
