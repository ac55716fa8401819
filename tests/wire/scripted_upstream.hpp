// An upstream that reads requests properly, writes them down, and answers each with the next bytes of a
// script.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "support/raw_server.hpp"

namespace weir::testing {

/// What becomes of the connection after an answer.
enum class End {
    keep,   ///< the next request is read
    close,  ///< an orderly end, and what still comes is read
    drop,   ///< closed at once, as servers close idle connections
    reset,  ///< what was not read yet is lost
    hold    ///< nothing more is read or sent until the other side closes
};

struct Reply {
    std::string bytes;  ///< head, body and framing as they are, "$PORT" standing for its own; empty: none
    End end = End::keep;
    bool reads_body = true;       ///< false: answers as soon as the head is there, and reads nothing more
    std::size_t piece_bytes = 0;  ///< sends in pieces of so many bytes; 0: at once
};

struct SeenRequest {
    std::string head;  ///< with the empty line
    std::string body;  ///< as framed by Content-Length
};

class ScriptedUpstream {
public:
    /// REQUIRES: at least one reply.
    explicit ScriptedUpstream(std::vector<Reply> replies);

    std::uint16_t port() const noexcept { return server_.port(); }
    /// In the order in which their heads arrived.
    std::vector<SeenRequest> requests() const;

private:
    void serve(RawPeer& peer);
    /// Its number, from 0.
    std::size_t write_down(SeenRequest request);

    const std::vector<Reply> replies_;
    mutable std::mutex mutex_;  ///< guards the requests
    std::vector<SeenRequest> requests_;
    RawServer server_;
};

}  // namespace weir::testing
