// The layer's documents: paths, what is wrong with each, and what stays parsed.
#include "config/runtime.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/runtime_sources.hpp"

namespace weir::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RuntimePaths, AreKindAndName) {
    using Kind = RuntimePath::Kind;
    const auto kind = [](const char* path) { return parse_runtime_path(path).value().kind; };
    EXPECT_EQ(kind("key/acme-web"), Kind::key);
    EXPECT_EQ(kind("tier/trial"), Kind::tier);
    EXPECT_EQ(kind("group/acme"), Kind::group);
    EXPECT_EQ(kind("upstream/openai"), Kind::upstream);
    EXPECT_EQ(kind("override/key/acme-web"), Kind::override_of);
    EXPECT_EQ(parse_runtime_path("key/a@b.example")->name, "a@b.example");
    EXPECT_EQ(parse_runtime_path("override/key/acme-web")->name, "key/acme-web");
    for (const char* path :
         {"", "key", "key/", "/key", "Key/a", "keys/a", "key/a/b", "key/a b", "key/\xf0\x9f\x98\x80",
          "key/~a", "override/", "override/a", "override/override/key/a", "override/key/", "tier/a:b"}) {
        EXPECT_EQ(parse_runtime_path(path), std::nullopt) << path;
    }
    EXPECT_EQ(parse_runtime_path("key/" + std::string(129, 'a')), std::nullopt);
    std::string overrides;
    for (int i = 0; i < 100'000; ++i) overrides += "override/";
    EXPECT_EQ(parse_runtime_path(overrides + "key/a"), std::nullopt) << "without following them";
}

std::vector<std::string> mistakes_in(const std::string& path, const std::string& document) {
    return lines_of(layer_of({{path, document}}).mistakes());
}

TEST(RuntimeDocument, MistakesAreThoseOfTheFile) {
    const std::string limit = "expected an integer from 0 to 1000000000000";
    EXPECT_THAT(mistakes_in("key/a", R"({"limits": {"rpm": -1, "otmp": 2}, "id": "a", "disabled": 1})"),
                ElementsAre("key/a: $.limits.rpm: " + limit,
                            R"(key/a: $.limits.otmp: is not a known field; did you mean "otpm"?)",
                            "key/a: $.id: is not a known field",
                            "key/a: $.disabled: expected true or false, not an integer"));
    EXPECT_THAT(
        mistakes_in("tier/t", R"({"models": {"a*b*": {"rpm": 1}}, "reserve": "all", "enforce": 0})"),
        ElementsAre(testing::StartsWith(R"(tier/t: $.models["a*b*"]: expected a model's name)"),
                    R"(tier/t: $.reserve: expected "learned", "output_default", "max_tokens" or "none")",
                    "tier/t: $.enforce: expected true or false, not an integer"));
    EXPECT_THAT(mistakes_in("group/g", R"({"limits": []})"),
                ElementsAre("group/g: $.limits: expected an object, not an array"));
    EXPECT_THAT(mistakes_in("upstream/u", R"({"url": "http://h"})"),
                ElementsAre("upstream/u: $.limits: is missing: expected an object",
                            "upstream/u: $.url: is not a known field"));
    EXPECT_THAT(mistakes_in("key/a", "{\n]"),
                ElementsAre(testing::StartsWith("key/a: $: line 2, column 1: syntax error")));
    EXPECT_THAT(mistakes_in("key/a", "7"), ElementsAre("key/a: $: expected an object, not an integer"));
    EXPECT_THAT(mistakes_in("key/a", ""), testing::SizeIs(1));
    EXPECT_THAT(mistakes_in("key/a", "{}" + std::string(runtime_document_bytes_max, ' ')),
                ElementsAre("key/a: $: expected at most 256 KiB"));
    EXPECT_THAT(mistakes_in("key/a/b", "{}"),
                ElementsAre(testing::StartsWith("key/a/b: $: expected key/ID, tier/NAME")));
}

TEST(RuntimeDocument, MistakesOfFormerSecrets) {
    const auto former = [](int number, const std::string& until = R"("2026-11-26T13:00:00Z")") {
        return R"({"secret_sha256": )" + quoted(secret(number)) + R"(, "until": )" + until + "}";
    };
    const auto mistakes = [&](const std::string& list) {
        return mistakes_in("key/a", key_document(1, R"("former_secrets": [)" + list + "]"));
    };
    EXPECT_THAT(mistakes(former(2)), IsEmpty());
    EXPECT_THAT(mistakes(former(1)),
                ElementsAre("key/a: $.former_secrets[0]: expected another secret than the one in force"));
    EXPECT_THAT(mistakes(former(2) + "," + former(2)),
                ElementsAre("key/a: $.former_secrets[1]: expected each secret once"));
    EXPECT_THAT(
        mistakes(former(2, R"("18:00")")),
        ElementsAre(R"(key/a: $.former_secrets[0].until: expected a time such as "2026-11-26T18:00:00Z")"));
    EXPECT_THAT(
        mistakes("{}"),
        ElementsAre("key/a: $.former_secrets[0].secret_sha256: is missing: expected 64 hexadecimal digits",
                    "key/a: $.former_secrets[0].until: is missing: expected a time such as "
                    "\"2026-11-26T18:00:00Z\""));
    EXPECT_THAT(mistakes(former(2) + "," + former(3) + "," + former(4) + "," + former(5) + "," + former(6)),
                ElementsAre("key/a: $.former_secrets: expected at most 4 former secrets"));
}

TEST(RuntimeDocument, MistakesOfOverrides) {
    const std::pair<const char*, const char*> rows[]{
        {"{}", "$: expected limits or factor: what is to hold"},
        {R"({"factor": 2, "limits": {"rpm": 1}})", "$.factor: expected either limits or factor, not both"},
        {R"({"limits": {}})", "$.limits: expected at least one limit"},
        {R"({"factor": 0})", "$.factor: expected a number above 0; a limit of 0 blocks"},
        {R"({"factor": -1})", "$.factor: expected a number from 0 to 1000"},
        {R"({"factor": 1000.5})", "$.factor: expected a number from 0 to 1000"},
        {R"({"factor": "2"})", "$.factor: expected a number from 0 to 1000, not a string"},
        {R"({"factor": 2, "until": 5})", "$.until: expected a string, not an integer"},
        {R"({"factor": 2, "until": "18:00"})", R"($.until: expected a time such as "2026-11-26T18:00:00Z")"},
        {R"({"factor": 2, "reason": "a\nb"})", "$.reason: expected one line without control characters"},
        {R"({"factor": 2, "untill": ""})", R"($.untill: is not a known field; did you mean "until"?)"},
    };
    for (const auto& [document, mistake] : rows) {
        EXPECT_THAT(mistakes_in("override/key/a", document),
                    ElementsAre(std::string("override/key/a: ") + mistake))
            << document;
    }
    EXPECT_THAT(mistakes_in("override/key/a", R"({"factor": 1000, "reason": "Größe"})"), IsEmpty());
}

TEST(RuntimeLayers, ShareWhatDidNotChange) {
    const RuntimeLayer before = layer_of({{"key/a", "{}"}, {"key/b", "{}"}, {"key/d", "{"}});
    const RuntimeChange change{
        .expected_version = {}, .set = {{"key/b", "{ }"}, {"key/c", "{}"}}, .erase = {"key/a", "key/none"}};
    const RuntimeLayer after(apply(before.documents(), change), &before);
    EXPECT_EQ(after.version(), 2);
    EXPECT_EQ(after.documents().documents, (Documents{{"key/b", "{ }"}, {"key/c", "{}"}, {"key/d", "{"}}));
    EXPECT_EQ(after.objects().size(), 3U);
    EXPECT_EQ(after.objects().at("key/d"), before.objects().at("key/d"));
    EXPECT_NE(after.objects().at("key/b"), before.objects().at("key/b"));
    EXPECT_EQ(lines_of(after.mistakes()), lines_of(before.mistakes()));
}

TEST(RuntimeLayers, KnowWhenSomethingEnds) {
    const RuntimeLayer layer =
        layer_of({{"override/key/a", R"({"factor": 2, "until": "2026-11-26T14:00:00Z"})"},
                  {"override/key/b", R"({"factor": 2})"},
                  {"key/c", key_document(1, R"("former_secrets": [{"secret_sha256": )" + quoted(secret(2)) +
                                                R"(, "until": "2026-11-26T13:00:00Z"}])")}});
    EXPECT_THAT(layer.mistakes(), IsEmpty());
    EXPECT_EQ(layer.next_end_us(noon_us), noon_us + hour_us);
    EXPECT_EQ(layer.next_end_us(noon_us + hour_us), noon_us + 2 * hour_us);
    EXPECT_EQ(layer.next_end_us(noon_us + 2 * hour_us), std::nullopt);
    EXPECT_EQ(RuntimeLayer().next_end_us(0), std::nullopt);
}

}  // namespace
}  // namespace weir::config
