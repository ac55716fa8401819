// Which changes of the layer may be made, and that those leave nothing behind that does not fit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "unit/config/runtime_sources.hpp"

namespace weir::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

const std::string file = R"({
    "upstreams": [{"name": "openai", "url": "http://u"}],
    "tiers": {"trial": {"limits": {"rpm": 20}}}, "groups": {"acme": {}},
    "keys": [{"id": "web", "secret_sha256": ")" +
                         secret(1) + R"(", "tier": "trial", "group": "acme"}],
    "unknown_keys": "reject"})";

const Outcome& base() {
    static const Outcome outcome = build_from(file);
    return outcome;
}

std::vector<std::string> mistakes(const Documents& before, Documents set,
                                  std::vector<std::string> erase = {}) {
    const RuntimeChange change{.expected_version = {}, .set = std::move(set), .erase = std::move(erase)};
    return lines_of(mistakes_of_change(base(), layer_of(before), change, noon_us));
}

TEST(Changes, ThatAreRightHaveNoMistakes) {
    EXPECT_THAT(mistakes({}, {{"key/new", key_document(5)}}), IsEmpty());
    EXPECT_THAT(mistakes({}, {{"key/web", R"({"limits": {"rpm": 0}})"}}), IsEmpty());
    EXPECT_THAT(mistakes({}, {{"tier/gold", "{}"}, {"key/new", key_document(5, R"("tier": "gold")")}}),
                IsEmpty());
    EXPECT_THAT(mistakes({}, {{"override/key/web", R"({"factor": 2, "until": "2026-11-26T12:00:01Z"})"}}),
                IsEmpty());
    EXPECT_THAT(mistakes({}, {}, {"key/none"}), IsEmpty());
    EXPECT_THAT(mistakes({{"tier/trial", "{}"}}, {}, {"tier/trial"}), IsEmpty()) << "the file's comes back";
    EXPECT_THAT(mistakes({{"tier/gold", "{}"}, {"key/new", key_document(5, R"("tier": "gold")")}}, {},
                         {"tier/gold", "key/new"}),
                IsEmpty());
}

TEST(Changes, OfOneObjectSayPathsFromItsRoot) {
    EXPECT_THAT(mistakes({}, {{"key/new", R"({"tier": "trail", "limits": {"rpm": "x"}})"}}),
                ElementsAre("$.limits.rpm: expected an integer from 0 to 1000000000000, not a string"));
    EXPECT_THAT(
        mistakes({}, {{"key/new", R"({"tier": "trail", "group": "acm"})"}}),
        ElementsAre("$.secret_sha256: is missing: expected 64 hexadecimal digits",
                    R"($.tier: expected the name of a tier that is configured; did you mean "trial"?)",
                    R"($.group: expected the name of a group that is configured; did you mean "acme"?)"));
    for (const char* path : {"key/a/b", "key/\xf0\x9f\x98\x80", "users/a", "key/"}) {
        EXPECT_THAT(
            mistakes({}, {{path, "{}"}}),
            ElementsAre(StartsWith("$: expected key/ID, tier/NAME, group/NAME, upstream/NAME, or override/")))
            << path;
    }
    EXPECT_THAT(mistakes({}, {{"upstream/none", R"({"limits": {}})"}}),
                ElementsAre("$: expected the name of an upstream that is configured"));
    EXPECT_THAT(mistakes({}, {{"tier/t", "{" + std::string(runtime_document_bytes_max, ' ') + "}"}}),
                ElementsAre("$: expected at most 256 KiB"));
}

TEST(Changes, OfSeveralObjectsNameThem) {
    EXPECT_THAT(
        mistakes({}, {{"key/a", key_document(5, R"("tier": "none")")}, {"group/g", R"({"limit": {}})"}}),
        ElementsAre(R"(group/g: $.limit: is not a known field; did you mean "limits"?)",
                    "key/a: $.tier: expected the name of a tier that is configured"));
}

TEST(Changes, TakeNobodysSecret) {
    const std::string own = "$.secret_sha256: expected one of its own: the key ";
    EXPECT_THAT(mistakes({}, {{"key/a", key_document(1)}}), ElementsAre(own + "web has the same"));
    // The one that asks is told, wherever the other stands in the order.
    EXPECT_THAT(mistakes({{"key/b", key_document(5)}}, {{"key/a", key_document(5)}}),
                ElementsAre(own + "b has the same"));
    EXPECT_THAT(mistakes({{"key/b", key_document(5)}}, {{"key/c", key_document(5)}}),
                ElementsAre(own + "b has the same"));
    EXPECT_THAT(mistakes({}, {{"key/b", key_document(5)}, {"key/c", key_document(5)}}),
                ElementsAre("key/c: " + own + "b has the same"));
}

TEST(Changes, OverridesEndInTheFutureAndLieOverSomething) {
    EXPECT_THAT(mistakes({}, {{"override/key/web", R"({"factor": 2, "until": "2026-11-26T12:00:00Z"})"}}),
                ElementsAre("$.until: expected a time to come: it is 2026-11-26T12:00:00Z"));
    EXPECT_THAT(mistakes({}, {{"override/key/none", R"({"factor": 2})"}}),
                ElementsAre("$: lies over key/none, which is not in force"));
}

TEST(Changes, EraseNothingThatIsStillNamed) {
    Documents documents{
        {"tier/gold", "{}"}, {"group/g", "{}"}, {"key/one", key_document(99, R"("group": "g")")}};
    for (int i = 1; i <= 7; ++i) {
        documents["key/k" + std::to_string(i)] = key_document(100 + i, R"("tier": "gold")");
    }
    EXPECT_THAT(mistakes(documents, {}, {"tier/gold"}),
                ElementsAre("$: 7 keys name it still (k1, k2, k3, k4, k5, …): give them another tier first"));
    EXPECT_THAT(mistakes(documents, {}, {"group/g"}),
                ElementsAre("$: 1 key names it still (one): give them another group first"));
    EXPECT_THAT(mistakes(documents, {}, {"group/g", "tier/gold"}),
                ElementsAre(StartsWith("group/g: $: 1 key names"), StartsWith("tier/gold: $: 7 keys name")));
    EXPECT_THAT(
        mistakes({{"key/new", key_document(5)}, {"override/key/new", R"({"factor": 2})"}}, {}, {"key/new"}),
        ElementsAre("$: override/key/new lies over it: take that away first"));
    EXPECT_THAT(mistakes({{"key/new", key_document(5)}, {"override/key/new", R"({"factor": 2})"}}, {},
                         {"key/new", "override/key/new"}),
                IsEmpty());
    EXPECT_THAT(
        mistakes({{"tier/trial", "{}"}, {"override/tier/trial", R"({"factor": 2})"}}, {}, {"tier/trial"}),
        IsEmpty())
        << "it lies over the file's then";
}

TEST(Changes, AreNotHeldUpByWhatDidNotFitBefore) {
    const Documents before{{"key/lost", key_document(5, R"("tier": "gone")")}, {"key/broken", "{"}};
    EXPECT_THAT(mistakes(before, {{"key/new", key_document(6)}}), IsEmpty());
    EXPECT_THAT(mistakes(before, {}, {"key/broken"}), IsEmpty());
    EXPECT_THAT(mistakes(before, {}, {"no/path"}), IsEmpty());
}

TEST(Changes, LeaveARoomForAsManyObjectsAsThereMayBe) {
    RuntimeDocuments documents;
    for (std::size_t i = 0; i < runtime_objects_max; ++i) {
        documents.documents.emplace_hint(documents.documents.end(), "group/g" + std::to_string(1'000'000 + i),
                                         "{}");
    }
    const RuntimeLayer before(std::move(documents), nullptr);
    const RuntimeChange one_more{.expected_version = {}, .set = {{"group/h", "{}"}}, .erase = {}};
    EXPECT_THAT(lines_of(mistakes_of_change(base(), before, one_more, noon_us)),
                ElementsAre("$: expected at most 200000 runtime objects in all"));
    const RuntimeChange instead{
        .expected_version = {}, .set = {{"group/h", "{}"}}, .erase = {"group/g1000000"}};
    EXPECT_THAT(lines_of(mistakes_of_change(base(), before, instead, noon_us)), IsEmpty());
}

/// Of a small world, so that changes meet each other.
class Chance {
public:
    RuntimeChange change() {
        RuntimeChange change;
        for (int i = number(1, 2); i > 0; --i) {
            const std::string path = some_path();
            if (number(0, 3) == 0) {
                change.erase.push_back(path);
            } else {
                change.set.insert_or_assign(path, document(path));
            }
        }
        return change;
    }

private:
    int number(int least, int most) { return std::uniform_int_distribution(least, most)(engine_); }
    std::string letter() { return {static_cast<char>('a' + number(0, 3))}; }

    std::string some_path() {
        const char* kinds[]{"key/", "key/", "tier/", "group/", "override/key/", "override/tier/"};
        return kinds[number(0, 5)] + letter();
    }
    std::string document(const std::string& path) {
        if (path.starts_with("override/")) return R"({"factor": 2})";
        if (!path.starts_with("key/")) return R"({"limits": {"rpm": )" + std::to_string(number(-1, 9)) + "}}";
        std::string members;
        if (number(0, 1) == 0) members += R"("tier": ")" + letter() + R"(")";
        if (number(0, 1) == 0)
            members += (members.empty() ? "" : ", ") + (R"("group": ")" + letter()) + R"(")";
        return key_document(number(1, 8), members);
    }

    std::mt19937 engine_{7};
};

TEST(Changes, AThousandAtRandomKeepTheLayerWhole) {
    Chance chance;
    auto layer = std::make_unique<RuntimeLayer>();
    int made = 0;
    for (int i = 0; i < 1000; ++i) {
        const RuntimeChange change = chance.change();
        const auto refused = mistakes_of_change(base(), *layer, change, noon_us);
        RuntimeDocuments documents = apply(layer->documents(), change);
        auto next = std::make_unique<RuntimeLayer>(documents, layer.get());
        Outcome outcome = base();
        const auto left_out = lines_of(next->lay_over(outcome, noon_us));
        ASSERT_EQ(refused.empty(), left_out.empty())
            << i << ": " << testing::PrintToString(lines_of(refused)) << testing::PrintToString(left_out);
        if (!refused.empty()) continue;
        ++made;
        Outcome parsed_anew = base();
        RuntimeLayer(documents, nullptr).lay_over(parsed_anew, noon_us);
        ASSERT_EQ(config_hash(outcome.config), config_hash(parsed_anew.config)) << i;
        ASSERT_EQ(next->version(), layer->version() + 1);
        layer = std::move(next);
    }
    EXPECT_GT(made, 200);
    EXPECT_LT(made, 800);
}

}  // namespace
}  // namespace weir::config
