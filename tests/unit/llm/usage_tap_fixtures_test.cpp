// Every fixture whole, in two pieces at every position, and byte by byte: same bytes out, same usage.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "llm/usage_tap.hpp"

namespace weir::llm {
namespace {

struct Fixture {
    std::string file;
    Api api;
    std::optional<std::int64_t> input;
    std::int64_t cached;
    std::optional<std::int64_t> output;
    std::int64_t seen;
    bool ended;
};

const std::vector<Fixture> fixtures{
    {"chat.json", Api::chat_completions, 19, 8, 10, 10, true},
    {"chat.json", Api::unmetered, 19, 8, 10, 10, true},
    {"completions.json", Api::completions, 5, 0, 7, 7, true},
    {"responses.json", Api::responses, 36, 30, 87, 87, true},
    {"responses.json", Api::unmetered, 36, 30, 87, 87, true},
    {"embeddings.json", Api::embeddings, 8, 0, 0, 0, true},
    {"anthropic.json", Api::anthropic_messages, 1112, 1000, 6, 6, true},
    {"anthropic.json", Api::unmetered, 1112, 1000, 6, 6, true},
    {"no_usage.json", Api::chat_completions, std::nullopt, 0, std::nullopt, 0, true},
    {"chat_added_usage.sse", Api::chat_completions, 19, 8, 10, 10, true},
    {"chat_tool_calls.sse", Api::chat_completions, 50, 0, 15, 15, true},
    {"chat_crlf.sse", Api::chat_completions, 19, 8, 10, 10, true},
    {"chat_cr.sse", Api::chat_completions, 19, 8, 10, 10, true},
    {"chat_multiline.sse", Api::chat_completions, 3, 0, 1, 1, true},
    {"chat_no_blank_line_at_end.sse", Api::chat_completions, 19, 8, 10, 10, true},
    {"vllm_running.sse", Api::chat_completions, 11, 0, 9, 9, true},
    {"ollama_zero.sse", Api::chat_completions, 26, 0, 2, 2, true},
    {"azure.sse", Api::chat_completions, 19, 8, 10, 10, true},
    {"azure_then_added.sse", Api::chat_completions, 19, 8, 10, 10, true},
    {"completions.sse", Api::completions, 4, 0, 2, 2, true},
    {"usage_with_finish_reason.sse", Api::chat_completions, 19, 8, 10, 10, true},
    {"error_in_stream.sse", Api::chat_completions, std::nullopt, 0, std::nullopt, 1, true},
    {"responses.sse", Api::responses, 36, 6, 4, 4, true},
    {"responses_incomplete.sse", Api::responses, 36, 6, 4, 4, true},
    {"responses_failed_null.sse", Api::responses, std::nullopt, 0, std::nullopt, 3, true},
    {"anthropic.sse", Api::anthropic_messages, 35, 7, 15, 15, true},
    {"anthropic.sse", Api::unmetered, 35, 7, 15, 15, true},
    {"anthropic_cut.sse", Api::anthropic_messages, 35, 7, std::nullopt, 3, false},
    {"image_generation.sse", Api::unmetered, 50, 0, 272, 272, true},
};

std::optional<std::string> read_fixture(const std::string& name) {
    std::ifstream file(std::string(WEIR_LLM_FIXTURES) + "/" + name, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

struct Passed {
    std::string bytes;
    TappedUsage usage;
};

class Feeding {
public:
    Feeding(const Fixture& fixture, bool drops)
        : tap_({.api = fixture.api,
                .content_type = fixture.file.ends_with(".sse") ? "text/event-stream" : "application/json",
                .content_encoding = {},
                .drop_usage_chunk = drops}) {}

    void feed(std::string piece) {
        std::vector<std::string_view> forward;
        tap_.feed(piece, forward);
        take(forward);
    }
    Passed finish() {
        std::vector<std::string_view> forward;
        tap_.finish(forward, true);
        take(forward);
        return {bytes_, tap_.usage()};
    }

private:
    void take(const std::vector<std::string_view>& forward) {
        for (const std::string_view view : forward) bytes_.append(view);
    }
    UsageTap tap_;
    std::string bytes_;
};

void expect_usage(const Passed& passed, const Fixture& fixture) {
    ASSERT_EQ(passed.usage.input_tokens, fixture.input);
    ASSERT_EQ(passed.usage.cached_input_tokens, fixture.cached);
    ASSERT_EQ(passed.usage.output_tokens, fixture.output);
    ASSERT_EQ(passed.usage.output_seen, fixture.seen);
    ASSERT_EQ(passed.usage.ended, fixture.ended);
}

void expect_same_however_split(const Fixture& fixture, bool drops, const std::string& text,
                               const std::string& expected) {
    for (std::size_t split = 0; split <= text.size(); ++split) {
        Feeding feeding(fixture, drops);
        feeding.feed(text.substr(0, split));
        feeding.feed(text.substr(split));
        const Passed passed = feeding.finish();
        ASSERT_EQ(passed.bytes, expected) << "split at " << split;
        expect_usage(passed, fixture);
        if (testing::Test::HasFatalFailure()) return;
    }
    for (const std::size_t step : {1U, 2U, 3U, 7U}) {
        Feeding feeding(fixture, drops);
        for (std::size_t at = 0; at < text.size(); at += step) feeding.feed(text.substr(at, step));
        const Passed passed = feeding.finish();
        ASSERT_EQ(passed.bytes, expected) << "in pieces of " << step;
        expect_usage(passed, fixture);
        if (testing::Test::HasFatalFailure()) return;
    }
}

class UsageTapFixtures : public testing::TestWithParam<Fixture> {};

TEST_P(UsageTapFixtures, PassUnchangedAndAreRead) {
    const auto text = read_fixture(GetParam().file);
    ASSERT_TRUE(text);
    expect_same_however_split(GetParam(), false, *text, *text);
}

TEST_P(UsageTapFixtures, LoseTheAddedChunkAlone) {
    const std::string& file = GetParam().file;
    const auto text = read_fixture(file);
    ASSERT_TRUE(text);
    const auto dropped = read_fixture(file.substr(0, file.rfind('.')) + ".dropped");
    const bool is_stream = file.ends_with(".sse");
    expect_same_however_split(GetParam(), true, *text, is_stream && dropped ? *dropped : *text);
}

INSTANTIATE_TEST_SUITE_P(All, UsageTapFixtures, testing::ValuesIn(fixtures), [](const auto& row) {
    std::string name = std::to_string(row.index) + "_" + row.param.file;
    for (char& c : name) c = c == '.' ? '_' : c;
    return name;
});

}  // namespace
}  // namespace weir::llm
