// The layer in the configuration store: published with the file, kept over reloads, ended in time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_store.hpp"
#include "unit/config/runtime_sources.hpp"

namespace weir::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LayeredStores : public testing::Test {
protected:
    /// What stands in the file from now on.
    std::string text_ = R"({"unknown_keys": "reject", "tiers": {"trial": {"limits": {"rpm": 20}}},
        "keys": [{"id": "web", "secret_sha256": ")" +
                        secret(1) + R"(", "tier": "trial"}]})";
    ConfigStore store_{{.path = "/etc/weir/weir.json",
                        .flags = {},
                        .environment = [](const std::string&) { return std::nullopt; },
                        .read_file = [this](const std::string&) { return FileText{.text = text_}; }}};

    static std::shared_ptr<const RuntimeLayer> layer(Documents documents) {
        return std::make_shared<const RuntimeLayer>(layer_of(std::move(documents)));
    }
    std::vector<std::string> use(Documents documents) {
        return lines_of(store_.use_layer(layer(std::move(documents)), noon_us));
    }
    LimitSet limits_of(const std::string& id) const { return key_of(*store_.current(), id)->limits; }
    void replace(const std::string& from, const std::string& to) {
        ASSERT_NE(text_.find(from), std::string::npos) << from;
        text_.replace(text_.find(from), from.size(), to);
    }
};

TEST_F(LayeredStores, HaveNoneAtFirst) {
    ASSERT_NE(store_.layer(), nullptr);
    EXPECT_EQ(store_.layer()->version(), 0);
    EXPECT_EQ(store_.base(), nullptr);
    EXPECT_EQ(store_.effective(), nullptr);
    EXPECT_EQ(store_.hash(), "");
    EXPECT_FALSE(store_.refresh(noon_us));
    store_.load();
    EXPECT_EQ(store_.base(), store_.effective());
    EXPECT_EQ(store_.current().get(), &store_.effective()->config);
    EXPECT_EQ(store_.hash(), config_hash(*store_.current()));
    EXPECT_EQ(store_.current()->state_dir, "/etc/weir");
}

TEST_F(LayeredStores, PublishTheLayerOverTheBase) {
    store_.load();
    const std::string hash = store_.hash();
    const auto before = store_.current();
    EXPECT_THAT(use({{"key/web", R"({"limits": {"rpm": 9}})"}, {"key/x", "{}"}}),
                ElementsAre("key/x: $.secret_sha256: is missing: expected 64 hexadecimal digits"));
    EXPECT_EQ(store_.ignored().size(), 1U);
    EXPECT_EQ(limits_of("web").at(0).limit, 9);
    EXPECT_THAT(before->keys[0].limits, IsEmpty());
    EXPECT_THAT(store_.base()->config.keys[0].limits, IsEmpty());
    EXPECT_EQ(store_.effective()->origins.of("$.keys[0].limits.rpm"), "runtime");
    EXPECT_NE(store_.hash(), hash);
    EXPECT_THAT(use({}), IsEmpty());
    EXPECT_EQ(store_.hash(), hash);
    EXPECT_THAT(store_.ignored(), IsEmpty());
}

TEST_F(LayeredStores, TakeALayerBeforeTheyAreLoaded) {
    use({{"key/web", R"({"limits": {"rpm": 9}})"}});
    EXPECT_EQ(store_.current(), nullptr);
    EXPECT_THAT(store_.load().config.keys.at(0).limits, IsEmpty()) << "what is returned is the base";
    EXPECT_EQ(limits_of("web").at(0).limit, 9);
}

TEST_F(LayeredStores, RefreshWhenSomethingHasEnded) {
    store_.load();
    use({{"override/key/web", R"({"factor": 2, "until": "2026-11-26T13:00:00Z"})"}});
    const auto before = store_.current();
    EXPECT_EQ(limits_of("web").at(0).limit, 40);
    EXPECT_FALSE(store_.refresh(noon_us + hour_us - 1));
    EXPECT_EQ(store_.current(), before);
    EXPECT_TRUE(store_.refresh(noon_us + hour_us));
    EXPECT_THAT(limits_of("web"), IsEmpty());
    EXPECT_FALSE(store_.refresh(noon_us + 2 * hour_us));
}

TEST_F(LayeredStores, ReloadKeepsTheLayer) {
    store_.load();
    use({{"key/web", R"({"limits": {"rpm": 9}})"}, {"override/tier/trial", R"({"factor": 2})"}});
    replace("\"rpm\": 20", "\"rpm\": 30");
    EXPECT_THAT(store_.reload(), IsEmpty());
    EXPECT_EQ(limits_of("web").at(0).limit, 9);
    EXPECT_EQ(store_.current()->tiers.at("trial").limits.at(0).limit, 60);
    EXPECT_EQ(store_.layer()->objects().size(), 2U);
}

TEST_F(LayeredStores, ReloadWithoutATimeUsesTheLastOne) {
    store_.load();
    use({{"override/key/web", R"({"factor": 2, "until": "2026-11-26T13:00:00Z"})"}});
    EXPECT_THAT(store_.reload(), IsEmpty());
    EXPECT_EQ(limits_of("web").at(0).limit, 40);
    EXPECT_THAT(store_.reload(noon_us + hour_us), IsEmpty());
    EXPECT_THAT(limits_of("web"), IsEmpty());
    EXPECT_THAT(store_.reload(), IsEmpty());
    EXPECT_THAT(limits_of("web"), IsEmpty());
}

TEST_F(LayeredStores, ReloadIsRefusedWhereTheLayerWouldFitNoMore) {
    store_.load();
    use({{"key/new", key_document(5, R"("tier": "trial")")}, {"key/web", R"({"tier": "default"})"}});
    const auto before = store_.current();
    const std::string whole = text_;
    const std::tuple<std::string, std::string, std::string> rows[]{
        {R"("trial": {)", R"("gold": {)",
         R"($.keys[0].tier: expected the name of a tier that is configured)"},
        {R"({"trial": {"limits": {"rpm": 20}}},)", R"({}, "state_dir": "/x",)",
         R"($.keys[0].tier: expected the name of a tier that is configured)"},
        {secret(1), secret(5), "key/new: $.secret_sha256: expected one of its own: the key web has the same"},
        {R"("id": "web")", R"("id": "site")",
         "key/web: $.secret_sha256: is missing: expected 64 hexadecimal digits"},
    };
    for (const auto& [from, to, mistake] : rows) {
        text_ = whole;
        replace(from, to);
        EXPECT_THAT(lines_of(store_.reload()), ElementsAre(mistake));
        EXPECT_EQ(store_.current(), before);
    }
    text_ = R"({"unknown_keys": "reject",
        "keys": [{"id": "web", "secret_sha256": ")" +
            secret(1) + R"("}]})";
    EXPECT_THAT(lines_of(store_.reload()),
                ElementsAre("key/new: $.tier: expected the name of a tier that is configured"));
    EXPECT_EQ(store_.current(), before);
}

TEST_F(LayeredStores, ReloadIsNotHeldUpByWhatDidNotFitBefore) {
    store_.load();
    use({{"key/lost", key_document(5, R"("tier": "gone")")}});
    EXPECT_THAT(store_.reload(), IsEmpty());
    EXPECT_EQ(store_.ignored().size(), 1U);
    replace("\"trial\": {", "\"gone\": {}, \"trial\": {");
    EXPECT_THAT(store_.reload(), IsEmpty());
    EXPECT_THAT(store_.ignored(), IsEmpty());
    EXPECT_NE(key_of(*store_.current(), "lost"), nullptr);
}

TEST_F(LayeredStores, NotesSurviveAChangeOfTheLayer) {
    store_.load();
    replace("\"unknown_keys\"", "\"threads\": 3, \"unknown_keys\"");
    EXPECT_THAT(store_.reload(), IsEmpty());
    EXPECT_EQ(store_.notes().size(), 1U);
    use({{"tier/free", R"({"limits": {"rpm": 1}})"}});
    EXPECT_EQ(store_.notes().size(), 1U);
    EXPECT_EQ(store_.current()->threads, 0);
}

}  // namespace
}  // namespace weir::config
