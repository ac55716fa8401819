// Every file in config/ is right, and says what its README says of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "unit/config/sources.hpp"

namespace weir::config {
namespace {

namespace fs = std::filesystem;

const Given given{.environment = {{"OPENAI_API_KEY", "sk-1"},
                                  {"OPENAI_API_KEY_2", "sk-3"},
                                  {"AZURE_OPENAI_API_KEY", "sk-4"},
                                  {"VLLM_API_KEY", "sk-2"},
                                  {"WEIR_ADMIN_TOKEN", "t"}},
                  .flags = {},
                  .files = {},
                  .terminal = false};

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

Config example(const std::string& name) {
    return build_from(content_of(fs::path(WEIR_EXAMPLES) / name), given).config;
}

TEST(Examples, AllParse) {
    std::size_t count = 0;
    const std::string readme = content_of(fs::path(WEIR_EXAMPLES) / "README.md");
    for (const auto& entry : fs::directory_iterator(WEIR_EXAMPLES)) {
        if (entry.path().extension() != ".json") continue;
        ++count;
        EXPECT_THAT(lines_of(build_from(content_of(entry.path()), given).mistakes), testing::IsEmpty())
            << entry.path();
        const std::string name = entry.path().filename();
        EXPECT_NE(readme.find("](" + name + ")"), std::string::npos) << name << " is not in the README";
    }
    EXPECT_GE(count, 5U);
}

TEST(Examples, TheDemoGivesEachKeyTwentyRequestsAMinute) {
    const Config demo = example("demo.json");
    EXPECT_EQ(demo.listen.address, "127.0.0.1");
    EXPECT_EQ(demo.unknown_keys, UnknownKeys::default_tier);
    EXPECT_EQ(demo.tiers.at("default").limits.at(0), (LimitSpec{Dimension::requests, 20, 60'000'000}));
}

TEST(Examples, ThoseWithAnInjectedKeyRejectUnknownOnes) {
    for (const char* name : {"team.json", "upstreams.json", "vllm.json"}) {
        const Config config = example(name);
        EXPECT_FALSE(config.upstreams[0].api_key.empty()) << name;
        EXPECT_EQ(config.unknown_keys, UnknownKeys::reject) << name;
        EXPECT_FALSE(config.keys.empty()) << name;
    }
}

TEST(Examples, ThatOfSeveralUpstreamsIsAsItsReadmeSays) {
    const Outcome outcome = build_from(content_of(fs::path(WEIR_EXAMPLES) / "upstreams.json"), given);
    EXPECT_THAT(lines_of(outcome.warnings), testing::IsEmpty());
    const std::vector<Upstream>& upstreams = outcome.config.upstreams;
    ASSERT_EQ(upstreams.size(), 4U);
    EXPECT_EQ(upstreams[2].key_header, KeyHeader::api_key);
    EXPECT_EQ(upstreams[2].models.at(0), (ServedModels{"gpt-4o", "my-deployment"}));
    EXPECT_EQ(upstreams[3].timeouts.connect_ms, 1000);
    EXPECT_EQ(upstreams[3].timeouts.write_ms, outcome.config.timeouts.write_ms);
}

}  // namespace
}  // namespace weir::config
