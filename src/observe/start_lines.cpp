// Sentences out of facts.
#include "observe/start_lines.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include <string_view>

namespace weir::observe {

namespace {

/// "1 key", "3 keys".
std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace

std::vector<std::string> start_lines(const StartFacts& facts) {
    std::vector<std::string> lines;
    lines.push_back(fmt::format("weir {}: listening on {}{} with {}", facts.version, facts.listen,
                                facts.tls ? " (TLS)" : "", counted(facts.threads, "thread")));
    lines.push_back(fmt::format("admin on {} ({})", facts.admin,
                                facts.admin_has_token ? "with a token" : "without a token"));
    lines.push_back(fmt::format("upstream{}: {}", facts.upstreams.size() == 1 ? "" : "s",
                                fmt::join(facts.upstreams, ", ")));
    lines.push_back(fmt::format("store: {}", facts.store));
    lines.push_back(
        fmt::format("configuration {} from {}: {}, {}, {}; unknown keys {}", facts.config_hash,
                    facts.config_path.empty() ? "defaults, no file" : facts.config_path,
                    counted(facts.keys, "key"), counted(facts.tiers, "tier"), counted(facts.groups, "group"),
                    facts.unknown_keys_pass ? "have the limits of the default tier" : "are rejected"));
    lines.push_back(facts.runtime_objects == 0
                        ? "runtime layer: nothing lies over the configuration"
                        : fmt::format("runtime layer: {} in version {} over the configuration",
                                      counted(facts.runtime_objects, "object"), facts.runtime_version));
    if (!facts.state_dir.empty()) lines.push_back(fmt::format("state: {}", facts.state_dir));
    return lines;
}

}  // namespace weir::observe
