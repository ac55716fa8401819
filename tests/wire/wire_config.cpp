// Merges, and asks config::build_config.
#include "wire/wire_config.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace weir::testing {

namespace {

const std::string usual_document = R"({
  "listen": "127.0.0.1:0",
  "upstreams": [{"name": "mock", "url": "$URL"}],
  "tiers": {"default": {"limits": {"more": [
    {"dimension": "requests", "limit": 1000000, "window": "1h"},
    {"dimension": "input_tokens", "limit": 1000000000, "window": "1h"},
    {"dimension": "output_tokens", "limit": 1000000000, "window": "1h"}]}}},
  "log": {"access": false}
})";

const std::string known_keys = R"("unknown_keys": "reject", "keys": [
    {"id": "test", "secret_sha256": "62af8704764faf8ea82fc61ce9c4c3908b6cb97d463a634e9e587d7c885db0ef"},
    {"id": "other", "secret_sha256": "580843d03d2216ff1a275d0991bad66e4d1af871171d929e9de604b7959f9bca"}])";

std::string with_url(std::string text, const std::string& url) {
    const std::string mark = "$URL";
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += url.size())
        text.replace(at, mark.size(), url);
    return text;
}

}  // namespace

const std::string keys_required = "{" + known_keys + "}";
const std::string key_injected =
    R"({"upstreams": [{"name": "mock", "url": "$URL", "api_key_env": "WIRE_KEY"}], )" + known_keys + "}";

std::string tier_with(const std::string& limit, const std::string& more) {
    return R"({"tiers": {"default": {"limits": {)" + limit + "}" + (more.empty() ? "" : ", ") + more + "}}}";
}

config::Config wire_config(const std::string& patch, std::uint16_t upstream_port) {
    const std::string url = "http://127.0.0.1:" + std::to_string(upstream_port);
    auto document = nlohmann::json::parse(with_url(usual_document, url));
    document.merge_patch(nlohmann::json::parse(with_url(patch, url)));
    config::Sources sources;
    sources.file_text = document.dump();
    sources.environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "WIRE_KEY") return "injected-key";
        return std::nullopt;
    };
    config::Outcome outcome = config::build_config(sources);
    for (const config::Mistake& mistake : outcome.mistakes)
        ADD_FAILURE() << "configuration: " << mistake.where << ": " << mistake.message;
    return std::move(outcome.config);
}

}  // namespace weir::testing
