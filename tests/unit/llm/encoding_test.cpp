// Which vocabulary a model is counted by.
#include "llm/encoding.hpp"

#include <gtest/gtest.h>

namespace weir::llm {
namespace {

TEST(EncodingTest, ByTheNameOfTheModel) {
    for (const char* model : {"gpt-4o", "gpt-4o-mini-2024-07-18", "chatgpt-4o-latest", "gpt-4.1-nano",
                              "gpt-4.5-preview", "gpt-5", "gpt-5.1-codex", "o1", "o3-mini", "o4-mini",
                              "openai/gpt-4o", "ft:gpt-4o:acme::1", "GPT-4o", "openai/gpt-oss-120b"}) {
        EXPECT_EQ(encoding_of(model), Encoding::o200k) << model;
    }
    for (const char* model : {"gpt-4", "gpt-4-turbo", "gpt-4-0613", "gpt-3.5-turbo", "gpt-35-turbo",
                              "text-embedding-3-small", "text-embedding-ada-002", "openai/gpt-4"}) {
        EXPECT_EQ(encoding_of(model), Encoding::cl100k) << model;
    }
    for (const char* model : {"", "/", "ft:", "claude-sonnet-4", "gemini-2.5-pro", "meta-llama/Llama-3.1-8B",
                              "o1x", "o", "text-embedding-004", "my-gpt-4o"}) {
        EXPECT_EQ(encoding_of(model), Encoding::other) << model;
    }
}

}  // namespace
}  // namespace weir::llm
