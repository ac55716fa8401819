// What answers teach, on real processes: estimates and reservations follow, other nodes hear of it, and a
// restart forgets nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "mock_upstream/mock_upstream.hpp"
#include "support/child_process.hpp"
#include "support/raw_client.hpp"
#include "support/redis_server.hpp"
#include "weir_nodes.hpp"

namespace weir::testing {
namespace {

using nlohmann::json;

constexpr std::int64_t counted_input = 1'300;
constexpr int answers = 25;

/// About a thousand tokens.
std::string long_content() {
    std::string content;
    for (int i = 0; i < 1'000; ++i) content += "water ";
    return content;
}

/// Of the admin port: without a token only names of this machine are answered there.
std::string body_of(std::uint16_t port, const std::string& path) {
    RawClient client(port);
    client.send(
        "GET " + path +
        " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer test-key\r\nConnection: close\r\n\r\n");
    RawAnswer answer = client.read_answer();
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
}

json config_with(std::int64_t output_default) {
    json config;
    config["tiers"]["default"] = {{"limits", {{"itpm", 100'000'000}, {"otpm", 100'000}}},
                                  {"output_default", output_default}};
    config["store"] = {{"timeout_ms", 5'000}};
    config["log"] = {{"access", false}};
    return config;
}

mock::MockOptions provider() {
    mock::MockOptions options;
    options.knobs.input_tokens = counted_input;
    options.knobs.tokens = 50;
    return options;
}

class LearningTest : public ::testing::TestWithParam<bool> {
protected:
    void SetUp() override {
        if (uses_redis() && !RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        if (uses_redis()) server_.emplace();
        upstream_.start();
    }
    static bool uses_redis() { return GetParam(); }
    std::string store_url() const {
        return uses_redis() ? "redis://127.0.0.1:" + std::to_string(server_->port()) : "memory";
    }
    std::string upstream_url() const { return "http://127.0.0.1:" + std::to_string(upstream_.port()); }
    void start(std::size_t count, std::int64_t output_default = 1'024) {
        nodes_.emplace(std::vector<std::string>(count, store_url()), upstream_url(),
                       config_with(output_default));
        ASSERT_TRUE(nodes_->all_become(uses_redis() ? "redis" : "memory"));
    }
    /// Until the node has counted them, too.
    void chat(std::size_t node, int times = 1) const {
        const std::int64_t counted = answered(node);
        for (int i = 0; i < times; ++i) {
            RawClient client(nodes_->port(node));
            client.send(post("/v1/chat/completions", chat_body(",\"max_tokens\":4000", long_content()),
                             "Connection: close\r\n"));
            ASSERT_EQ(client.read_answer().status, 200);
        }
        ASSERT_TRUE(eventually([&] { return answered(node) == counted + times; }));
    }
    std::int64_t answered(std::size_t node) const {
        return nodes_->metric(node, "weir_requests_total{outcome=\"served\"}");
    }
    std::int64_t reserved(std::size_t node, const std::string& direction) const {
        return nodes_->metric(node, "weir_tokens_total{direction=\"" + direction + "\",kind=\"reserved\"}");
    }
    /// Of one request more.
    std::int64_t reserved_next(std::size_t node, const std::string& direction) const {
        const std::int64_t before = reserved(node, direction);
        chat(node);
        EXPECT_TRUE(eventually([&] { return reserved(node, direction) > before; }));
        return reserved(node, direction) - before;
    }
    json models(std::size_t node) const {
        return json::parse(body_of(nodes_->admin_port(node), "/admin/models"))["models"];
    }
    std::int64_t answers_known(std::size_t node) const {
        const json known = models(node);
        return known.empty() ? 0 : known[0]["answers"].get<std::int64_t>();
    }

    std::optional<RedisServer> server_;
    mock::MockUpstream upstream_{provider()};
    std::optional<WeirNodes> nodes_;
};

TEST_P(LearningTest, EstimatesAndReservationsFollowTheAnswers) {
    start(1);
    const std::int64_t estimated = reserved_next(0, "input");
    ASSERT_LT(estimated, counted_input * 95 / 100);
    EXPECT_EQ(reserved(0, "output"), 1'024) << "nothing is known yet";
    chat(0, answers);
    EXPECT_NEAR(static_cast<double>(reserved_next(0, "input")), counted_input, 0.01 * counted_input);
    const std::int64_t output = reserved_next(0, "output");
    EXPECT_GE(output, 48);
    EXPECT_LE(output, 63);
    const json known = models(0);
    ASSERT_EQ(known.size(), 1U);
    EXPECT_EQ(known[0]["upstream"], "stand-in");
    EXPECT_GT(known[0]["factor"].get<double>(), 1.05);
    EXPECT_GE(known[0]["output_tokens"]["p90"].get<std::int64_t>(), 48);
    EXPECT_THAT(body_of(nodes_->admin_port(0), "/metrics"),
                ::testing::HasSubstr("weir_estimate_calibration{upstream=\"stand-in\",model=\""));
    EXPECT_EQ(nodes_->metric(0, "weir_learned{what=\"output_lengths\"}"), 1);
}

TEST_P(LearningTest, OtherNodesHearOfIt) {
    if (!uses_redis()) GTEST_SKIP() << "each is alone";
    start(2);
    chat(0, answers);
    EXPECT_TRUE(eventually([&] { return answers_known(1) == answers; }));
    EXPECT_NEAR(static_cast<double>(reserved_next(1, "input")), counted_input, 0.01 * counted_input);
    EXPECT_TRUE(eventually([&] { return answers_known(0) == answers + 1; })) << "both have seen one";
    EXPECT_EQ(answers_known(1), answers + 1) << "nothing comes back as an echo";
}

TEST_P(LearningTest, AnAnswerThatExceedsItsReservationReservesMoreAsItGoes) {
    start(1, 16);
    RawClient client(nodes_->port(0));
    client.send(post("/v1/chat/completions", chat_body(",\"stream\":true"),
                     "x-mock-tokens: 400\r\nx-mock-chunk-delay-ms: 25\r\nConnection: close\r\n"));
    const auto used = [&] {
        const json limits = json::parse(body_of(nodes_->port(0), "/weir/limits"))["limits"];
        for (const json& limit : limits) {
            if (limit["name"] == "key/output_tokens/1m") return limit["used"].get<std::int64_t>();
        }
        return std::int64_t{0};
    };
    // Long before a third of the lease has passed, which is 20 s.
    EXPECT_TRUE(eventually([&] { return used() > 100; }, 8'000));
    EXPECT_EQ(client.read_answer().status, 200);
    EXPECT_TRUE(eventually([&] { return used() == 400; }));
}

INSTANTIATE_TEST_SUITE_P(Stores, LearningTest, ::testing::Values(false, true),
                         [](const auto& store) { return store.param ? "redis" : "memory"; });

/// One node that is stopped and started again in the same directory.
class RestartedWeir : public ::testing::Test {
protected:
    RestartedWeir() {
        std::array<char, 32> folder{"/tmp/weir-learned-XXXXXX"};
        folder_ = mkdtemp(folder.data());
        upstream_.start();
        json config = config_with(1'024);
        config["listen"] = "127.0.0.1:0";
        config["admin"] = {{"listen", "127.0.0.1:0"}};
        config["threads"] = 1;
        config["upstreams"] = {
            {{"name", "stand-in"}, {"url", "http://127.0.0.1:" + std::to_string(upstream_.port())}}};
        std::ofstream(folder_ + "/weir.json") << config.dump();
    }
    ~RestartedWeir() override {
        process_.reset();
        std::filesystem::remove_all(folder_);
    }
    void start() {
        process_.emplace(WEIR_PROGRAM, std::vector<std::string>{"--config", folder_ + "/weir.json",
                                                                "--state-dir", folder_});
        port_ = process_->port_after("listening on 127.0.0.1:");
        admin_port_ = process_->port_after("admin on 127.0.0.1:");
        ASSERT_NE(admin_port_, 0);
    }
    void stop() {
        process_->signal(SIGTERM);
        EXPECT_EQ(process_->wait(), 0);
    }
    json models() const { return json::parse(body_of(admin_port_, "/admin/models"))["models"]; }

    mock::MockUpstream upstream_{provider()};
    std::string folder_;
    std::optional<ChildProcess> process_;
    std::uint16_t port_ = 0, admin_port_ = 0;
};

TEST_F(RestartedWeir, KnowsWhatItHadLearned) {
    start();
    for (int i = 0; i < answers; ++i) {
        RawClient client(port_);
        client.send(post("/v1/chat/completions", chat_body("", long_content()), "Connection: close\r\n"));
        ASSERT_EQ(client.read_answer().status, 200);
    }
    ASSERT_TRUE(eventually([&] { return !models().empty() && models()[0]["answers"] == answers; }));
    const json before = models();
    stop();
    start();
    const json after = models();
    ASSERT_EQ(after.size(), 1U);
    EXPECT_EQ(after[0]["answers"], before[0]["answers"]);
    EXPECT_NEAR(after[0]["factor"].get<double>(), before[0]["factor"].get<double>(), 1e-3);
    EXPECT_GT(after[0]["factor"].get<double>(), 1.05);
}

TEST_F(RestartedWeir, IgnoresWhatItCannotRead) {
    for (const char* content : {"", "nonsense", "weir learned 1 1700000000000000\nopenai/m/30/1000\n",
                                "weir learned 1 -5\nopenai/m/30/1000/1500000\n"}) {
        std::ofstream(folder_ + "/learned") << content;
        start();
        EXPECT_TRUE(models().empty()) << content;
        EXPECT_THAT(process_->errors() + process_->output(), ::testing::HasSubstr("can't be read"))
            << content;
        stop();
    }
}

}  // namespace
}  // namespace weir::testing
