// Four weir processes behind a real nginx, each of which can be replaced by another weir on the same ports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/child_process.hpp"

namespace weir::testing {

/// A weir of some version.
struct WeirProgram {
    std::string path;
    bool has_drain_delay = true;  ///< it knows `timeouts_ms.drain_delay`
};

/// nginx has no health checks: it asks a node until it cannot connect, then the next one, and sends nothing
/// twice.
class BalancedNodes {
public:
    static constexpr std::size_t count = 4;
    static constexpr int drain_delay_ms = 500;
    static bool available();

    /// `config`: all but addresses and the drain delay. Throws where something does not start.
    BalancedNodes(const WeirProgram& program, nlohmann::json config, std::string store_url);
    ~BalancedNodes();
    BalancedNodes(const BalancedNodes&) = delete;
    BalancedNodes& operator=(const BalancedNodes&) = delete;

    /// Where clients connect.
    std::uint16_t port() const noexcept { return port_; }
    /// SIGTERM, and `program` on the same ports once it has ended. A node without a drain delay is taken out
    /// of nginx first. Throws where it does not end well, or the new one does not get ready.
    void replace(std::size_t node, const WeirProgram& program);
    /// What all processes wrote, those that have ended too.
    std::string logs() const;

private:
    struct Node {
        std::uint16_t port = 0, admin_port = 0;
        WeirProgram program;
        std::unique_ptr<ChildProcess> process;
    };

    void start(Node& node, const WeirProgram& program);
    void write_balancer(const Node* without) const;
    void reload_balancer(const Node* without);
    bool is_ready(const Node& node) const;

    std::string folder_, store_url_, ended_logs_;
    std::uint16_t port_ = 0;
    std::vector<Node> nodes_;
    std::unique_ptr<ChildProcess> nginx_;
};

}  // namespace weir::testing
