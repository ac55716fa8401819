// What --check prints, and the hash: all of it, and no secret.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <sstream>

#include "unit/config/sources.hpp"

namespace weir::config {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string file = R"({
    "admin": {"token_env": "TOKEN"}, "store": {"url": "redis://app:hunter2@cache:6380/3"},
    "upstreams": [{"name": "up", "url": "https://[2001:db8::1]:8443/base", "api_key_env": "KEY",
                   "headers": {"X-Team": "plain", "X-Access-Token": "hush-hush"}}],
    "tiers": {"trial": {"limits": {"rpm": 20, "more": [{"dimension": "requests", "limit": 500, "window": "1d"}]},
                        "models": {"gpt-4o*": {"otpm": 0}}}},
    "groups": {"acme": {"limits": {"itpm": 77}}},
    "keys": [{"id": "web", "tier": "trial", "group": "acme",
              "secret_sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}]})";
const Given given{.environment = {{"TOKEN", "admin-token"}, {"KEY", "sk-upstream-key"}, {"RPM_LIMIT", "5"}},
                  .flags = {{"listen", "127.0.0.1:1"}},
                  .files = {},
                  .terminal = false};

/// The line's columns, split at two blanks or more.
std::vector<std::string> columns_of(const std::string& text, const std::string& path) {
    static const std::regex gap("  +");
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::vector<std::string> columns(std::sregex_token_iterator(line.begin(), line.end(), gap, -1), {});
        if (columns.front() == path) return columns;
    }
    return {};
}

TEST(Describe, SaysEachValueAndWhereItCameFrom) {
    const std::string text = describe(build_from(file, given));
    using Columns = std::vector<std::string>;
    const auto row = [&](const std::string& path) { return columns_of(text, path); };
    EXPECT_EQ(row("listen"), (Columns{"listen", "127.0.0.1:1", "flag --listen"}));
    EXPECT_EQ(row("admin.listen"), (Columns{"admin.listen", "127.0.0.1:9180", "default"}));
    EXPECT_EQ(row("tiers.default.limits.rpm"),
              (Columns{"tiers.default.limits.rpm", "5", "environment RPM_LIMIT"}));
    EXPECT_EQ(row("tiers.trial.limits.requests/1d"),
              (Columns{"tiers.trial.limits.requests/1d", "500", "file"}));
    EXPECT_EQ(row(R"(tiers.trial.models["gpt-4o*"].otpm)"),
              (Columns{R"(tiers.trial.models["gpt-4o*"].otpm)", "0 (blocked)", "file"}));
    EXPECT_EQ(row("groups.acme.limits.itpm"), (Columns{"groups.acme.limits.itpm", "77", "file"}));
    EXPECT_EQ(row("upstreams[0].url"),
              (Columns{"upstreams[0].url", "https://[2001:db8::1]:8443/base", "file"}));
    EXPECT_EQ(row("upstreams[0].headers.X-Team"), (Columns{"upstreams[0].headers.X-Team", "plain", "file"}));
    EXPECT_EQ(row("unknown_keys"), (Columns{"unknown_keys", "reject", "default"}));
    EXPECT_EQ(row("timeouts_ms.drain"), (Columns{"timeouts_ms.drain", "30000", "default"}));
}

TEST(Describe, ShowsWhatIsThereWithoutLimits) {
    const std::string text =
        describe(build_from(R"({"tiers": {"t": {"models": {"*": {"rpm": 1}, "free": {}}}}})"));
    using Columns = std::vector<std::string>;
    EXPECT_EQ(columns_of(text, "tiers.t.models.free"),
              (Columns{"tiers.t.models.free", "(not limited)", "file"}));
    EXPECT_EQ(columns_of(text, "tiers.t.limits"), (Columns{"tiers.t.limits", "(not limited)", "default"}));
}

TEST(Describe, SaysWhatIsLetThroughAndHowKeysAreSent) {
    const std::string text = describe(build_from(
        R"({"other_paths": {"allow": ["/v1/models", "/v1/files*"]}, "cors": {"allowed_origins": ["https://a.example"]},
            "upstreams": [{"name": "u", "url": "https://api.anthropic.com", "api_key_env": "KEY"}],
            "tiers": {"t": {"reserve": "max_tokens"}}})",
        given));
    using Columns = std::vector<std::string>;
    const auto row = [&](const std::string& path) { return columns_of(text, path); };
    EXPECT_EQ(row("other_paths"), (Columns{"other_paths", "reject", "file"}));
    EXPECT_EQ(row("other_paths.allow"), (Columns{"other_paths.allow", "/v1/models, /v1/files*", "file"}));
    EXPECT_EQ(row("cors.allowed_origins"), (Columns{"cors.allowed_origins", "https://a.example", "file"}));
    EXPECT_EQ(row("cors.max_age_s"), (Columns{"cors.max_age_s", "600", "default"}));
    EXPECT_EQ(row("upstreams[0].key_header"), (Columns{"upstreams[0].key_header", "x-api-key", "default"}));
    EXPECT_EQ(row("upstreams[0].ask_for_usage"), (Columns{"upstreams[0].ask_for_usage", "auto", "default"}));
    EXPECT_EQ(row("tiers.t.reserve"), (Columns{"tiers.t.reserve", "max_tokens", "file"}));
    EXPECT_EQ(columns_of(describe(build_without_file()), "cors.allowed_origins"),
              (Columns{"cors.allowed_origins", "(none)", "default"}));
}

TEST(Describe, MasksSecrets) {
    const std::string text = describe(build_from(file, given));
    using Columns = std::vector<std::string>;
    EXPECT_EQ(columns_of(text, "upstreams[0].api_key"),
              (Columns{"upstreams[0].api_key", "(set, 15 characters)", "environment KEY"}));
    EXPECT_EQ(columns_of(text, "admin.token"),
              (Columns{"admin.token", "(set, 11 characters)", "environment TOKEN"}));
    EXPECT_EQ(columns_of(text, "keys[0].secret_sha256"),
              (Columns{"keys[0].secret_sha256", "01234567…", "file"}));
    EXPECT_EQ(columns_of(text, "store.url"), (Columns{"store.url", "redis://app:***@cache:6380/3", "file"}));
    for (const char* secret : {"sk-upstream-key", "admin-token", "hunter2", "hush-hush", "0123456789"}) {
        EXPECT_THAT(text, Not(HasSubstr(secret)));
    }
}

TEST(Describe, IsAligned) {
    std::istringstream lines(describe(build_without_file()));
    std::size_t column = 0;
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        ASSERT_TRUE(line.ends_with("  default")) << line;
        if (count == 0) column = line.size();
        EXPECT_EQ(line.size(), column) << line;
    }
    EXPECT_GT(count, 30U);
}

TEST(Describe, SaysNothingOfSecretsWhereThereAreMistakes) {
    const std::string hidden = "hunter2";
    for (const std::string url : {"redis://u:hunter2@", "redis://u:hunter2@host:hunter2", "hunter2://h",
                                  "redis://u@hunter2", "redis://u:%hunter2@h", "sentinel://u:hunter2@h",
                                  "unix://u:hunter2@sock", "cluster://u:hunter2@h/hunter2"}) {
        const Outcome outcome = build_from(R"({"store": {"url": ")" + url + R"("}})");
        ASSERT_FALSE(outcome.mistakes.empty()) << url;
        for (const std::string& line : lines_of(outcome.mistakes)) EXPECT_THAT(line, Not(HasSubstr(hidden)));
    }
    const Outcome cut = build_from("{\"store\": {\"url\": \"redis://u:hunter2@h\n\"}}");
    ASSERT_EQ(cut.mistakes.size(), 1U);
    EXPECT_THAT(cut.mistakes[0].message, Not(HasSubstr(hidden)));
}

TEST(Hash, IsTheSameForTheSameValues) {
    const std::string hash = config_hash(build_from(file, given).config);
    EXPECT_TRUE(std::regex_match(hash, std::regex("[0-9a-f]{12}")));
    EXPECT_EQ(hash, config_hash(build_from(file, given).config));
    EXPECT_EQ(
        config_hash(build_from(R"({"threads": 2, "log": {"level": "warn"}})").config),
        config_hash(build_from(R"({"log": {"level": "warning"}})", {.flags = {{"threads", "2"}}}).config));
    // Fixed: nodes of one version compare theirs.
    EXPECT_EQ(config_hash(build_without_file().config), "abe4bc9ef11b");
}

TEST(Hash, LeavesOutWhatIsEachNodesOwn) {
    const std::string hash = config_hash(build_without_file().config);
    const auto with = [](const char* text) { return config_hash(build_from(text).config); };
    EXPECT_EQ(with(R"({"listen": "0.0.0.0:81", "admin": {"listen": "127.0.0.1:82"}})"), hash);
    EXPECT_EQ(with(R"({"state_dir": "/tmp/weir", "threads": 3})"), hash);
    EXPECT_NE(with(R"({"unknown_keys": "reject"})"), hash);
}

TEST(Hash, ChangesWithEveryValueAndSecret) {
    const std::string before = config_hash(build_from(file, given).config);
    Given other = given;
    other.environment["KEY"] = "sk-upstream-kez";
    EXPECT_NE(config_hash(build_from(file, other).config), before);
    const std::pair<const char*, const char*> edits[]{
        {"hunter2", "hunter3"},     {"hush-hush", "hush-husk"}, {"\"rpm\": 20", "\"rpm\": 21"},
        {"abcdef\"}", "abcde0\"}"}, {"\"1d\"", "\"2d\""},       {"plain", "plaim"}};
    for (const auto& [from, to] : edits) {
        std::string edited = file;
        ASSERT_NE(edited.find(from), std::string::npos) << from;
        edited.replace(edited.find(from), std::string_view(from).size(), to);
        EXPECT_NE(config_hash(build_from(edited, given).config), before) << to;
    }
}

}  // namespace
}  // namespace weir::config
