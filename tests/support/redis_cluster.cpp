// Forming a cluster by CLUSTER commands, and looking at it by CLUSTER NODES.
#include "support/redis_cluster.hpp"

#include <algorithm>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "redis/slots.hpp"
#include "support/raw_client.hpp"

namespace weir::testing {

using redis::slot_count;

/// A line of CLUSTER NODES: what one server thinks of another, or of itself.
struct RedisCluster::Seen {
    std::string id;
    std::string flags;
    std::int64_t epoch = 0;
    std::vector<std::pair<std::size_t, std::size_t>> ranges;  ///< of slots, both ends included

    bool is(const std::string& flag) const {
        return ("," + flags + ",").find("," + flag + ",") != std::string::npos;
    }
    bool has(std::size_t slot) const {
        return std::any_of(ranges.begin(), ranges.end(),
                           [&](const auto& range) { return range.first <= slot && slot <= range.second; });
    }

    static Seen read(const std::string& line);
    static std::vector<Seen> read_all(const std::string& text);
};

namespace {

constexpr int patience_ms = 60'000;

/// The id of each slot's master; empty: nobody's.
template <typename Nodes>
std::vector<std::string> owners_in(const Nodes& nodes) {
    std::vector<std::string> owners(slot_count);
    for (const auto& node : nodes) {
        for (const auto& [first, last] : node.ranges) {
            for (std::size_t slot = first; slot <= last; ++slot) owners[slot] = node.id;
        }
    }
    return owners;
}

void expect(const std::string& reply, const std::string& question) {
    if (reply != "OK") throw std::runtime_error(question + ": " + reply);
}

}  // namespace

RedisCluster::Seen RedisCluster::Seen::read(const std::string& line) {
    std::istringstream words(line);
    Seen seen;
    std::string skipped;
    words >> seen.id >> skipped >> seen.flags >> skipped >> skipped >> skipped >> seen.epoch >> skipped;
    for (std::string range; words >> range;) {
        if (range.starts_with('[')) continue;  // is being moved
        const auto dash = range.find('-');
        const std::size_t first = std::stoul(range);
        const bool is_one = dash == std::string::npos;
        seen.ranges.emplace_back(first, is_one ? first : std::stoul(range.substr(dash + 1)));
    }
    return seen;
}

std::vector<RedisCluster::Seen> RedisCluster::Seen::read_all(const std::string& text) {
    std::istringstream lines(text);
    std::vector<Seen> nodes;
    for (std::string line; std::getline(lines, line);) nodes.push_back(read(line));
    return nodes;
}

bool RedisCluster::available() {
    return RedisServer::available() && !program_in_path("redis-cli").empty();
}

RedisCluster::RedisCluster(RedisClusterOptions options) : options_(std::move(options)) {
    start_nodes();
    form();
    wait_until_ok();
}

RedisCluster::~RedisCluster() = default;

void RedisCluster::start_nodes() {
    RedisServerOptions options{
        .password = options_.password,
        .configuration = {"cluster-node-timeout " + std::to_string(options_.node_timeout_ms),
                          "cluster-require-full-coverage no", "cluster-allow-replica-migration no"},
        .cluster = true};
    if (!options_.password.empty()) options.configuration.push_back("masterauth " + options_.password);
    options.configuration.insert(options.configuration.end(), options_.configuration.begin(),
                                 options_.configuration.end());
    const std::size_t count = options_.masters * (1 + options_.replicas_each);
    for (std::size_t i = 0; i < count; ++i) {
        nodes_.push_back({.server = std::make_unique<RedisServer>(options), .id = {}});
        nodes_.back().id = command(i, {"CLUSTER", "MYID"});
    }
}

void RedisCluster::form() {
    const std::size_t masters = options_.masters;
    for (std::size_t i = 0; i < masters; ++i) {
        const std::string first = std::to_string(i * slot_count / masters);
        const std::string last = std::to_string((i + 1) * slot_count / masters - 1);
        expect(command(i, {"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)}), "SET-CONFIG-EPOCH");
        expect(command(i, {"CLUSTER", "ADDSLOTSRANGE", first, last}), "ADDSLOTSRANGE");
    }
    // Everybody meets everybody: hearing of each other by gossip takes longer.
    for (std::size_t i = 0; i < size(); ++i) {
        for (std::size_t other = 0; other < i; ++other)
            expect(command(i, {"CLUSTER", "MEET", "127.0.0.1", std::to_string(port(other))}), "MEET");
    }
    for (std::size_t i = masters; i < size(); ++i) {
        const std::string& master = id((i - masters) / options_.replicas_each);
        std::string said;
        const auto follows = [&] {
            said = command(i, {"CLUSTER", "REPLICATE", master});
            return said == "OK";
        };
        if (!eventually(follows, patience_ms)) expect(said, "REPLICATE");
    }
}

std::string RedisCluster::command(std::size_t index, const std::vector<std::string>& arguments) const {
    return nodes_.at(index).server->command(arguments);
}

std::size_t RedisCluster::master_of(std::uint16_t slot) const {
    std::optional<std::size_t> master;
    std::int64_t epoch = -1;
    for (std::size_t i = 0; i < size(); ++i) {
        if (!nodes_[i].answers) continue;
        for (const Seen& seen : Seen::read_all(command(i, {"CLUSTER", "NODES"}))) {
            // Who was away may not know yet that another has taken its place; that one has the higher epoch.
            if (!seen.is("myself") || !seen.has(slot) || seen.epoch <= epoch) continue;
            master = i;
            epoch = seen.epoch;
        }
    }
    if (!master) throw std::runtime_error("nobody serves slot " + std::to_string(slot));
    return *master;
}

std::string RedisCluster::mistrust_in(const std::vector<Seen>& nodes) const {
    for (const Node& node : nodes_) {
        const auto seen =
            std::find_if(nodes.begin(), nodes.end(), [&](const Seen& other) { return other.id == node.id; });
        const bool is_known = seen != nodes.end();
        const bool is_trusted = is_known && !seen->is("fail") && !seen->is("fail?") &&
                                !seen->is("handshake") && !seen->is("noaddr");
        if (node.answers && !is_trusted) return "does not trust " + node.id;
        if (!node.answers && is_known && !seen->ranges.empty()) return "waits for " + node.id;
    }
    return "";
}

/// Empty: it is ok.
std::string RedisCluster::why_not_ok() const {
    std::vector<std::string> agreed;
    for (std::size_t i = 0; i < size(); ++i) {
        if (!nodes_[i].answers) continue;
        const std::string text = command(i, {"CLUSTER", "NODES"});
        const std::vector<Seen> nodes = Seen::read_all(text);
        const std::vector<std::string> owners = owners_in(nodes);
        const std::string state = command(i, {"CLUSTER", "INFO"}) + command(i, {"INFO", "replication"});
        if (agreed.empty()) agreed = owners;
        std::string problem = mistrust_in(nodes);
        if (std::find(owners.begin(), owners.end(), "") != owners.end()) problem = "knows slots of nobody";
        if (owners != agreed) problem = "differs from the servers before it";
        if (state.find("cluster_state:ok") == std::string::npos) problem = "is not ok";
        if (state.find("master_link_status:down") != std::string::npos) problem = "does not replicate";
        if (!problem.empty()) return "server " + std::to_string(i) + " " + problem + "\n" + text + state;
    }
    return "";
}

void RedisCluster::wait_until_ok() const {
    std::string problem;
    const auto is_ok = [&] {
        problem = why_not_ok();
        return problem.empty();
    };
    if (!eventually(is_ok, patience_ms)) throw std::runtime_error("the cluster is not ok: " + problem);
}

void RedisCluster::flush() {
    for (std::size_t i = 0; i < size(); ++i) {
        if (!nodes_[i].answers || !command(i, {"ROLE"}).starts_with("master")) continue;
        expect(command(i, {"FLUSHALL"}), "FLUSHALL");
    }
}

void RedisCluster::kill(std::size_t index) {
    nodes_.at(index).answers = false;
    nodes_[index].server->kill();
}

void RedisCluster::stop(std::size_t index) {
    nodes_.at(index).answers = false;
    nodes_[index].server->stop();
}

void RedisCluster::restart(std::size_t index) {
    nodes_.at(index).server->restart();
    nodes_[index].answers = true;
}

void RedisCluster::pause(std::size_t index) {
    nodes_.at(index).answers = false;
    nodes_[index].server->pause();
}

void RedisCluster::resume(std::size_t index) {
    nodes_.at(index).server->resume();
    nodes_[index].answers = true;
}

void RedisCluster::fail_over(std::size_t replica) {
    constexpr int attempts = 6;
    constexpr int attempt_ms = 10'000;  // Redis itself gives one up after 5 s
    std::string said;
    for (int i = 0; i < attempts; ++i) {
        said = command(replica, {"CLUSTER", "FAILOVER"});
        if (said != "OK") said = command(replica, {"CLUSTER", "FAILOVER", "FORCE"});  // the master is gone
        const bool is_master =
            eventually([&] { return command(replica, {"ROLE"}).starts_with("master"); }, attempt_ms);
        if (is_master) return;
    }
    throw std::runtime_error("no failover: " + said + "\n" + nodes_.at(replica).server->log());
}

void RedisCluster::reshard(std::size_t from, std::size_t to, std::size_t slots) {
    std::vector<std::string> environment;
    if (!options_.password.empty()) environment.push_back("REDISCLI_AUTH=" + options_.password);
    ChildProcess redis_cli(
        program_in_path("redis-cli"),
        {"--cluster", "reshard", "127.0.0.1:" + std::to_string(port(to)), "--cluster-from", id(from),
         "--cluster-to", id(to), "--cluster-slots", std::to_string(slots), "--cluster-yes"},
        environment);
    if (redis_cli.wait(patience_ms) != 0)
        throw std::runtime_error("reshard failed: " + redis_cli.output() + redis_cli.errors());
}

std::string RedisCluster::url() const {
    std::string url = "cluster://";
    if (!options_.password.empty()) url += ":" + options_.password + "@";
    for (std::size_t i = 0; i < size(); ++i)
        url += (i == 0 ? "127.0.0.1:" : ",127.0.0.1:") + std::to_string(port(i));
    return url;
}

}  // namespace weir::testing
