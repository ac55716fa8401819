// Several weir processes over one store, as a test's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/child_process.hpp"

namespace weir::testing {

/// Started with free ports and one io thread each; killed at the end.
class WeirNodes {
public:
    /// One node for each store URL. `config` is the rest of the configuration, the upstream's limits
    /// included; where `upstream_url` is empty, it names the upstreams itself. Throws where one does not
    /// start.
    WeirNodes(const std::vector<std::string>& store_urls, const std::string& upstream_url,
              nlohmann::json config);
    ~WeirNodes();
    WeirNodes(const WeirNodes&) = delete;
    WeirNodes& operator=(const WeirNodes&) = delete;

    std::size_t size() const noexcept { return nodes_.size(); }
    std::uint16_t port(std::size_t node) const { return nodes_.at(node).port; }
    std::uint16_t admin_port(std::size_t node) const { return nodes_.at(node).admin_port; }
    /// What all nodes were started with; a reload reads it again.
    const std::string& config_file() const noexcept { return file_; }
    ChildProcess& process(std::size_t node) { return nodes_.at(node).process; }
    /// SIGTERM, and what it wrote on its standard output.
    std::string stop(std::size_t node);

    /// A line of /metrics by its beginning, as a number; 0 where there is none.
    std::int64_t metric(std::size_t node, const std::string& name) const;
    /// "redis", or what decides without it. Polls, with a deadline.
    bool becomes(std::size_t node, const std::string& mode) const;
    bool all_become(const std::string& mode) const;

private:
    struct Node {
        Node(const std::string& file, const std::string& store_url, const std::string& state_dir)
            : process(WEIR_PROGRAM, {"--config", file, "--store", store_url, "--state-dir", state_dir}) {}
        ChildProcess process;
        std::uint16_t port = 0;
        std::uint16_t admin_port = 0;
    };

    std::string folder_, file_;
    std::deque<Node> nodes_;
};

/// A machine that others use, too, or a sanitizer: tests last no longer than they must.
bool in_a_hurry();

}  // namespace weir::testing
