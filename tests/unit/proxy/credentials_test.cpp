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

TEST(Credential, MayBeGivenTwiceInOnePlace) {
    Fields fields;
    fields.add("Authorization", "Bearer dummy");
    fields.add("authorization", "Bearer known");
    fields.add("x-api-key", "Bearer known");
    EXPECT_THAT(keys_of(fields, llm::Dialect::openai), ElementsAre("dummy", "known"));
    for (int i = 0; i < 20; ++i) fields.add("api-key", "0123456789abcdefghij"[i] == '0' ? "zero" : "other");
    EXPECT_LE(keys_of(fields, llm::Dialect::openai).size(), 8U);
}

TEST(Credential, InTheQueryCountsOnGooglesPaths) {
    const Fields none;
    EXPECT_THAT(keys_of(none, llm::Dialect::gemini, "/v1/x?key=k"), ElementsAre("k"));
    EXPECT_THAT(keys_of(none, llm::Dialect::gemini, "/v1/x?monkey=1&key=dummy&key=k&z=2"),
                ElementsAre("dummy", "k"));
    EXPECT_THAT(keys_of(none, llm::Dialect::openai, "/v1beta/openai/chat/completions?key=k"),
                ElementsAre("k"));
    EXPECT_THAT(keys_of(none, llm::Dialect::openai, "/v1/chat/completions?key=k"), IsEmpty());
    EXPECT_THAT(keys_of(none, llm::Dialect::gemini, "/v1/x?monkey=1"), IsEmpty());
    EXPECT_THAT(keys_of(none, llm::Dialect::gemini, "/key=1"), IsEmpty());
}

TEST(Credential, InTheQueryIsTakenOutWhole) {
    for (const auto& [target, rest] : {std::pair{"/x?key=k", "/x"},
                                       {"/x?key=k&z=2", "/x?z=2"},
                                       {"/x?a=1&key=k", "/x?a=1"},
                                       {"/x?a=1&key=k&z=2&key=l", "/x?a=1&z=2"},
                                       {"/x?a=1", "/x?a=1"},
                                       {"/x", "/x"}})
        EXPECT_EQ(without_other_keys(target, ""), rest);
    EXPECT_EQ(without_other_keys("/x?key=dummy&a=1&key=k", "k"), "/x?a=1&key=k");
}

}  // namespace
}  // namespace weir::proxy
