// Plain POSIX sockets: nothing between the test and the wire.
#include "support/raw_client.hpp"
#include "text/ascii.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace weir::testing {

namespace {
constexpr int wait_ms = 10'000;
}

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("can't connect to port " + std::to_string(port));
    }
}

RawClient::~RawClient() {
    close();
}

void RawClient::close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

void RawClient::shutdown_send() {
    ::shutdown(socket_, SHUT_WR);
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        pollfd waiting{socket_, POLLOUT, 0};
        if (::poll(&waiting, 1, wait_ms) <= 0) return false;
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) continue;
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool RawClient::fill() {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, wait_ms) <= 0) return false;
    std::array<char, 64 << 10> bytes;
    const auto received = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (received <= 0) return false;
    buffer_.append(bytes.data(), static_cast<std::size_t>(received));
    return true;
}

std::optional<std::string> RawClient::read_line() {
    for (;;) {
        const auto end = buffer_.find("\r\n");
        if (end != std::string::npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 2);
            return line;
        }
        if (!fill()) return std::nullopt;
    }
}

bool RawClient::read_exactly(std::size_t count, std::string& into) {
    while (buffer_.size() < count) {
        if (!fill()) {
            into.append(buffer_);
            buffer_.clear();
            return false;
        }
    }
    into.append(buffer_, 0, count);
    buffer_.erase(0, count);
    return true;
}

bool RawClient::read_chunks(std::string& body) {
    for (;;) {
        const auto line = read_line();
        if (!line || line->empty()) return false;
        const std::size_t size = std::stoul(*line, nullptr, 16);
        if (!read_exactly(size, body)) return false;
        const auto end = read_line();
        if (!end || !end->empty()) return false;
        if (size == 0) return true;
    }
}

RawAnswer RawClient::read_answer(bool head_only, bool interim) {
    RawAnswer answer;
    const auto status_line = read_line();
    if (!status_line || status_line->size() < 12 || !status_line->starts_with("HTTP/1.")) return answer;
    answer.status = std::stoi(status_line->substr(9, 3));
    for (;;) {
        const auto line = read_line();
        if (!line) return answer;
        if (line->empty()) break;
        const auto colon = line->find(':');
        const std::string name = text::to_lower(std::string_view(*line).substr(0, colon));
        answer.headers[name] = line->substr(std::min(line->find_first_not_of(' ', colon + 1), line->size()));
    }
    if (answer.status < 200) {
        answer.complete = true;
        return interim ? answer : read_answer(head_only);
    }
    if (head_only || answer.status == 204 || answer.status == 304) {
        answer.complete = true;
    } else if (answer.headers.contains("transfer-encoding")) {
        answer.complete = read_chunks(answer.body);
    } else if (answer.headers.contains("content-length")) {
        answer.complete = read_exactly(std::stoul(answer.headers["content-length"]), answer.body);
    } else {
        while (fill()) {
        }
        answer.body.swap(buffer_);
        answer.complete = true;
    }
    return answer;
}

std::string RawClient::read_some(std::size_t count) {
    while (buffer_.size() < count && fill()) {
    }
    return std::exchange(buffer_, {});
}

bool RawClient::at_end() {
    return buffer_.empty() && !fill();
}

std::string post(std::string_view path, std::string_view body, std::string_view extra_fields,
                 std::string_view key) {
    std::string bytes("POST ");
    bytes.append(path).append(
        " HTTP/1.1\r\nHost: weir.test\r\nContent-Type: application/json\r\nAuthorization: Bearer ");
    bytes.append(key).append("\r\n").append(extra_fields);
    bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    return bytes;
}

std::string get(std::string_view path, std::string_view extra_fields) {
    std::string bytes("GET ");
    bytes.append(path).append(" HTTP/1.1\r\nHost: weir.test\r\nAuthorization: Bearer test-key\r\n");
    bytes.append(extra_fields).append("\r\n");
    return bytes;
}

std::string chat_body(std::string_view fields, std::string_view content) {
    std::string body(R"({"model":"gpt-4o","messages":[{"role":"user","content":")");
    body.append(content).append("\"}]").append(fields).append("}");
    return body;
}

bool eventually(const std::function<bool()>& condition, int deadline_ms) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline_ms);
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));  // between two looks at the condition
    }
    return true;
}

}  // namespace weir::testing
