// What is said at the start.
#include "observe/start_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::observe {
namespace {

using testing::ElementsAre;

TEST(StartLines, SayWhatListensAndWhatIsInForce) {
    const StartFacts facts{.version = "0.1.0",
                           .listen = "0.0.0.0:8000",
                           .tls = true,
                           .threads = 4,
                           .admin = "127.0.0.1:9180",
                           .admin_has_token = true,
                           .store = "redis://redis:6379/0",
                           .upstreams = {"openai (https://api.openai.com)"},
                           .config_path = "/etc/weir/weir.json",
                           .config_hash = "abc",
                           .keys = 12,
                           .tiers = 2,
                           .groups = 1,
                           .runtime_objects = 3,
                           .runtime_version = 7,
                           .state_dir = "/var/lib/weir"};
    EXPECT_THAT(
        start_lines(facts),
        ElementsAre("weir 0.1.0: listening on 0.0.0.0:8000 (TLS) with 4 threads",
                    "admin on 127.0.0.1:9180 (with a token)", "upstream: openai (https://api.openai.com)",
                    "store: redis://redis:6379/0",
                    "configuration abc from /etc/weir/weir.json: 12 keys, 2 tiers, 1 group; unknown keys are "
                    "rejected",
                    "runtime layer: 3 objects in version 7 over the configuration", "state: /var/lib/weir"));
}

TEST(StartLines, OfTheDefaults) {
    const StartFacts facts{.version = "0.1.0",
                           .listen = "127.0.0.1:8000",
                           .threads = 1,
                           .admin = "127.0.0.1:9180",
                           .store = "memory",
                           .upstreams = {"a (http://a)", "b (http://b)"},
                           .config_path = {},
                           .config_hash = "abc",
                           .tiers = 1,
                           .unknown_keys_pass = true,
                           .state_dir = {}};
    const auto lines = start_lines(facts);
    EXPECT_EQ(lines[0], "weir 0.1.0: listening on 127.0.0.1:8000 with 1 thread");
    EXPECT_EQ(lines[1], "admin on 127.0.0.1:9180 (without a token)");
    EXPECT_EQ(lines[2], "upstreams: a (http://a), b (http://b)");
    EXPECT_EQ(
        lines[4],
        "configuration abc from defaults, no file: 0 keys, 1 tier, 0 groups; unknown keys have the limits of "
        "the default tier");
    ASSERT_EQ(lines.size(), 6U);
    EXPECT_EQ(lines[5], "runtime layer: nothing lies over the configuration");
}

}  // namespace
}  // namespace weir::observe
