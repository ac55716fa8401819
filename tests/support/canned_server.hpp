// A server that gives the same answer to everybody, whatever was asked.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace weir::testing {

/// On a port and a thread of its own. Sends the answer whenever something has arrived; never closes first,
/// unless the answer is empty.
class CannedServer {
public:
    explicit CannedServer(std::string answer);
    ~CannedServer();
    CannedServer(const CannedServer&) = delete;
    CannedServer& operator=(const CannedServer&) = delete;

    std::uint16_t port() const noexcept;
    std::uint64_t connections() const noexcept;  ///< accepted so far

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weir::testing
