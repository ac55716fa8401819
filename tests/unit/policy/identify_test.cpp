// Keys that changed while weir ran: disabled ones, and secrets that were replaced.
#include <gtest/gtest.h>

#include "policy/policy.hpp"

namespace weir::policy {
namespace {

config::Key key(const std::string& id, const std::string& secret) {
    config::Key made;
    made.id = id;
    made.secret_sha256 = config::sha256(secret);
    return made;
}

class ChangedKeys : public ::testing::Test {
protected:
    ChangedKeys() {
        config::Tier tier;
        tier.name = "default";
        config_->tiers.emplace("default", tier);
        config_->keys = {key("web", "secret"), key("app", "other")};
    }

    std::string identify(std::initializer_list<std::string_view> credentials) const {
        const Policy policy(config_);
        const std::vector<std::string_view> given(credentials);
        const auto found = policy.identify(given);
        return found ? found->subject.id.substr(0, 8) : "nobody";
    }
    std::string find_disabled(std::initializer_list<std::string_view> credentials) const {
        const Policy policy(config_);
        const std::vector<std::string_view> given(credentials);
        const config::Key* found = policy.find_disabled(given);
        return found != nullptr ? found->id : "none";
    }

    std::shared_ptr<config::Config> config_ = std::make_shared<config::Config>();
};

TEST_F(ChangedKeys, ADisabledKeyIsNobodyEvenWhereUnknownOnesMayCome) {
    config_->keys[0].disabled = true;
    for (const auto unknown : {config::UnknownKeys::reject, config::UnknownKeys::default_tier}) {
        config_->unknown_keys = unknown;
        EXPECT_EQ(identify({"secret"}), "nobody");
        EXPECT_EQ(identify({"placeholder", "secret"}), "nobody");
        EXPECT_EQ(identify({"secret", "placeholder"}), "nobody");
        EXPECT_EQ(identify({"secret", "other"}), "app");
        EXPECT_EQ(identify({"other", "secret"}), "app");
    }
    EXPECT_EQ(identify({"placeholder"}), "unknown-");
    EXPECT_EQ(find_disabled({"placeholder", "secret"}), "web");
    EXPECT_EQ(find_disabled({"", "placeholder", "other"}), "none");
    EXPECT_EQ(find_disabled({}), "none");
}

TEST_F(ChangedKeys, FormerSecretsAreAsGood) {
    config_->keys[0].former_secrets = {{config::sha256("old"), 1}, {config::sha256("older"), 2}};
    EXPECT_EQ(identify({"secret"}), "web");
    EXPECT_EQ(identify({"old"}), "web");
    EXPECT_EQ(identify({"older"}), "web");
    // Both of one key: that is one known key.
    EXPECT_EQ(identify({"placeholder", "old", "secret"}), "web");
    config_->keys[0].disabled = true;
    EXPECT_EQ(identify({"old"}), "nobody");
    EXPECT_EQ(find_disabled({"old"}), "web");
}

TEST_F(ChangedKeys, AFormerSecretGivesWayToWhoeverHasItNow) {
    config_->keys[0].former_secrets = {{config::sha256("other"), 1}};
    EXPECT_EQ(identify({"other"}), "app");
}

}  // namespace
}  // namespace weir::policy
