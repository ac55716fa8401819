// Starting and ending redis-server, and speaking to it by hiredis.
#include "support/redis_server.hpp"

#include <hiredis/hiredis.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "support/raw_client.hpp"

namespace weir::testing {

namespace {

constexpr int start_attempts = 5;
constexpr int start_ms = 20'000;
constexpr std::uint16_t port_max = 65'535;
constexpr std::uint16_t bus_offset = 10'000;  // from a cluster node's port to the one of its bus

std::string new_folder() {
    std::array<char, 32> folder{"/tmp/weir-redis-XXXXXX"};
    if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder for Redis");
    return folder.data();
}

void remove_folder(const std::string& folder) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
}

/// redis-server can't be told to choose a port and say which.
std::uint16_t free_port(std::uint16_t highest) {
    boost::asio::io_context context;
    using Tcp = boost::asio::ip::tcp;
    while (true) {
        const Tcp::acceptor acceptor(context, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
        if (acceptor.local_endpoint().port() <= highest) return acceptor.local_endpoint().port();
    }
}

void run(const std::string& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

std::string text_of(const redisReply& reply) {
    if (reply.type == REDIS_REPLY_INTEGER) return std::to_string(reply.integer);
    if (reply.type != REDIS_REPLY_ARRAY) return {reply.str == nullptr ? "" : reply.str, reply.len};
    std::string lines;
    for (std::size_t i = 0; i < reply.elements; ++i) {
        lines += (i == 0 ? "" : "\n") + text_of(*reply.element[i]);
    }
    return lines;
}

using OwnedReply = std::unique_ptr<redisReply, void (*)(void*)>;

OwnedReply ask(redisContext& connection, const std::vector<std::string>& arguments) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string& argument : arguments) {
        texts.push_back(argument.data());
        sizes.push_back(argument.size());
    }
    void* const reply =
        ::redisCommandArgv(&connection, static_cast<int>(texts.size()), texts.data(), sizes.data());
    if (reply == nullptr) throw std::runtime_error("no reply from Redis to " + arguments.front());
    return {static_cast<redisReply*>(reply), ::freeReplyObject};
}

OwnedReply ask(const std::string& socket_path, const std::string& password,
               const std::vector<std::string>& arguments) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    const std::unique_ptr<redisContext, void (*)(redisContext*)> connection(
        ::redisConnectUnixWithTimeout(socket_path.c_str(), patience), ::redisFree);
    if (!connection || connection->err != 0) throw std::runtime_error("can't connect to " + socket_path);
    ::redisSetTimeout(connection.get(), patience);
    if (!password.empty()) ask(*connection, {"AUTH", password});
    return ask(*connection, arguments);
}

}  // namespace

TestCertificates::TestCertificates(const std::string& name) : folder_(new_folder()) {
    const std::string at = folder_ + "/";
    const std::string new_key = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
    run("openssl req -x509 -days 1 -subj /CN=weir-test-ca" + new_key + "-keyout " + at + "ca.key -out " + at +
        "ca.crt 2>/dev/null");
    run("openssl req -subj /CN=redis" + new_key + "-keyout " + at + "server.key -out " + at +
        "server.csr 2>/dev/null");
    std::ofstream(at + "names") << "subjectAltName=" << name << "\n";
    run("openssl x509 -req -days 1 -CAcreateserial -in " + at + "server.csr -CA " + at + "ca.crt -CAkey " +
        at + "ca.key -extfile " + at + "names -out " + at + "server.crt 2>/dev/null");
}

TestCertificates::~TestCertificates() {
    remove_folder(folder_);
}

bool RedisServer::available() {
    return !program_in_path("redis-server").empty();
}

RedisServer::RedisServer(RedisServerOptions options) : options_(std::move(options)), folder_(new_folder()) {
    for (int i = 0; i < start_attempts; ++i) {
        // Somebody else may take it before the server does.
        port_ = free_port(options_.cluster ? port_max - bus_offset : port_max);
        if (start()) return;
    }
    const std::string said = log();
    process_.reset();
    remove_folder(folder_);
    throw std::runtime_error("redis-server does not start: " + said);
}

RedisServer::~RedisServer() {
    process_.reset();
    remove_folder(folder_);
}

std::string RedisServer::configuration() const {
    std::string lines =
        "bind 127.0.0.1\nprotected-mode no\ndaemonize no\nlogfile \"\"\ndir " + folder_ + "\n";
    lines += "unixsocket " + socket_path() + "\n";
    if (!options_.sentinel) lines += "save \"\"\nappendonly no\nrepl-diskless-sync-delay 0\n";
    if (options_.cluster) lines += "cluster-enabled yes\ncluster-config-file nodes.conf\n";
    if (!options_.password.empty()) lines += "requirepass " + options_.password + "\n";
    const std::string port = std::to_string(port_);
    if (options_.tls == nullptr) {
        lines += "port " + port + "\n";
    } else {
        lines += "port 0\ntls-port " + port + "\ntls-auth-clients no\ntls-cert-file " +
                 options_.tls->cert_file() + "\ntls-key-file " + options_.tls->key_file() +
                 "\ntls-ca-cert-file " + options_.tls->ca_file() + "\n";
    }
    for (const std::string& line : options_.configuration) lines += line + "\n";
    return lines;
}

bool RedisServer::start() {
    const std::string file = folder_ + "/redis.conf";
    std::ofstream(file, std::ios::trunc) << configuration();
    std::vector<std::string> arguments{file};
    if (options_.sentinel) arguments.emplace_back("--sentinel");
    process_.emplace(program_in_path("redis-server"), arguments);
    const std::string ready = options_.sentinel ? "Sentinel ID is" : "Ready to accept connections";
    bool ended = false;
    eventually(
        [&] {
            ended = process_->wait(0).has_value();
            return ended || log().find(ready) != std::string::npos;
        },
        start_ms);
    return !ended && log().find(ready) != std::string::npos;
}

void RedisServer::stop() {
    if (!process_) return;
    resume();  // a stopped process does not hear SIGTERM
    process_->signal(SIGTERM);
    process_->wait();
    process_.reset();
}

void RedisServer::kill() {
    process_.reset();
}

void RedisServer::restart() {
    stop();
    for (int i = 0; i < start_attempts; ++i) {
        if (start()) return;
    }
    throw std::runtime_error("redis-server does not start again: " + log());
}

void RedisServer::pause() {
    process_->signal(SIGSTOP);
    const bool stopped = eventually([&] {
        std::ifstream status("/proc/" + std::to_string(process_->id()) + "/stat");
        std::string number, name, state;
        status >> number >> name >> state;
        return state == "T";
    });
    if (!stopped) throw std::runtime_error("redis-server does not stop");
}

void RedisServer::resume() {
    process_->signal(SIGCONT);
}

std::string RedisServer::command(const std::vector<std::string>& arguments) const {
    return text_of(*ask(socket_path(), options_.password, arguments));
}

std::vector<std::string> RedisServer::list(const std::vector<std::string>& arguments) const {
    const OwnedReply reply = ask(socket_path(), options_.password, arguments);
    std::vector<std::string> elements;
    for (std::size_t i = 0; i < reply->elements; ++i) elements.push_back(text_of(*reply->element[i]));
    return elements;
}

}  // namespace weir::testing
