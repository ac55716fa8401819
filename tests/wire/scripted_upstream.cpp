// One request after the other on each connection; the script is shared by all of them.
#include "wire/scripted_upstream.hpp"

#include <algorithm>
#include <cctype>

namespace weir::testing {

namespace {

std::size_t content_length(std::string head) {
    std::transform(head.begin(), head.end(), head.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::string_view name = "\r\ncontent-length:";
    const std::size_t at = head.find(name);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

bool send(RawPeer& peer, std::string_view bytes, std::size_t piece_bytes) {
    const std::size_t piece = piece_bytes == 0 ? bytes.size() : piece_bytes;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        if (!peer.send(bytes.substr(at, piece))) return false;
    }
    return true;
}

std::string with_port(std::string text, std::uint16_t port) {
    const std::string mark = "$PORT";
    const std::string number = std::to_string(port);
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += number.size())
        text.replace(at, mark.size(), number);
    return text;
}

}  // namespace

ScriptedUpstream::ScriptedUpstream(std::vector<Reply> replies)
    : replies_(std::move(replies)), server_([this](RawPeer& peer) { serve(peer); }) {}

std::vector<SeenRequest> ScriptedUpstream::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

std::size_t ScriptedUpstream::write_down(SeenRequest request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
    return requests_.size() - 1;
}

void ScriptedUpstream::serve(RawPeer& peer) {
    while (const auto head = peer.read_head()) {
        const std::size_t number = write_down({*head, {}});
        const Reply& reply = replies_[std::min(number, replies_.size() - 1)];
        if (reply.reads_body) {
            std::string body;
            if (!peer.read_exactly(content_length(*head), body)) return;
            const std::lock_guard lock(mutex_);
            requests_[number].body = std::move(body);
        }
        if (!send(peer, with_port(reply.bytes, port()), reply.piece_bytes)) return;
        if (reply.end == End::close) return peer.end();
        if (reply.end == End::drop) return;
        if (reply.end == End::reset) return peer.reset();
        if (reply.end == End::hold) return peer.wait_for_end_unread();
    }
}

}  // namespace weir::testing
