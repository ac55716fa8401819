// Where clients put their keys, and which of several comes first.
#include "proxy/credentials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::proxy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string_view> keys_of(const Fields& fields, llm::Dialect dialect,
                                      std::string_view target = "/v1/x") {
    const Credentials credentials(fields, target, dialect);
    return {credentials.keys().begin(), credentials.keys().end()};
}

TEST(Credential, ComesFromWhereTheDialectPutsIt) {
    Fields fields;
    EXPECT_THAT(keys_of(fields, llm::Dialect::openai), IsEmpty());
    fields.add("api-key", "azure");
    EXPECT_THAT(keys_of(fields, llm::Dialect::openai), ElementsAre("azure"));
    fields.add("x-api-key", "anthropic");
    EXPECT_THAT(keys_of(fields, llm::Dialect::openai), ElementsAre("anthropic", "azure"));
    fields.add("Authorization", "bearer   openai");
    EXPECT_THAT(keys_of(fields, llm::Dialect::openai), ElementsAre("openai", "anthropic", "azure"));
    EXPECT_THAT(keys_of(fields, llm::Dialect::anthropic), ElementsAre("anthropic", "openai", "azure"));
    fields.add("x-goog-api-key", "google");
    EXPECT_THAT(keys_of(fields, llm::Dialect::gemini, "/v1beta/x?a=1&key=query&b=2"),
                ElementsAre("google", "query", "openai", "anthropic", "azure"));
}

TEST(Credential, CountsOnceHoweverOftenItIsGiven) {
    Fields fields;
    fields.add("Authorization", "Bearer same");
    fields.add("x-api-key", "same");
    fields.add("api-key", "");
    EXPECT_THAT(keys_of(fields, llm::Dialect::openai), ElementsAre("same"));
}

TEST(Credential, IsTheSameHoweverTheSchemeIsSetApart) {
    for (const char* value : {"Bearer key", "bearer  key", "BEARER\tkey", "Bearer \t key"}) {
        Fields fields;
        fields.add("Authorization", value);
        EXPECT_THAT(keys_of(fields, llm::Dialect::openai), ElementsAre("key")) << value;
    }
    Fields scheme_alone;
    scheme_alone.add("Authorization", "Bearer");
    EXPECT_THAT(keys_of(scheme_alone, llm::Dialect::openai), IsEmpty());
    for (const char* value : {"Bearerkey", "Basic key"}) {
        Fields fields;
        fields.add("Authorization", value);
        EXPECT_THAT(keys_of(fields, llm::Dialect::openai), ElementsAre(value));
    }
}

TEST(Credential, InTheQueryIsTakenOutWhole) {
    EXPECT_EQ(key_in_query("/x?key=k"), "k");
    EXPECT_EQ(key_in_query("/x?monkey=1&key=k&z=2"), "k");
    EXPECT_EQ(key_in_query("/x?monkey=1"), "");
    EXPECT_EQ(key_in_query("/key=1"), "");
    EXPECT_EQ(without_key_in_query("/x?key=k"), "/x");
    EXPECT_EQ(without_key_in_query("/x?key=k&z=2"), "/x?z=2");
    EXPECT_EQ(without_key_in_query("/x?a=1&key=k"), "/x?a=1");
    EXPECT_EQ(without_key_in_query("/x?a=1&key=k&z=2"), "/x?a=1&z=2");
    EXPECT_EQ(without_key_in_query("/x?a=1"), "/x?a=1");
}

}  // namespace
}  // namespace weir::proxy
