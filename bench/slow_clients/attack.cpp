// Many slow clients in one thread, at the price of a system call a second each: what bench/slow_clients/run
// measures against.
//
//   weir-slow-clients MODE COUNT PORT SECONDS RAMP_SECONDS
//
// MODE: `head` and `body` send a byte a second of a request's head or body, `read` reads 256 bytes a second
// of a large answer (of a stream, every other client), `idle` sends nothing. Clients come over RAMP_SECONDS;
// who is closed comes back within a second. Says "ready" when all have come, and at the end what became of
// them.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

// Fine enough that they come one by one, as clients do that know nothing of each other: not in crowds.
constexpr std::size_t slots = 1000;  // of a second: each has its part of the clients
constexpr auto slot_time = std::chrono::milliseconds(1);
constexpr std::size_t source_addresses = 4;  // 127.0.0.1 and the next ones, for more ports than one has
constexpr std::size_t read_bytes_a_second = 256;
constexpr int receive_buffer_bytes = 4096;

enum class Mode { head, body, read, idle };

struct Options {
    Mode mode;
    std::size_t count;
    std::uint16_t port;
    std::chrono::seconds duration, ramp;
};

std::string post(std::string_view fields, std::string_view body, std::size_t length) {
    return "POST /v1/chat/completions HTTP/1.1\r\nHost: weir.test\r\nAuthorization: Bearer slow\r\n" +
           std::string(fields) + "Content-Length: " + std::to_string(length) + "\r\n\r\n" + std::string(body);
}

std::string first_bytes(Mode mode, std::size_t client) {
    const std::string begin = R"({"model":"gpt-4o","messages":[{"role":"user","content":")";
    switch (mode) {
        case Mode::head:
            return "POST /v1/chat/completions HTTP/1.1\r\nHost: weir.test\r\nX-Slow: ";
        case Mode::body:
            return post("", begin, 100'000);
        case Mode::read: {
            const bool is_stream = client % 2 == 0;
            const std::string body =
                begin + "x\"}]," + (is_stream ? "\"stream\":true," : "") + "\"max_tokens\":20000}";
            return post(
                "x-mock-tokens: 20000\r\nx-mock-chunk-delay-ms: 200\r\nx-mock-answer-bytes: 500000\r\n", body,
                body.size());
        }
        case Mode::idle:
            break;
    }
    return {};
}

class Attack {
public:
    explicit Attack(const Options& options)
        : options_(options),
          sockets_(options.count, -1),
          greeted_(options.count),
          epoll_(epoll_create1(0)),
          began_(Clock::now()) {
        if (epoll_ < 0) throw std::runtime_error("epoll_create1");
    }

    void run() {
        bool is_ready = false;
        for (std::size_t tick = 0;; ++tick) {
            const auto at = began_ + tick * slot_time;
            if (at >= began_ + options_.duration) break;
            wait_until(at);
            for (std::size_t i = tick % slots; i < sockets_.size(); i += slots) act(i, at);
            if (is_ready || at < began_ + options_.ramp + std::chrono::seconds(1)) continue;
            is_ready = true;
            std::puts("ready");
            std::fflush(stdout);
        }
        std::printf("connections %zu, closed by the other side %zu, of them answered:", opened_, closed_);
        for (const auto& [status, count] : answers_) std::printf(" %s %zu", status.c_str(), count);
        std::puts("");
    }

private:
    void wait_until(Clock::time_point at) {
        std::array<epoll_event, 512> events;
        for (;;) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(at - Clock::now());
            const int timeout = left.count() > 0 ? static_cast<int>(left.count()) : 0;
            const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout);
            for (int i = 0; i < count; ++i) hear(events.at(static_cast<std::size_t>(i)).data.u64);
            if (timeout == 0 && count < static_cast<int>(events.size())) return;
        }
    }

    /// The turn that a client has once a second.
    void act(std::size_t client, Clock::time_point now) {
        if (sockets_[client] < 0) {
            const auto due = began_ + options_.ramp * client / sockets_.size();
            if (now >= due) open(client);
            return;
        }
        if (options_.mode == Mode::idle) return;
        if (options_.mode == Mode::read) return read_some(client, read_bytes_a_second);
        if (send(sockets_[client], "x", 1, MSG_NOSIGNAL) < 0 && errno != EAGAIN) end(client);
    }

    void open(std::size_t client) {
        const int made = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (made < 0) throw std::runtime_error("socket: " + std::string(std::strerror(errno)));
        const int one = 1;
        setsockopt(made, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        if (options_.mode == Mode::read)
            setsockopt(made, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr =
            htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(client % source_addresses));
        bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(options_.port);
        const int result = connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        if (result < 0 && errno != EINPROGRESS) {
            close(made);
            return;
        }
        sockets_[client] = made;
        ++opened_;
        // Edges: a slow reader's unread bytes wake nobody again and again.
        epoll_event event{EPOLLOUT | EPOLLIN | EPOLLRDHUP | EPOLLET, {.u64 = client}};
        epoll_ctl(epoll_, EPOLL_CTL_ADD, made, &event);
        greeted_[client] = false;
    }

    void hear(std::size_t client) {
        const int socket = sockets_[client];
        if (socket < 0) return;
        if (!greeted_[client]) {
            const std::string bytes = first_bytes(options_.mode, client);
            greeted_[client] = bytes.empty() || send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0;
        }
        if (options_.mode != Mode::read) read_some(client, 4096);
    }

    void read_some(std::size_t client, std::size_t bytes_max) {
        std::array<char, 4096> bytes;
        const ssize_t count = recv(sockets_[client], bytes.data(), bytes_max, 0);
        if (count < 0 && errno == EAGAIN) return;
        const std::string_view text(bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
        if (text.starts_with("HTTP/1.1 ")) ++answers_[std::string(text.substr(9, 3))];
        if (count <= 0) end(client);
    }

    void end(std::size_t client) {
        ++closed_;
        close(sockets_[client]);
        sockets_[client] = -1;
    }

    Options options_;
    std::vector<int> sockets_;
    std::vector<bool> greeted_;
    int epoll_;
    Clock::time_point began_;
    std::size_t opened_ = 0, closed_ = 0;
    std::map<std::string, std::size_t> answers_;
};

Options parse(int argc, char** argv) {
    const std::map<std::string_view, Mode> modes{
        {"head", Mode::head}, {"body", Mode::body}, {"read", Mode::read}, {"idle", Mode::idle}};
    if (argc != 6 || !modes.contains(argv[1]))
        throw std::runtime_error("weir-slow-clients head|body|read|idle COUNT PORT SECONDS RAMP_SECONDS");
    return {modes.at(argv[1]), std::stoul(argv[2]), static_cast<std::uint16_t>(std::stoul(argv[3])),
            std::chrono::seconds(std::stol(argv[4])), std::chrono::seconds(std::stol(argv[5]))};
}

}  // namespace

int main(int argc, char** argv) {
    try {
        rlimit files{};
        getrlimit(RLIMIT_NOFILE, &files);
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
        Attack(parse(argc, argv)).run();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "weir-slow-clients: %s\n", error.what());
        return 1;
    }
}
