// Ports below those that the system gives away, so that a node finds its own free again.
#include "balanced_nodes.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "support/raw_client.hpp"

namespace weir::testing {

namespace {

sockaddr_in address_at(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool is_free(std::uint16_t port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = address_at(port);
    const bool is_bound = ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    ::close(listener);
    return is_bound;
}

bool accepts(std::uint16_t port) {
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = address_at(port);
    const bool is_connected =
        ::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    ::close(client);
    return is_connected;
}

std::uint16_t next_free_port() {
    constexpr std::uint16_t first = 23'000, last = 31'000;
    static std::uint16_t next = static_cast<std::uint16_t>(first + ::getpid() * 16 % (last - first));
    for (int tried = 0; tried < last - first; ++tried) {
        next = next == last ? first : static_cast<std::uint16_t>(next + 1);
        if (is_free(next)) return next;
    }
    throw std::runtime_error("no port is free");
}

std::string nginx_program() {
    const std::string found = program_in_path("nginx");
    return found.empty() && std::filesystem::exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : found;
}

std::string address_of(std::uint16_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

}  // namespace

bool BalancedNodes::available() {
    return !nginx_program().empty();
}

BalancedNodes::BalancedNodes(const WeirProgram& program, nlohmann::json config, std::string store_url)
    : store_url_(std::move(store_url)) {
    std::array<char, 32> folder{"/tmp/weir-balanced-XXXXXX"};
    if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder for the configuration");
    folder_ = folder.data();
    config["threads"] = 1;
    std::ofstream(folder_ + "/older.json") << config.dump(2);
    config["timeouts_ms"]["drain_delay"] = drain_delay_ms;
    std::ofstream(folder_ + "/weir.json") << config.dump(2);
    for (std::size_t i = 0; i < count; ++i) {
        Node& node = nodes_.emplace_back();
        node.port = next_free_port();
        node.admin_port = next_free_port();
        std::filesystem::create_directory(folder_ + "/" + std::to_string(node.port));
        start(node, program);
    }
    port_ = next_free_port();
    write_balancer(nullptr);
    nginx_ = std::make_unique<ChildProcess>(
        nginx_program(),
        std::vector<std::string>{"-p", folder_, "-c", folder_ + "/nginx.conf", "-e", folder_ + "/nginx.log"});
    if (!eventually([&] { return accepts(port_); })) throw std::runtime_error(nginx_->errors());
}

BalancedNodes::~BalancedNodes() {
    if (nginx_) {
        nginx_->signal(SIGTERM);
        nginx_->wait();
    }
    nodes_.clear();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void BalancedNodes::start(Node& node, const WeirProgram& program) {
    node.program = program;
    const std::vector<std::string> arguments{
        "--config",    folder_ + (program.has_drain_delay ? "/weir.json" : "/older.json"),
        "--listen",    address_of(node.port),
        "--admin",     address_of(node.admin_port),
        "--store",     store_url_,
        "--state-dir", folder_ + "/" + std::to_string(node.port)};
    node.process = std::make_unique<ChildProcess>(program.path, arguments);
    if (!eventually([&] { return is_ready(node); }, 20'000))
        throw std::runtime_error("a node does not get ready: " + node.process->errors() +
                                 node.process->output());
}

bool BalancedNodes::is_ready(const Node& node) const {
    if (!accepts(node.admin_port)) return false;
    RawClient client(node.admin_port);
    client.send("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    return client.read_answer().status == 200;
}

void BalancedNodes::write_balancer(const Node* without) const {
    std::ofstream file(folder_ + "/nginx.conf");
    if (::geteuid() == 0) file << "user root;\n";
    file << "daemon off;\nworker_processes 1;\npid " << folder_
         << "/nginx.pid;\nevents {}\nhttp {\naccess_log off;\n";
    for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        file << kind << "_temp_path " << folder_ << "/" << kind << ";\n";
    file << "upstream weir {\n";
    for (const Node& node : nodes_) {
        file << "server " << address_of(node.port)
             << (&node == without ? " down;\n" : " max_fails=1 fail_timeout=1s;\n");
    }
    file << "keepalive 16;\n}\nserver {\nlisten " << address_of(port_) << ";\nlocation / {\n"
         << "proxy_pass http://weir;\nproxy_http_version 1.1;\nproxy_set_header Connection \"\";\n"
         << "proxy_buffering off;\n}\n}\n}\n";
}

void BalancedNodes::reload_balancer(const Node* without) {
    write_balancer(without);
    nginx_->signal(SIGHUP);
    // nginx tells nobody when it has read the file.
    std::this_thread::sleep_for(std::chrono::seconds(1));
}

void BalancedNodes::replace(std::size_t number, const WeirProgram& program) {
    Node& node = nodes_.at(number);
    const bool is_taken_out = !node.program.has_drain_delay;
    if (is_taken_out) reload_balancer(&node);
    node.process->signal(SIGTERM);
    const auto code = node.process->wait(40'000);
    ended_logs_ += node.process->errors() + node.process->output();
    if (code != 0) throw std::runtime_error("a node did not end well:\n" + ended_logs_);
    start(node, program);
    if (is_taken_out) reload_balancer(nullptr);
}

std::string BalancedNodes::logs() const {
    std::string logs = ended_logs_;
    for (const Node& node : nodes_) logs += node.process->errors() + node.process->output();
    std::ifstream balancer(folder_ + "/nginx.log");
    return logs.append(std::istreambuf_iterator<char>(balancer), {});
}

}  // namespace weir::testing
