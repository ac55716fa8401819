// Files, processes, and /metrics read line by line.
#include "weir_nodes.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/raw_client.hpp"
#include "support/sanitized.hpp"

namespace weir::testing {

WeirNodes::WeirNodes(const std::vector<std::string>& store_urls, const std::string& upstream_url,
                     nlohmann::json config) {
    std::array<char, 32> folder{"/tmp/weir-nodes-XXXXXX"};
    if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder for the configuration");
    folder_ = folder.data();
    config["listen"] = "127.0.0.1:0";
    config["admin"] = {{"listen", "127.0.0.1:0"}};
    config["threads"] = 1;
    if (!upstream_url.empty()) {
        nlohmann::json& upstream = config["upstreams"][0];
        upstream["name"] = "stand-in";
        upstream["url"] = upstream_url;
    }
    file_ = folder_ + "/weir.json";
    std::ofstream(file_) << config.dump(2);
    for (const std::string& url : store_urls) {
        const std::string state_dir = folder_ + "/node-" + std::to_string(nodes_.size());
        std::filesystem::create_directory(state_dir);
        nodes_.emplace_back(file_, url, state_dir);
    }
    for (Node& node : nodes_) {
        node.port = node.process.port_after("listening on 127.0.0.1:");
        node.admin_port = node.process.port_after("admin on 127.0.0.1:");
        if (node.port == 0 || node.admin_port == 0) throw std::runtime_error(node.process.errors());
    }
}

WeirNodes::~WeirNodes() {
    nodes_.clear();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string WeirNodes::stop(std::size_t node) {
    ChildProcess& process = nodes_.at(node).process;
    process.signal(SIGTERM);
    process.wait();
    return process.output();
}

std::int64_t WeirNodes::metric(std::size_t node, const std::string& name) const {
    RawClient client(nodes_.at(node).admin_port);
    // Without a token only names of this machine are answered.
    client.send("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    std::istringstream lines(client.read_answer().body);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name + " ")) return std::stoll(line.substr(name.size() + 1));
    }
    return 0;
}

bool WeirNodes::becomes(std::size_t node, const std::string& mode) const {
    return eventually([&] { return metric(node, "weir_store_mode{mode=\"" + mode + "\"}") == 1; }, 30'000);
}

bool WeirNodes::all_become(const std::string& mode) const {
    bool all = true;
    for (std::size_t i = 0; i < nodes_.size(); ++i) all = becomes(i, mode) && all;
    return all;
}

bool in_a_hurry() {
    return sanitized || std::getenv("CI") != nullptr;
}

}  // namespace weir::testing
