// Bounds on the document and on what is told of it, paths, suggestions.
#include "config/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/json_path.hpp"
#include "config/suggestion.hpp"
#include "unit/config/sources.hpp"

namespace weir::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Documents, AreBoundedInSize) {
    const std::string fits = "{}" + std::string(document_bytes_max - 2, ' ');
    EXPECT_THAT(lines_of(build_from(fits).mistakes), IsEmpty());
    EXPECT_THAT(lines_of(build_from(fits + " ").mistakes), ElementsAre("$: expected at most 16 MiB"));
}

TEST(Documents, AreBoundedInDepth) {
    const auto nested = [](std::size_t levels) {
        return std::string(levels, '[') + std::string(levels, ']');
    };
    EXPECT_NO_THROW(parse_json(nested(nesting_levels_max)));
    EXPECT_THAT(lines_of(build_from(nested(nesting_levels_max + 1)).mistakes),
                ElementsAre("$: expected at most 32 levels of nesting"));
    EXPECT_THAT(lines_of(build_from(std::string(1 << 20, '[')).mistakes),
                ElementsAre("$: expected at most 32 levels of nesting"));
}

TEST(Documents, KeepOrderDuplicatesAndKindsOfNumbers) {
    const JsonValue value =
        parse_json(R"({"b": [1, -2, 3.0, 1e2, 99999999999999999999], "a": true, "b": null})");
    ASSERT_EQ(value.items.size(), 3U);
    EXPECT_EQ(value.items[0].name, "b");
    EXPECT_EQ(value.items[2].name, "b");
    EXPECT_EQ(value.items[2].kind, JsonValue::Kind::null);
    EXPECT_LT(value.items[0].position, value.items[0].items[4].position);
    EXPECT_LT(value.items[0].items[4].position, value.items[1].position);
    using Kind = JsonValue::Kind;
    const Kind kinds[]{Kind::integer, Kind::integer, Kind::number, Kind::number, Kind::integer};
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(value.items[0].items[i].kind, kinds[i]) << i;
    EXPECT_EQ(value.items[0].items[1].integer, -2);
    EXPECT_EQ(value.items[0].items[4].integer, INT64_MAX);
    EXPECT_EQ(parse_json("9223372036854775808").integer, INT64_MAX);
    EXPECT_EQ(parse_json("-99999999999999999999").integer, INT64_MIN);
}

TEST(Documents, SayLineAndColumnOfASyntaxError) {
    const auto where = [](const std::string& text) {
        const std::string message = build_from(text).mistakes.at(0).message;
        return message.substr(0, message.find(':'));
    };
    EXPECT_EQ(where("{]"), "line 1, column 2");
    EXPECT_EQ(where("{\n  \"a\": 1,\n  }"), "line 3, column 3");
    EXPECT_EQ(where("\n\n1x"), "line 3, column 2");
    EXPECT_EQ(where("{\"a\": \"\xff\"}"), "line 1, column 8");
    EXPECT_EQ(lines_of(build_from("[1e999]").mistakes),
              std::vector<std::string>{"$: line 1, column 6: number too large"});
}

/// Its parser would take the byte for the end, and nobody would hear of the rest.
TEST(Documents, HoldNoByteZero) {
    using namespace std::string_literals;
    EXPECT_THROW((void)parse_json("{}\0{"s), Unexpected);
    EXPECT_THROW((void)parse_json("{\"a\": 1}\0"s), Unexpected);
    EXPECT_EQ(parse_json(R"("\u0000")").text, "\0"s);
}

TEST(MistakesTold, AreTheFirstHundredOfTheDocument) {
    std::string json = R"({"threads": -1)";
    for (int i = 0; i < 150; ++i) json += ", \"unknown_" + std::to_string(i) + "\": " + std::to_string(i);
    const std::vector<std::string> lines = lines_of(build_from(json + R"(, "listen": 0})").mistakes);
    ASSERT_EQ(lines.size(), Mistakes::told_max + 1);
    EXPECT_EQ(lines[0], "$.threads: expected an integer from 0 to 1024");
    EXPECT_EQ(lines[1].substr(0, 12), "$.unknown_0:");
    EXPECT_EQ(lines[99].substr(0, 13), "$.unknown_98:");
    EXPECT_EQ(lines[100], "$: and 52 more mistakes");
}

TEST(JsonPaths, StayOneReadableLine) {
    EXPECT_EQ(member_path("$", "rpm"), "$.rpm");
    EXPECT_EQ(member_path("$.a", "gpt-4o*"), R"($.a["gpt-4o*"])");
    EXPECT_EQ(member_path("$", ""), R"($[""])");
    EXPECT_EQ(member_path("$", "a\"\\\n\x7f"), R"($["a\"\\\u000a\u007f"])");
    EXPECT_EQ(item_path("$.keys", 3), "$.keys[3]");
    const std::string cut = member_path("$", std::string(127, 'a') + "é" + std::string(1000, 'b'));
    EXPECT_EQ(cut, "$[\"" + std::string(127, 'a') + "…\"]");
}

TEST(Suggestions, AreNear) {
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("lisen", "listen"), 1U);
    EXPECT_EQ(edit_distance("iptm", "itpm"), 1U);
    EXPECT_EQ(edit_distance("RPM", "rpm"), 0U);
    EXPECT_EQ(suggestion_for("upstream", {"listen", "upstreams"}), R"(; did you mean "upstreams"?)");
    EXPECT_EQ(suggestion_for("tls_files", {"listen", "threads"}), "");
    EXPECT_EQ(suggestion_for("timeout", {"url", "timeout_ms"}), R"(; did you mean "timeout_ms"?)");
    EXPECT_EQ(suggestion_for("x", {"a", "b"}), "");
    EXPECT_EQ(suggestion_for("abcd", {"abcx", "abcde", "abdc"}), R"(; did you mean "abcx"?)");
    EXPECT_EQ(suggestion_for(std::string(1 << 20, 'a'), {"aaa"}), "");
}

}  // namespace
}  // namespace weir::config
