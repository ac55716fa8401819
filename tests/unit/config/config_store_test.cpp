// Loading, reloading, and keeping the old.
#include "config/config_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include <filesystem>
#include <fstream>
#include <thread>

#include "config/files.hpp"
#include "unit/config/sources.hpp"

namespace weir::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ConfigStores : public testing::Test {
protected:
    ~ConfigStores() override { std::filesystem::remove_all(folder_); }

    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    void write(const std::string& name, const std::string& content) const {
        std::ofstream(path(name)) << content;
    }
    std::string config_with_key() const {
        return R"({"upstreams": [{"name": "u", "url": "http://u", "api_key_file": ")" + path("key") +
               R"("}]})";
    }

private:
    static std::string make_folder() {
        std::string name = std::filesystem::temp_directory_path() / "weir_config.XXXXXX";
        return mkdtemp(name.data());
    }
    const std::string folder_ = make_folder();
};

TEST_F(ConfigStores, HaveNothingBeforeTheyAreLoaded) {
    ConfigStore store({.path = ""});
    EXPECT_EQ(store.current(), nullptr);
    EXPECT_THAT(store.load().mistakes, IsEmpty());
    ASSERT_NE(store.current(), nullptr);
    EXPECT_EQ(store.current()->upstreams.size(), 1U);
}

TEST_F(ConfigStores, SayWhatIsWrongAtTheStart) {
    write("weir.json", R"({"threads": -1})");
    ConfigStore store({.path = path("weir.json")});
    EXPECT_THAT(lines_of(store.load().mistakes),
                ElementsAre("$.threads: expected an integer from 0 to 1024"));
    EXPECT_EQ(store.current(), nullptr);
}

TEST_F(ConfigStores, SayWhyAFileCanNotBeRead) {
    write("secret.json", "{}");
    std::filesystem::permissions(path("secret.json"), std::filesystem::perms::none);
    const std::pair<std::string, std::string> rows[]{{path("missing.json"), "No such file or directory"},
                                                     {path(""), "Is a directory"},
                                                     {"/dev/zero", "it is larger than 16777216 bytes"},
                                                     {path("secret.json"), "Permission denied"}};
    for (const auto& [file, why] : rows) {
        if (why == "Permission denied" && ::geteuid() == 0) continue;  // nothing is denied to root
        ConfigStore store({.path = file});
        EXPECT_THAT(lines_of(store.load().mistakes), ElementsAre(file + ": can't be read: " + why));
    }
}

TEST_F(ConfigStores, ReloadPublishesANewSnapshot) {
    write("weir.json", R"({"tiers": {"default": {"limits": {"rpm": 1}}}})");
    ConfigStore store({.path = path("weir.json")});
    store.load();
    const auto before = store.current();
    write("weir.json", R"({"tiers": {"default": {"limits": {"rpm": 2}}}})");
    EXPECT_THAT(store.reload(), IsEmpty());
    EXPECT_EQ(before->tiers.at("default").limits[0].limit, 1);
    EXPECT_EQ(store.current()->tiers.at("default").limits[0].limit, 2);
    EXPECT_THAT(store.notes(), IsEmpty());
}

TEST_F(ConfigStores, ReloadWithMistakesChangesNothing) {
    write("weir.json", R"({"tiers": {"default": {"limits": {"rpm": 1}}}})");
    ConfigStore store({.path = path("weir.json")});
    store.load();
    const auto before = store.current();
    write("weir.json", R"({"tiers": {"default": {"limits": {"rpm": 2}}}, "thread": 1})");
    EXPECT_THAT(lines_of(store.reload()),
                ElementsAre(R"($.thread: is not a known field; did you mean "threads"?)"));
    EXPECT_EQ(store.current(), before);
    std::filesystem::remove(path("weir.json"));
    EXPECT_EQ(store.reload().size(), 1U);
    EXPECT_EQ(store.current(), before);
}

TEST_F(ConfigStores, ReloadReadsKeyFilesAgain) {
    write("weir.json", config_with_key());
    write("key", "sk-old\n");
    ConfigStore store({.path = path("weir.json")});
    EXPECT_THAT(store.load().mistakes, IsEmpty());
    EXPECT_EQ(store.current()->upstreams[0].api_key, "sk-old");
    write("key", "sk-new\n");
    EXPECT_THAT(store.reload(), IsEmpty());
    EXPECT_EQ(store.current()->upstreams[0].api_key, "sk-new");
    write("key", "");
    EXPECT_EQ(store.reload().size(), 1U);
    EXPECT_EQ(store.current()->upstreams[0].api_key, "sk-new");
}

TEST_F(ConfigStores, FilesThatOthersUnderstandAreLookedAtLastAndEachTime) {
    write("weir.json", config_with_key());
    write("key", "sk-1");
    std::vector<Mistake> found;
    ConfigPlace place{.path = path("weir.json")};
    place.mistakes_in_files = [&](const Config& config) {
        EXPECT_EQ(config.upstreams.at(0).api_key, "sk-1");
        return found;
    };
    ConfigStore store(std::move(place));
    EXPECT_THAT(store.load().mistakes, IsEmpty());
    const auto before = store.current();
    found = {{"$.upstreams[0].tls.ca_file", "is empty"}};
    EXPECT_THAT(lines_of(store.reload()), ElementsAre("$.upstreams[0].tls.ca_file: is empty"));
    EXPECT_EQ(store.current(), before);
    write("key", "");
    EXPECT_THAT(lines_of(store.reload()), ElementsAre(testing::HasSubstr("api_key_file")))
        << "first the others";
}

TEST_F(ConfigStores, ReloadReadsVariablesAgain) {
    write("weir.json", R"({"upstreams": [{"name": "u", "url": "http://u", "api_key_env": "K"}]})");
    std::string key = "sk-old";
    ConfigStore store({.path = path("weir.json"), .flags = {}, .environment = [&](const std::string& name) {
                           return name == "K" ? std::optional(key) : std::nullopt;
                       }});
    store.load();
    key = "sk-new";
    store.reload();
    EXPECT_EQ(store.current()->upstreams[0].api_key, "sk-new");
}

TEST_F(ConfigStores, ReloadChangesWhoMayUseTheAdminApi) {
    const auto with_tokens = [&](const std::string& access) {
        return R"({"admin": {"tokens": [{"name": "ops", "access": ")" + access + R"(", "token_file": ")" +
               path("token") + R"("}]}})";
    };
    write("weir.json", with_tokens("read"));
    write("token", "the-token-from-before\n");
    ConfigStore store({.path = path("weir.json")});
    EXPECT_THAT(store.load().mistakes, IsEmpty());
    EXPECT_THAT(store.current()->admin_tokens,
                ElementsAre(AdminToken{"ops", "the-token-from-before", false}));
    write("weir.json", with_tokens("write"));
    write("token", "the-token-from-now-on\n");
    EXPECT_THAT(store.reload(), IsEmpty());
    EXPECT_THAT(store.notes(), IsEmpty());
    EXPECT_THAT(store.current()->admin_tokens, ElementsAre(AdminToken{"ops", "the-token-from-now-on", true}));
}

TEST_F(ConfigStores, WhatNeedsARestartKeepsItsValueAndIsToldSo) {
    write("weir.json", R"({"listen": "127.0.0.1:1", "limits_of_weir": {"max_connections": 7}})");
    ConfigStore store({.path = path("weir.json"), .flags = {{"threads", "3"}}});
    store.load();
    write("weir.json",
          R"({"listen": "127.0.0.1:2", "admin": {"listen": "127.0.0.1:3"}, "threads": 9, "state_dir": "/x",
        "store": {"url": "redis://h", "timeout_ms": 5, "on_failure": "open", "max_ledgers": 5},
        "cluster": {"nodes": 2}, "tls": {"cert_file": "/c", "key_file": "/k"}, "log": {"level": "debug"},
        "timeouts_ms": {"idle": 5}})");
    EXPECT_THAT(store.reload(), IsEmpty());
    const auto config = store.current();
    EXPECT_EQ(config->listen.port, 1);
    EXPECT_EQ(config->admin_listen.port, 9180);
    EXPECT_EQ(config->threads, 3);
    EXPECT_EQ(config->store, StoreUrl{});
    EXPECT_EQ(config->store_timeout_ms, 100);
    EXPECT_EQ(config->tls_cert_file, "/c");
    EXPECT_EQ(config->limits_of_weir.max_connections, 7);
    EXPECT_EQ(config->log_level, "debug");
    EXPECT_EQ(config->timeouts.idle_ms, 5);
    std::vector<std::string> noted;
    for (const Mistake& note : store.notes()) noted.push_back(note.where);
    // Not threads: the flag still says the same.
    EXPECT_THAT(noted, ElementsAre("$.listen", "$.admin.listen", "$.state_dir", "$.store.url",
                                   "$.store.timeout_ms", "$.store.on_failure", "$.store.max_ledgers",
                                   "$.cluster.nodes", "$.limits_of_weir.max_connections"));
}

TEST_F(ConfigStores, ComeThroughAPipeAtTheStartAndNeverAgain) {
    ASSERT_EQ(::mkfifo(path("weir.json").c_str(), 0600), 0);
    ConfigStore store({.path = path("weir.json")});
    std::thread writer([&] { write("weir.json", R"({"tiers": {"default": {"limits": {"rpm": 1}}}})"); });
    EXPECT_THAT(store.load().mistakes, IsEmpty());
    writer.join();
    const auto before = store.current();
    ASSERT_NE(before, nullptr);
    EXPECT_EQ(before->tiers.at("default").limits[0].limit, 1);
    // Nobody writes any more: to wait for it would be to wait for ever.
    EXPECT_THAT(lines_of(store.reload()),
                ElementsAre(path("weir.json") + ": can't be read: it is no regular file"));
    EXPECT_EQ(store.current(), before);
}

TEST_F(ConfigStores, ReloadWaitsForNoSecretFile) {
    write("weir.json", config_with_key());
    write("key", "sk-old");
    ConfigStore store({.path = path("weir.json")});
    ASSERT_THAT(store.load().mistakes, IsEmpty());
    std::filesystem::remove(path("key"));
    ASSERT_EQ(::mkfifo(path("key").c_str(), 0600), 0);
    EXPECT_THAT(lines_of(store.reload()), ElementsAre(testing::HasSubstr("it is no regular file")));
    EXPECT_EQ(store.current()->upstreams[0].api_key, "sk-old");
}

TEST_F(ConfigStores, ReadRegularFilesWithinABound) {
    write("ten", "0123456789");
    EXPECT_EQ(read_regular_file(path("ten"), 10).text, "0123456789");
    EXPECT_EQ(read_regular_file(path("ten"), 9).text, std::nullopt);
    EXPECT_EQ(read_regular_file(path("ten"), 9).why, "it is larger than 9 bytes");
    std::filesystem::create_symlink(path("ten"), path("link"));
    EXPECT_EQ(read_regular_file(path("link"), 10).text, "0123456789");
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    for (const std::string& other : {path("pipe"), std::string("/dev/zero"), std::string("/dev/null")}) {
        EXPECT_EQ(read_regular_file(other, 10).text, std::nullopt) << other;
        EXPECT_EQ(read_regular_file(other, 10).why, "it is no regular file") << other;
    }
    EXPECT_EQ(read_regular_file("/", 10).why, "Is a directory");
    EXPECT_EQ(read_regular_file(path("none"), 10).why, "No such file or directory");
}

TEST(FilesAtTheStart, MayBeDevicesAndAreBounded) {
    EXPECT_EQ(read_file_at_start("/dev/null").text, "");
    EXPECT_EQ(read_file_at_start("/dev/zero").text, std::nullopt);
    EXPECT_EQ(read_file_at_start("/").why, "Is a directory");
}

TEST(ProcessEnvironment, IsRead) {
    EXPECT_EQ(process_environment("WEIR_SURELY_NOT_SET"), std::nullopt);
    EXPECT_TRUE(process_environment("PATH").has_value());
}

}  // namespace
}  // namespace weir::config
