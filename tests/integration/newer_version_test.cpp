// What a later weir may leave behind, in the state directory and in Redis: this one runs, says so, and
// destroys none of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "mock_upstream/mock_upstream.hpp"
#include "support/child_process.hpp"
#include "support/raw_client.hpp"
#include "support/redis_server.hpp"
#include "usage/sqlite.hpp"
#include "weir/clock.hpp"

namespace weir::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class AfterANewerVersion : public ::testing::Test {
protected:
    void SetUp() override {
        std::array<char, 32> folder{"/tmp/weir-newer-XXXXXX"};
        ASSERT_NE(mkdtemp(folder.data()), nullptr);
        folder_ = folder.data();
        upstream_.emplace(mock::MockOptions{});
        upstream_->start();
    }
    void TearDown() override {
        process_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    void start(const std::string& store_url) {
        json config;
        config["listen"] = "127.0.0.1:0";
        config["admin"] = {{"listen", "127.0.0.1:0"}};
        config["upstreams"] = {{{"name", "stand-in"}, {"url", upstream_->url()}}};
        config["tiers"]["default"] = {{"limits", {{"rpm", 1'000}}}};
        config["threads"] = 1;
        std::ofstream(folder_ + "/weir.json") << config.dump();
        process_.emplace(WEIR_PROGRAM, std::vector<std::string>{"--config", folder_ + "/weir.json", "--store",
                                                                store_url, "--state-dir", folder_});
        port_ = process_->port_after("listening on 127.0.0.1:");
        admin_port_ = process_->port_after("admin on 127.0.0.1:");
        ASSERT_NE(admin_port_, 0) << log();
    }
    int status_of(std::uint16_t port, const std::string& request) const {
        RawClient client(port);
        client.send(request);
        return client.read_answer().status;
    }
    bool serves() const {
        return eventually([&] {
            return status_of(port_, post("/v1/chat/completions", chat_body(), "Connection: close\r\n")) ==
                   200;
        });
    }
    void stop() {
        process_->signal(SIGTERM);
        EXPECT_EQ(process_->wait(), 0) << log();
    }
    std::string log() const { return process_->errors() + process_->output(); }
    bool says(const std::string& words) const {
        return eventually([&] { return log().find(words) != std::string::npos; });
    }
    /// The content of the only file whose name begins so, and is longer.
    std::string content_beside(const std::string& name) const {
        for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
            const std::string found = entry.path().filename();
            if (!found.starts_with(name + ".") || found.ends_with("-wal") || found.ends_with("-shm"))
                continue;
            std::ifstream file(entry.path(), std::ios::binary);
            return {std::istreambuf_iterator<char>(file), {}};
        }
        return {};
    }

    std::string folder_;
    std::optional<mock::MockUpstream> upstream_;
    std::optional<ChildProcess> process_;
    std::uint16_t port_ = 0, admin_port_ = 0;
};

TEST_F(AfterANewerVersion, ItsStateFilesAreSetAside) {
    const std::string learned = "weir learned 2 1\nsomething of the future\n";
    const std::string runtime = R"({"format": 2, "version": 7, "galaxies": {}})";
    std::ofstream(folder_ + "/learned") << learned;
    std::ofstream(folder_ + "/runtime.json") << runtime;
    {
        usage::Connection usage(folder_ + "/usage.sqlite");
        usage.run("CREATE TABLE of_the_future (what TEXT); PRAGMA user_version = 9");
    }
    std::ifstream file(folder_ + "/usage.sqlite", std::ios::binary);
    const std::string usage(std::istreambuf_iterator<char>(file), {});
    start("memory");
    EXPECT_TRUE(serves());
    stop();
    EXPECT_EQ(content_beside("learned"), learned);
    EXPECT_EQ(content_beside("runtime.json"), runtime);
    EXPECT_EQ(content_beside("usage.sqlite"), usage);
    EXPECT_THAT(log(), HasSubstr("learned: a newer weir wrote"));
    EXPECT_THAT(log(), HasSubstr("runtime.json can't be used: a newer weir wrote it, format 2"));
    EXPECT_THAT(log(), HasSubstr("a newer weir wrote it, schema 9"));
}

TEST_F(AfterANewerVersion, WhatItWroteToRedisStays) {
    if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
    const RedisServer redis;
    const std::string now_s = redis.list({"TIME"}).front();
    const std::map<std::string, std::map<std::string, std::string>> planted{
        {"weir:1:{runtime}",
         {{"@version", "3"},
          {"@revision", "abc"},
          {"@history", "3:abc"},
          {"@shape", "9"},
          {"galaxy/milky-way", R"({"stars": 4})"},
          {"tier/future", R"({"limits": {"rpm": 5}, "warp_factor": 9})"}}},
        {"weir:1:{nodes}:heartbeats", {{"n:later", now_s + "000000 1 more"}, {"zone:a", "of the future"}}},
        {"weir:2:{nodes}:heartbeats", {{"n:later", "?"}}}};
    for (const auto& [key, fields] : planted) {
        for (const auto& [field, value] : fields) redis.command({"HSET", key, field, value});
    }
    for (const char* path : {"@floor", "galaxy/milky-way", "tier/future"})
        redis.command({"ZADD", "weir:1:{runtime}:changes", "3", path});
    redis.command({"ZADD", "weir:2:{a1}:key:test-key:60000000", "-1", "of the future"});
    redis.command(
        {"HSET", "weir:1:{runtime}:nodes", "later", now_s + R"(000000 {"name": 5, "galaxies": []})"});

    start("redis://127.0.0.1:" + std::to_string(redis.port()));
    EXPECT_TRUE(serves());
    EXPECT_TRUE(says("the figures of node later can't be read")) << log();
    EXPECT_TRUE(says("left out, for it does not fit: galaxy/milky-way")) << log();
    const auto changed = [&] {
        const std::string body = R"({"limits": {"rpm": 7}})";
        return status_of(admin_port_,
                         "PUT /admin/tiers/new HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                         "Content-Type: application/json\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n" + body) == 200;
    };
    EXPECT_TRUE(eventually(changed)) << log();
    stop();
    for (const auto& [key, fields] : planted) {
        for (const auto& [field, value] : fields) {
            if (field == "@version" || field == "@revision" || field == "@history") continue;
            EXPECT_EQ(redis.command({"HGET", key, field}), value) << key << ' ' << field;
        }
    }
    EXPECT_EQ(redis.command({"HGET", "weir:1:{runtime}", "@version"}), "4");
    EXPECT_EQ(redis.list({"ZRANGE", "weir:2:{a1}:key:test-key:60000000", "0", "-1"}).at(0), "of the future");
}

}  // namespace
}  // namespace weir::testing
